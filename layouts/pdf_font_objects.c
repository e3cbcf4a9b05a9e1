/* Type0 fonts with TrueType outlines: ISO 32000-1, 9.7; docs/pdf.md section 4. */
#include <stdio.h>

#include "core/flate/flate.h"
#include "layouts/pdf_write.h"

#define BFCHARS_MAX 100 /* lines of one group (Adobe technical note 5014) */

struct font {
    struct pdf_out *out;
    unsigned object; /* the first of the six */
    const struct pdf_face *face;
    unsigned index; /* of the face */
    const struct pdf_chars *chars;
    unsigned glyphs;
    char name[80];
};

/* Viewers and printers keep fonts by name, so two subsets must not share one. */
static void make_name(struct font *f)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < f->chars->count; i++) {
        if (f->chars->at[i].face == f->index)
            hash = (hash ^ f->chars->at[i].character) * 0x100000001b3u;
    }
    hash ^= hash >> 32;
    char tag[7] = "";
    for (int i = 0; i < 6; i++, hash /= 26)
        tag[i] = (char)('A' + hash % 26);
    snprintf(f->name, sizeof f->name, "%s+%s", tag, f->face->name);
}

static void put_type0(const struct font *f)
{
    pdf_begin(f->out, f->object);
    buf_printf(f->out->to,
               "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%u 0 R]"
               "/ToUnicode %u 0 R>>",
               f->name, f->object + 1, f->object + 4);
    pdf_end(f->out);
}

static void put_cid_font(const struct font *f)
{
    struct buf *const to = f->out->to;
    pdf_begin(f->out, f->object + 1);
    buf_printf(to,
               "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)"
               "/Ordering(Identity)/Supplement 0>>/FontDescriptor %u 0 R/CIDToGIDMap/Identity"
               "/DW 1000/W[1[",
               f->name, f->object + 2);
    bool first = true;
    for (size_t i = 0; i < f->chars->count; i++) {
        if (f->chars->at[i].face != f->index)
            continue;
        if (!first)
            buf_put_u8(to, ' ');
        first = false;
        pdf_put_uint(to, f->chars->at[i].advance);
    }
    buf_put_text(to, "]]>>");
    pdf_end(f->out);
}

static void put_descriptor(const struct font *f)
{
    const int *const box = f->face->bbox;
    pdf_begin(f->out, f->object + 2);
    buf_printf(f->out->to,
               "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0"
               "/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %u 0 R/CIDSet %u 0 R>>",
               f->name, box[0], box[1], box[2], box[3], f->face->ascent, f->face->descent,
               f->face->cap_height, f->object + 3, f->object + 5);
    pdf_end(f->out);
}

static enum rc put_program(struct font *f, bool packed, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf program = { 0 };
    char entries[64];
    const enum rc rc = pdf_subset_put(&program, f->face, f->index, f->chars, &f->glyphs, d);
    if (rc != RC_OK)
        return rc;
    snprintf(entries, sizeof entries, "/Length1 %zu", program.len);
    if (packed)
        return pdf_put_packed(f->out, f->object + 3, entries, buf_span(&program), d);
    pdf_put_stream(f->out, f->object + 3, entries, buf_span(&program));
    return RC_OK;
}

static void put_bfchars(struct buf *to, const struct font *f)
{
    unsigned left = f->chars->used[f->index], group = 0;
    for (size_t i = 0; i < f->chars->count; i++) {
        const struct pdf_char *c = &f->chars->at[i];
        if (c->face != f->index)
            continue;
        if (group == 0) {
            group = left < BFCHARS_MAX ? left : BFCHARS_MAX;
            left -= group;
            pdf_put_uint(to, group);
            buf_put_text(to, " beginbfchar\n");
        }
        buf_put_u8(to, '<');
        pdf_put_hex16(to, c->cid);
        buf_put(to, "><", 2);
        pdf_put_utf16(to, c->character);
        buf_put(to, ">\n", 2);
        if (--group == 0)
            buf_put_text(to, "endbfchar\n");
    }
}

static enum rc put_to_unicode(const struct font *f, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf map = { 0 };
    buf_put_text(&map, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                       "/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n"
                       "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                       "1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n");
    put_bfchars(&map, f);
    buf_put_text(&map, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    pdf_put_stream(f->out, f->object + 4, "", buf_span(&map));
    return buf_rc(&map, d);
}

/* One bit a CID, .notdef and the parts of composites too: all glyphs of the program. */
static void put_cid_set(const struct font *f)
{
    uint8_t bits[(PDF_CHARS_MAX + 1024) / 8] = { 0 };
    for (unsigned i = 0; i < f->glyphs; i++)
        bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
    pdf_put_stream(f->out, f->object + 5, "", span_of(bits, (f->glyphs + 7) / 8));
}

static enum rc put_font(struct font *f, bool packed, struct diag *d)
{
    make_name(f);
    put_type0(f);
    put_cid_font(f);
    put_descriptor(f);
    enum rc rc = put_program(f, packed, d);
    if (rc == RC_OK)
        rc = put_to_unicode(f, d);
    if (rc == RC_OK)
        put_cid_set(f);
    return rc;
}

enum rc pdf_put_fonts(struct pdf_out *out, unsigned first, const struct pdf_font_set *fonts,
                      const struct pdf_chars *chars, bool packed, struct diag *d)
{
    for (unsigned i = 0; i < PDF_FACES; i++) {
        struct font f = { .out = out,
                          .object = first + i * PDF_FONT_OBJECTS,
                          .face = &fonts->face[i],
                          .index = i,
                          .chars = chars };
        if (chars->used[i] == 0) {
            for (unsigned o = 0; o < PDF_FONT_OBJECTS; o++)
                pdf_put_null(out, f.object + o);
            continue;
        }
        const enum rc rc = put_font(&f, packed, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

void pdf_put_font_names(struct buf *to, char letter, unsigned first, const struct pdf_chars *chars)
{
    for (unsigned i = 0; i < PDF_FACES; i++) {
        if (chars->used[i] != 0)
            buf_printf(to, "/%c%u %u 0 R", letter, i, first + i * PDF_FONT_OBJECTS);
    }
}
