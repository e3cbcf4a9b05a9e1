#include "layouts/pdf_text.h"

#define SIZE_STEP 250 /* a quarter of a point */
#define LITTLE    780 /* thousandths of the size */

enum rc pdf_text_read(struct pdf_text *ret, struct span text, const struct pdf_font_set *fonts,
                      struct pdf_chars *fixed, struct pdf_chars *own, struct diag *d)
{
    ret->count = 0;
    for (size_t at = 0; at < text.len; ret->count++) {
        if (ret->count == PDF_TEXT_MAX)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %d characters", PDF_TEXT_MAX);
        const uint32_t character = pdf_next_character(text, &at);
        const struct pdf_char *found = pdf_chars_find(fixed, character);
        if (!found) {
            const enum rc rc = pdf_chars_add(own ? own : fixed, fonts, character, &found, d);
            if (rc != RC_OK)
                return rc;
        }
        ret->at[ret->count] = found;
    }
    return RC_OK;
}

/* 「」《》（） and what follows a word must not begin a line; what opens must not end one
 * (GB/T 15834-2011, 5.1.9). */
static bool among(uint32_t character, const uint32_t *set)
{
    while (*set && *set != character)
        set++;
    return *set != 0;
}

static bool may_break(uint32_t before, uint32_t after)
{
    static const uint32_t closing[] = { 0xFF0C, 0x3002, 0x3001, 0xFF1B, 0xFF1A, 0xFF1F, 0xFF01,
                                        0xFF09, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x201D,
                                        0x2019, 0x00B7, ')',    ',',    '.',    ';',    ':',
                                        '!',    '?',    ']',    '}',    '%',    ' ',    0 };
    static const uint32_t opening[] = { 0xFF08, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014,
                                        0x201C, 0x2018, '(',    '[',    '{',    0 };
    if (among(after, closing) || among(before, opening))
        return false;
    return before == ' ' || before == '-' || before == 0x00B7 || before >= 0x2E80 ||
           after >= 0x2E80;
}

static int64_t advance(const struct pdf_text *t, size_t i, int32_t size, int32_t spacing)
{
    return (int64_t)t->at[i]->advance * size / 1000 + spacing;
}

static bool is_blank(const struct pdf_text *t, size_t i)
{
    return t->at[i]->character == ' ';
}

/* One line from `from`, as long as fits; the place behind it, or `from` when not even the first
 * piece fits. */
static size_t line_end(const struct pdf_text *t, size_t from, int32_t size, int32_t spacing,
                       int32_t width)
{
    int64_t sum = 0;
    size_t end = from;
    for (size_t i = from; i < t->count; i++) {
        const int64_t with = sum + advance(t, i, size, spacing) - spacing;
        if (with > width && !is_blank(t, i))
            return end;
        sum += advance(t, i, size, spacing);
        if (i + 1 == t->count || may_break(t->at[i]->character, t->at[i + 1]->character))
            end = i + 1;
    }
    return end;
}

static int32_t line_width(const struct pdf_text *t, size_t from, size_t end, int32_t size,
                          int32_t spacing)
{
    while (end > from && is_blank(t, end - 1))
        end--;
    int64_t sum = end > from ? -spacing : 0;
    for (size_t i = from; i < end; i++)
        sum += advance(t, i, size, spacing);
    return (int32_t)sum;
}

static bool break_lines(struct pdf_text *t, const struct layout_style *style, int32_t size,
                        int32_t width, size_t lines)
{
    t->lines = 0;
    for (size_t from = 0; from < t->count;) {
        const size_t end = line_end(t, from, size, style->spacing, width);
        if (end == from || t->lines == lines)
            return false;
        t->line[t->lines].from = from;
        t->line[t->lines].end = end;
        t->line[t->lines++].width = line_width(t, from, end, size, style->spacing);
        from = end;
    }
    return true;
}

struct box {
    int32_t width, height;
    size_t lines;
};

/* At the largest size from `from` down to `least`; false: at none. */
static bool fit_sizes(struct pdf_text *text, const struct layout_style *style,
                      const struct box *box, int32_t from, int32_t least)
{
    for (int32_t size = from;;) {
        if (break_lines(text, style, size, box->width, box->lines)) {
            const size_t more = text->lines > 0 ? text->lines - 1 : 0;
            text->size = size;
            if (size + (int64_t)more * size * style->leading / 1000 <= box->height)
                return true;
        }
        if (size <= least)
            return false;
        size = size - SIZE_STEP < least ? least : size - SIZE_STEP;
    }
}

enum rc pdf_text_fit(struct pdf_text *text, const struct layout_style *style, int32_t width,
                     int32_t height, struct diag *d)
{
    /* A little smaller on one line looks better than two lines. */
    const int32_t little = (int32_t)((int64_t)style->size * LITTLE / 1000);
    const int32_t least = little > style->min_size ? little : style->min_size;
    const struct box one = { width, height, 1 }, all = { width, height, (size_t)style->lines };
    if (fit_sizes(text, style, &one, style->size, least) ||
        fit_sizes(text, style, &all, style->size, style->min_size))
        return RC_OK;
    return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "%zu characters do not fit their box at %g points",
                    text->count, style->min_size / 1000.0);
}
