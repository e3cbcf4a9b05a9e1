#include "layouts/pdf_fonts.h"

#include <assert.h>
#include <stdlib.h>

#include <hb-ot.h>

#define OS2_FS_TYPE    8 /* byte offsets, OpenType 1.9 */
#define OS2_CAP_HEIGHT 88
#define FS_RESTRICTED  0x0002u /* must not be embedded */
#define FS_NO_SUBSET   0x0100u
#define FS_BITMAP_ONLY 0x0200u

static const struct {
    hb_tag_t tag;
    size_t least; /* bytes that we read without asking again */
} tables[PDF_TABLES] = {
    [PDF_GLYF] = { HB_TAG('g', 'l', 'y', 'f'), 10 },
    [PDF_HEAD] = { HB_TAG('h', 'e', 'a', 'd'), 54 },
    [PDF_HHEA] = { HB_TAG('h', 'h', 'e', 'a'), 36 },
    [PDF_HMTX] = { HB_TAG('h', 'm', 't', 'x'), 4 },
    [PDF_LOCA] = { HB_TAG('l', 'o', 'c', 'a'), 4 },
    [PDF_MAXP] = { HB_TAG('m', 'a', 'x', 'p'), 32 },
};

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static int signed16(const uint8_t *p)
{
    return (int16_t)be16(p);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static struct span blob_span(hb_blob_t *blob)
{
    unsigned len = 0;
    const char *bytes = hb_blob_get_data(blob, &len);
    return span_of(bytes, len);
}

static int thousandths(const struct pdf_face *face, int units)
{
    const int upem = (int)face->upem;
    const int scaled = units * 1000;
    return (scaled >= 0 ? scaled + upem / 2 : scaled - upem / 2) / upem;
}

static bool sizes_agree(struct pdf_face *face)
{
    const struct span *t = face->table;
    for (int i = 0; i < PDF_TABLES; i++) {
        if (t[i].len < tables[i].least)
            return false;
    }
    face->upem = be16(t[PDF_HEAD].ptr + 18);
    face->long_loca = be16(t[PDF_HEAD].ptr + 50) != 0;
    face->glyphs = be16(t[PDF_MAXP].ptr + 4);
    face->metrics = be16(t[PDF_HHEA].ptr + 34);
    return face->upem >= 16 && face->upem <= 16384 && face->metrics >= 1 &&
           face->metrics <= face->glyphs &&
           t[PDF_HMTX].len >=
               (size_t)face->metrics * 4 + (size_t)(face->glyphs - face->metrics) * 2 &&
           t[PDF_LOCA].len >= ((size_t)face->glyphs + 1) * (face->long_loca ? 4 : 2);
}

/* False: it has no OS/2 table. A short one may lack the height of capitals. */
static bool read_shape(struct pdf_face *face)
{
    const struct span *t = face->table;
    for (size_t i = 0; i < 4; i++)
        face->bbox[i] = thousandths(face, signed16(t[PDF_HEAD].ptr + 36 + 2 * i));
    face->ascent = thousandths(face, signed16(t[PDF_HHEA].ptr + 4));
    face->descent = thousandths(face, signed16(t[PDF_HHEA].ptr + 6));
    face->cap_height = 700;

    hb_blob_t *os2 = hb_face_reference_table(face->hb, HB_TAG('O', 'S', '/', '2'));
    const struct span bytes = blob_span(os2);
    if (bytes.len >= OS2_CAP_HEIGHT + 2)
        face->cap_height = thousandths(face, signed16(bytes.ptr + OS2_CAP_HEIGHT));
    hb_blob_destroy(os2);
    return bytes.len > 0;
}

/* OpenType 1.9, OS/2, fsType. */
static bool may_be_embedded(const struct pdf_face *face)
{
    hb_blob_t *os2 = hb_face_reference_table(face->hb, HB_TAG('O', 'S', '/', '2'));
    const struct span bytes = blob_span(os2);
    const unsigned rights = bytes.len >= OS2_FS_TYPE + 2 ? be16(bytes.ptr + OS2_FS_TYPE) : 0;
    hb_blob_destroy(os2);
    return (rights & (FS_RESTRICTED | FS_NO_SUBSET | FS_BITMAP_ONLY)) == 0;
}

/*
 * A PDF name needs no escapes when only these are kept (ISO 32000-1, 7.3.5). False: it has none,
 * which HarfBuzz also says when it has no memory.
 */
static bool read_name(struct pdf_face *face)
{
    char name[sizeof face->name] = "";
    unsigned len = sizeof name;
    hb_ot_name_get_utf8(face->hb, HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID, &len, name);

    size_t n = 0;
    for (const char *c = name; *c; c++) {
        if ((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
            *c == '-')
            face->name[n++] = *c;
    }
    face->name[n] = '\0';
    return n > 0;
}

/* HarfBuzz has no error to give: a font that it had no memory for maps nothing. */
static bool maps_characters(const struct pdf_face *face)
{
    hb_set_t *const all = hb_set_create();
    hb_codepoint_t first = HB_SET_VALUE_INVALID, glyph;
    hb_face_collect_unicodes(face->hb, all);
    const bool good = hb_set_allocation_successful(all) && hb_set_next(all, &first) &&
                      hb_font_get_nominal_glyph(face->font, first, &glyph);
    hb_set_destroy(all);
    return good;
}

static enum rc load_face(struct pdf_face *face, const char *path, struct diag *d)
{
    hb_blob_t *file = hb_blob_create_from_file_or_fail(path);
    if (!file)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot read the font \"%s\"", path);
    face->hb = hb_face_create(file, 0);
    hb_blob_destroy(file);

    for (int i = 0; i < PDF_TABLES; i++) {
        face->blob[i] = hb_face_reference_table(face->hb, tables[i].tag);
        face->table[i] = blob_span(face->blob[i]);
    }
    if (!sizes_agree(face))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "\"%s\" is no font with TrueType outlines",
                        path);
    if (!may_be_embedded(face))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "the font \"%s\" does not allow embedding of a part", path);
    if (!read_shape(face) || !read_name(face))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the font \"%s\" has no measures or no name",
                        path);
    face->font = hb_font_create(face->hb);
    if (!maps_characters(face))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the font \"%s\" maps no characters", path);
    hb_font_make_immutable(face->font);
    hb_face_make_immutable(face->hb);
    return RC_OK;
}

