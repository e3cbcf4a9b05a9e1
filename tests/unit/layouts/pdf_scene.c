#include "tests/unit/layouts/pdf_scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/check.h"

int scene_set_up(void **state)
{
    static struct pdf_scene scene;
    const struct pdf_layout_options options = { .demo = true };
    struct diag d = DIAG_INIT;
    if (pdf_font_set_load(&pdf_font_paths_default, &scene.fonts, &d) != RC_OK ||
        pdf_layout_load(layout_template("a4"), scene.fonts, &options, &scene.layout, &d) != RC_OK) {
        print_error("%s\n", d.text);
        return 1;
    }
    *state = &scene;
    return 0;
}

int scene_tear_down(void **state)
{
    struct pdf_scene *scene = *state;
    pdf_layout_free(scene->layout);
    pdf_font_set_free(scene->fonts);
    return 0;
}

void scene_render(const struct pdf_scene *scene, const struct pdf_fields *fields, struct buf *to,
                  struct pdf_signature_place *place)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = pdf_render(scene->layout, scene->fonts, fields, to, place, &d);
    if (rc != RC_OK)
        fail_msg("%s: %s", rc_name(rc), d.text);
}

static const uint8_t *find(struct span bytes, const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i + len <= bytes.len; i++) {
        if (memcmp(bytes.ptr + i, text, len) == 0)
            return bytes.ptr + i;
    }
    return NULL;
}

bool scene_holds(struct span bytes, const char *text)
{
    return find(bytes, text) != NULL;
}

static struct span behind(struct span bytes, const char *text)
{
    const uint8_t *at = find(bytes, text);
    assert_non_null(at);
    at += strlen(text);
    return span_of(at, (size_t)(bytes.ptr + bytes.len - at));
}

static struct span before(struct span bytes, const char *text)
{
    const uint8_t *at = find(bytes, text);
    assert_non_null(at);
    return span_of(bytes.ptr, (size_t)(at - bytes.ptr));
}

static size_t number_at(const uint8_t *digits)
{
    return strtoul((const char *)digits, NULL, 10);
}

struct span scene_object(struct span pdf, unsigned n)
{
    struct span tail = span_of(pdf.ptr + pdf.len - 40, 40);
    const size_t xref = number_at(behind(tail, "startxref\n").ptr);
    assert_true(xref < pdf.len);
    const uint8_t *line = find(span_of(pdf.ptr + xref, pdf.len - xref), " 65535 f \n") + 10;
    const size_t offset = number_at(line + (size_t)(n - 1) * 20);
    char begin[24];
    snprintf(begin, sizeof begin, "%u 0 obj\n", n);
    const struct span object = span_of(pdf.ptr + offset, pdf.len - offset);
    assert_memory_equal(object.ptr, begin, strlen(begin));
    return before(behind(object, "obj\n"), "\nendobj\n");
}

struct span scene_stream(struct span pdf, unsigned n)
{
    const struct span object = scene_object(pdf, n);
    assert_memory_equal(object.ptr, "<</Length ", 10);
    const size_t len = number_at(object.ptr + 10);
    const struct span bytes = behind(object, ">>\nstream\n");
    assert_int_equal(bytes.len, len + strlen("\nendstream"));
    return span_of(bytes.ptr, len);
}

static uint32_t hex4(const uint8_t *p)
{
    char text[5] = "";
    memcpy(text, p, 4);
    return (uint32_t)strtoul(text, NULL, 16);
}

static void put_utf8(struct buf *to, uint32_t c)
{
    if (c < 0x80) {
        buf_put_u8(to, (uint8_t)c);
    } else if (c < 0x800) {
        buf_put_u8(to, (uint8_t)(0xC0 | c >> 6));
        buf_put_u8(to, (uint8_t)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        buf_put_u8(to, (uint8_t)(0xE0 | c >> 12));
        buf_put_u8(to, (uint8_t)(0x80 | (c >> 6 & 63)));
        buf_put_u8(to, (uint8_t)(0x80 | (c & 63)));
    } else {
        buf_put_u8(to, (uint8_t)(0xF0 | c >> 18));
        buf_put_u8(to, (uint8_t)(0x80 | (c >> 12 & 63)));
        buf_put_u8(to, (uint8_t)(0x80 | (c >> 6 & 63)));
        buf_put_u8(to, (uint8_t)(0x80 | (c & 63)));
    }
}

/* One code through a ToUnicode stream of our form. */
static void put_code(struct span map, uint32_t code, struct buf *to)
{
    char row[16];
    snprintf(row, sizeof row, "\n<%04x><", (unsigned)code);
    const struct span value = behind(map, row);
    uint32_t c = hex4(value.ptr);
    if (value.ptr[4] != '>')
        c = 0x10000 + ((c - 0xD800) << 10) + (hex4(value.ptr + 4) - 0xDC00);
    put_utf8(to, c);
}

static struct span map_of(struct span pdf, char letter, char face)
{
    const unsigned first = letter == 'F' ? 37 : 7;
    return scene_stream(pdf, first + (unsigned)(face - '0') * 6 + 4);
}

bool scene_field_text(struct span pdf, const char *name, struct buf *to)
{
    char begin[64];
    snprintf(begin, sizeof begin, "/Name(%s)>> BDC\n", name);
    const struct span content = scene_stream(pdf, 5);
    if (!find(content, begin))
        return false;
    const struct span field = before(behind(content, begin), "EMC\n");

    struct span map = { NULL, 0 };
    for (size_t i = 0; i < field.len; i++) {
        const uint8_t *p = field.ptr + i;
        if (p[0] == '/' && (p[1] == 'F' || p[1] == 'G'))
            map = map_of(pdf, (char)p[1], (char)p[2]);
        if (p[0] != '<')
            continue;
        for (i++; field.ptr[i] != '>'; i += 4)
            put_code(map, hex4(field.ptr + i), to);
    }
    return true;
}
