/* Fonts and their ToUnicode: docs/pdf.md section 4. */
#include "core/cert/pdf_copy_parts.h"

#define FONT_NAME_MAX 80u
#define GROUP_MAX     100u /* bfchar lines */
#define ADVANCE_MAX   10000u
#define CIDS_MAX      0xffffu

static bool in_name(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' ||
           c == '-' || c == '_' || c == '.';
}

static void take_name(struct copy_reading *r, struct span name)
{
    if (!span_equal(pdf_scan_take(&r->s, name.len), name))
        pdf_scan_fail(&r->s, r->s.pos - name.len);
}

static struct span read_type0(struct copy_reading *r, uint32_t number)
{
    copy_begin(r, number, "a font");
    pdf_scan_exact(&r->s, "<</Type/Font/Subtype/Type0/BaseFont/");
    const struct span name = pdf_scan_run(&r->s, in_name, 1, FONT_NAME_MAX);
    pdf_scan_exact(&r->s, "/Encoding/Identity-H/DescendantFonts[%u 0 R]/ToUnicode %u 0 R>>",
                   number + 1, number + 4);
    copy_end(r);
    return name;
}

/* Returns how many CIDs have a width. */
static uint32_t read_cid_font(struct copy_reading *r, uint32_t number, struct span name)
{
    uint32_t count = 0;
    copy_begin(r, number, "a font's widths");
    pdf_scan_exact(&r->s, "<</Type/Font/Subtype/CIDFontType2/BaseFont/");
    take_name(r, name);
    pdf_scan_exact(&r->s,
                   "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
                   "/FontDescriptor %u 0 R/CIDToGIDMap/Identity/DW 1000/W[1[",
                   number + 1);
    do {
        (void)pdf_scan_uint(&r->s, ADVANCE_MAX);
        count++;
    } while (pdf_scan_try(&r->s, " "));
    pdf_scan_exact(&r->s, "]]>>");
    copy_end(r);
    return count;
}

static void read_descriptor(struct copy_reading *r, uint32_t number, struct span name)
{
    static const char *const between[] = {
        "/Flags 4/FontBBox[", " ", " ", " ", "]/ItalicAngle 0/Ascent ", "/Descent ", "/CapHeight "
    };
    copy_begin(r, number, "a font's descriptor");
    pdf_scan_exact(&r->s, "<</Type/FontDescriptor/FontName/");
    take_name(r, name);
    for (size_t i = 0; i < sizeof between / sizeof between[0]; i++) {
        pdf_scan_exact(&r->s, "%s", between[i]);
        pdf_scan_integer(&r->s);
    }
    pdf_scan_exact(&r->s, "/StemV 80/FontFile2 %u 0 R/CIDSet %u 0 R>>", number + 1, number + 3);
    copy_end(r);
}

static void read_program(struct copy_reading *r, uint32_t number, bool own)
{
    const uint32_t len = copy_stream_begin(r, number, "a font program");
    pdf_scan_exact(&r->s, own ? "/Length1 " : "/Filter/FlateDecode/Length1 ");
    const size_t at = r->s.pos;
    const uint32_t unpacked = pdf_scan_uint(&r->s, UINT32_MAX);
    if (own && unpacked != len)
        pdf_scan_fail(&r->s, at);
    (void)copy_stream_end(r, len);
}

/* --- ToUnicode --- */

static uint32_t read_utf16(struct pdf_scan *s)
{
    const size_t at = s->pos;
    const uint32_t high = pdf_scan_hex16(s);
    uint32_t character = high;
    if (high >= 0xd800 && high < 0xdc00) {
        const uint32_t low = pdf_scan_hex16(s);
        if (low < 0xdc00 || low > 0xdfff)
            pdf_scan_fail(s, at);
        character = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    const bool control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    if (control || (high >= 0xdc00 && high <= 0xdfff))
        pdf_scan_fail(s, at);
    return s->failed ? 0 : character;
}

/* No character is shown by two fonts, nor by two CIDs of one. */
static void note(struct copy_reading *r, struct copy_font *f, uint32_t character, size_t at)
{
    if (r->s.failed)
        return;
    uint32_t *const word = &r->seen[character / 32];
    const uint32_t bit = UINT32_C(1) << character % 32;
    if (*word & bit) {
        pdf_scan_fail(&r->s, at);
        return;
    }
    *word |= bit;
    r->characters[r->character_count++] = character;
    f->count++;
}

static void read_group(struct copy_reading *r, struct copy_font *f)
{
    struct pdf_scan *const s = &r->s;
    const uint32_t lines = pdf_scan_uint(s, GROUP_MAX);
    pdf_scan_exact(s, " beginbfchar\n");
    for (uint32_t i = 0; i < lines && !s->failed; i++) {
        const size_t at = s->pos;
        pdf_scan_exact(s, "<%04x><", f->count + 1);
        const uint32_t character = read_utf16(s);
        pdf_scan_exact(s, ">\n");
        note(r, f, character, at);
    }
    pdf_scan_exact(s, "endbfchar\n");
    /* Only the last group may be short, and none is empty. */
    if (lines == 0 || (lines < GROUP_MAX && !pdf_scan_peek(s, "endcmap\n")))
        pdf_scan_fail(s, s->pos);
}

static void read_to_unicode(struct copy_reading *r, uint32_t number, struct copy_font *f)
{
    struct pdf_scan *const s = &r->s;
    const uint32_t len = copy_stream_begin(r, number, "a font's ToUnicode");
    pdf_scan_exact(s, ">>\nstream\n");
    const size_t from = s->pos;
    f->first = r->character_count;
    pdf_scan_exact(s, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                      "/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n"
                      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                      "1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n");
    do
        read_group(r, f);
    while (!s->failed && !pdf_scan_try(s, "endcmap\n"));
    pdf_scan_exact(s, "CMapName currentdict /CMap defineresource pop\nend\nend\n");
    if (s->pos - from != len)
        pdf_scan_fail(s, from);
    pdf_scan_exact(s, "\nendstream");
    copy_end(r);
}

static void read_font(struct copy_reading *r, uint32_t number, bool own, struct copy_font *f)
{
    f->used = true;
    const struct span name = read_type0(r, number);
    const size_t at = r->s.pos;
    const uint32_t widths = read_cid_font(r, number + 1, name);
    read_descriptor(r, number + 2, name);
    read_program(r, number + 3, own);
    read_to_unicode(r, number + 4, f);
    if (f->count != widths || f->count > CIDS_MAX)
        pdf_scan_fail(&r->s, at);
    (void)copy_stream_end(r, copy_stream_begin(r, number + 5, "a font's CID set"));
}

void copy_fonts_read(struct copy_reading *r, bool own)
{
    for (uint32_t face = 0; face < COPY_FACES; face++) {
        const uint32_t first = (own ? COPY_OWN_FONTS : COPY_FIXED_FONTS) + face * COPY_FONT_OBJECTS;
        const bool used = own ? r->own_fonts[face] : !copy_is_null(r, first);
        if (used) {
            read_font(r, first, own, &r->fonts[own ? COPY_FACES + face : face]);
            continue;
        }
        for (uint32_t i = 0; i < COPY_FONT_OBJECTS; i++)
            copy_null(r, first + i);
    }
}