enum rc pdf_font_set_load(const struct pdf_font_paths *paths, struct pdf_font_set **ret,
                          struct diag *d)
{
    assert(paths && ret);

    ON_EXIT(pdf_font_set_free_at) struct pdf_font_set *fonts = calloc(1, sizeof *fonts);
    if (!fonts)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "fonts");
    while (fonts->count < PDF_FACES && paths->face[fonts->count]) {
        const size_t i = fonts->count++;
        const enum rc rc = load_face(&fonts->face[i], paths->face[i], d);
        if (rc != RC_OK)
            return rc;
    }
    *ret = TAKE(fonts);
    return RC_OK;
}

void pdf_font_set_free(struct pdf_font_set *fonts)
{
    for (size_t i = 0; fonts && i < fonts->count; i++) {
        struct pdf_face *face = &fonts->face[i];
        hb_font_destroy(face->font);
        for (int t = 0; t < PDF_TABLES; t++)
            hb_blob_destroy(face->blob[t]);
        hb_face_destroy(face->hb);
    }
    free(fonts);
}

struct span pdf_face_outline(const struct pdf_face *face, uint32_t glyph)
{
    if (glyph >= face->glyphs)
        return span_of(NULL, 0);
    const uint8_t *loca = face->table[PDF_LOCA].ptr;
    const size_t from = face->long_loca ? be32(loca + 4 * (size_t)glyph)
                                        : 2 * (size_t)be16(loca + 2 * (size_t)glyph);
    const size_t to = face->long_loca ? be32(loca + 4 * (size_t)glyph + 4)
                                      : 2 * (size_t)be16(loca + 2 * (size_t)glyph + 2);
    if (from >= to || to > face->table[PDF_GLYF].len)
        return span_of(NULL, 0);
    return span_of(face->table[PDF_GLYF].ptr + from, to - from);
}

struct pdf_metrics pdf_face_metrics(const struct pdf_face *face, uint32_t glyph)
{
    const uint8_t *hmtx = face->table[PDF_HMTX].ptr;
    const uint32_t full = glyph < face->metrics ? glyph : face->metrics - 1;
    const uint8_t *bearing = glyph < face->metrics ? hmtx + 4 * (size_t)glyph + 2
                                                   : hmtx + 4 * (size_t)face->metrics +
                                                         2 * (size_t)(glyph - face->metrics);
    return (struct pdf_metrics){ (uint16_t)be16(hmtx + 4 * (size_t)full), (int16_t)be16(bearing) };
}

static bool is_space(uint32_t character)
{
    return character == 0x20 || character == 0xA0 || character == 0x3000 ||
           (character >= 0x2002 && character <= 0x200A);
}

bool pdf_fonts_find(const struct pdf_font_set *fonts, uint32_t character, unsigned *ret_face,
                    uint32_t *ret_glyph)
{
    for (unsigned i = 0; i < fonts->count; i++) {
        const struct pdf_face *face = &fonts->face[i];
        hb_codepoint_t glyph;
        if (!hb_font_get_nominal_glyph(face->font, character, &glyph) || glyph == 0 ||
            glyph >= face->glyphs)
            continue;
        /* Some fonts map characters that they do not have to a blank. */
        if (pdf_face_outline(face, glyph).len == 0 && !is_space(character))
            continue;
        *ret_face = i;
        *ret_glyph = glyph;
        return true;
    }
    return false;
}
