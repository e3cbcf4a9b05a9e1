/*
 * draw_characters FOLDER: draws the characters of standard input (UTF-8; others than newlines) as
 * pages FOLDER/page-N.pdf of 40 by 40, and beside each FOLDER/page-N.txt, what it says. Characters
 * that no font has are named on standard output and left out. Outlines and widths in the PDF's font
 * programs are compared with the fonts' own: one that differs ends the program with status 1.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/sys/file.h"
#include "tests/unit/layouts/outline.h"

#define ROWS    40
#define COLUMNS 40
#define FONT_PT 12

struct page {
    char name[ROWS][8];
    struct buf row[ROWS];
    struct pdf_field field[ROWS];
    unsigned characters, number;
    struct pdf_chars chars;
};

static void must(enum rc rc, const struct diag *d)
{
    if (rc == RC_OK)
        return;
    (void)fprintf(stderr, "draw_characters: %s\n", d->text);
    exit(1);
}

static void make_layout(struct buf *to)
{
    buf_put_text(to,
                 "{\"sitecert_layout\": 1, \"name\": \"characters\", \"title\": \"characters\", "
                 "\"lang\": \"zh-CN\", \"page\": {\"width\": 210, \"height\": 297}, "
                 "\"colours\": {}, ");
    buf_printf(to, "\"styles\": {\"row\": {\"size\": %d, \"colour\": \"#000000\"}}, \"items\": [",
               FONT_PT);
    for (int i = 0; i < ROWS; i++)
        buf_printf(to,
                   "%s{\"kind\": \"field\", \"field\": \"r%d\", \"x\": 15, \"y\": %d, \"width\": "
                   "180, \"height\": 6, \"style\": \"row\", \"absent\": \"\"}",
                   i ? ",\n" : "", i, 12 + 6 * i + i / 2);
    buf_put_text(to, "]}");
}

static void write_page(struct page *p, const struct pdf_layout *layout,
                       const struct pdf_font_set *fonts, const char *folder)
{
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct pdf_signature_place place;
    struct diag d = DIAG_INIT;
    char path[PATH_LEN];
    if (p->characters == 0)
        return;

    for (int i = 0; i < ROWS; i++) {
        p->field[i].value = buf_span(&p->row[i]);
        buf_put_span(&text, p->field[i].value);
        buf_put_u8(&text, '\n');
    }
    const struct pdf_fields fields = { .field = p->field, .count = ROWS, .made_s = 1795305600 };
    must(pdf_render(layout, fonts, &fields, &pdf, &place, &d), &d);
    snprintf(path, sizeof path, "%s/page-%u.pdf", folder, p->number);
    must(file_replace(path, buf_span(&pdf), 0644, &d), &d);
    snprintf(path, sizeof path, "%s/page-%u.txt", folder, p->number);
    must(file_replace(path, buf_span(&text), 0644, &d), &d);

    for (unsigned face = 0; face < fonts->count; face++) {
        const uint32_t other =
            p->chars.used[face] ? outline_first_other(fonts, face, &p->chars) : 0;
        if (other == 0)
            continue;
        (void)fprintf(stderr, "draw_characters: U+%04X of %s is not itself\n", (unsigned)other,
                      fonts->face[face].name);
        exit(1);
    }
}

static void begin_page(struct page *p)
{
    p->characters = 0;
    p->number++;
    pdf_chars_init(&p->chars, false);
    for (int i = 0; i < ROWS; i++) {
        snprintf(p->name[i], sizeof p->name[i], "r%d", i);
        p->field[i].name = p->name[i];
        buf_clear(&p->row[i]);
    }
}

static void draw_all(struct span text, const struct pdf_layout *layout,
                     const struct pdf_font_set *fonts, const char *folder)
{
    static struct page page;
    begin_page(&page);
    for (size_t at = 0; at < text.len;) {
        const size_t from = at;
        const struct pdf_char *unused;
        const uint32_t character = pdf_next_character(text, &at);
        if (character == '\n')
            continue;
        if (pdf_chars_add(&page.chars, fonts, character, &unused, NULL) != RC_OK) {
            printf("U+%04X\n", (unsigned)character);
            continue;
        }
        buf_put(&page.row[page.characters++ / COLUMNS], text.ptr + from, at - from);
        if (page.characters < ROWS * COLUMNS)
            continue;
        write_page(&page, layout, fonts, folder);
        begin_page(&page);
    }
    write_page(&page, layout, fonts, folder);
    for (int i = 0; i < ROWS; i++)
        buf_free(&page.row[i]);
}

int main(int argc, char *argv[])
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    ON_EXIT(pdf_font_set_free_at) struct pdf_font_set *fonts = NULL;
    ON_EXIT(pdf_layout_free_at) struct pdf_layout *layout = NULL;
    const struct pdf_layout_options options = { .demo = false };
    struct diag d = DIAG_INIT;
    if (argc != 2)
        return 2;
    must(file_read("-", 1u << 20, &text, &d), &d);
    must(pdf_font_set_load(&pdf_font_paths_default, &fonts, &d), &d);
    make_layout(&json);
    must(pdf_layout_load(buf_span(&json), fonts, &options, &layout, &d), &d);
    draw_all(buf_span(&text), layout, fonts, argv[1]);
    return 0;
}
