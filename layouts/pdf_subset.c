/* A TrueType file of a few glyphs, copied from a face: OpenType 1.9, "glyf", "loca", "hmtx". */
#include <assert.h>
#include <endian.h>
#include <stdlib.h>

#include "layouts/pdf_fonts.h"

#define GLYPHS_MAX          (PDF_CHARS_MAX + 1 + 512) /* .notdef, characters, parts of composites */
#define GLYPH_HEADER        10                        /* contours and bounding box */
#define ARGS_ARE_WORDS      0x0001u
#define HAVE_SCALE          0x0008u
#define MORE_COMPONENTS     0x0020u
#define HAVE_XY_SCALE       0x0040u
#define HAVE_2_BY_2         0x0080u
#define HAVE_INSTRUCTIONS   0x0100u
#define CHECKSUM_ADJUSTMENT 0xB1B0AFBAu

struct subset {
    const struct pdf_face *face;
    struct buf *to;
    size_t start;                    /* of the file in to */
    unsigned count;                  /* glyphs */
    uint32_t glyph[GLYPHS_MAX];      /* the face's numbers */
    uint32_t offset[GLYPHS_MAX + 1]; /* in glyf */
};

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static void put16_at(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32_at(uint8_t *p, uint32_t v)
{
    put16_at(p, v >> 16);
    put16_at(p + 2, v & 0xFFFF);
}

/* The new number of a composite's part; 0: no room. */
static unsigned part_number(struct subset *s, uint32_t glyph)
{
    for (unsigned i = 1; i < s->count; i++) {
        if (s->glyph[i] == glyph)
            return i;
    }
    if (s->count == GLYPHS_MAX)
        return 0;
    s->glyph[s->count] = glyph;
    return s->count++;
}

static size_t component_len(unsigned flags)
{
    const size_t scale = flags & HAVE_SCALE      ? 2
                         : flags & HAVE_XY_SCALE ? 4
                         : flags & HAVE_2_BY_2   ? 8
                                                 : 0;
    return (flags & ARGS_ARE_WORDS ? 8u : 6u) + scale;
}

/* The parts get their new numbers, the instructions go. False: broken. */
static bool put_composite(struct subset *s, struct span outline)
{
    const size_t at = s->to->len;
    buf_put(s->to, outline.ptr, outline.len);
    if (!buf_ok(s->to))
        return true; /* the buf says so itself */

    size_t pos = GLYPH_HEADER;
    unsigned flags;
    do {
        if (pos + 4 > outline.len)
            return false;
        flags = be16(outline.ptr + pos);
        const unsigned part = part_number(s, be16(outline.ptr + pos + 2));
        if (part == 0)
            return false;
        put16_at(s->to->ptr + at + pos, flags & ~HAVE_INSTRUCTIONS);
        put16_at(s->to->ptr + at + pos + 2, part);
        pos += component_len(flags);
    } while (flags & MORE_COMPONENTS);

    if (pos > outline.len)
        return false;
    s->to->len = at + pos;
    return true;
}

static bool put_simple(struct subset *s, struct span outline)
{
    const size_t counted = GLYPH_HEADER + 2 * (size_t)be16(outline.ptr);
    if (counted + 2 > outline.len)
        return false;
    const size_t instructions = be16(outline.ptr + counted);
    if (counted + 2 + instructions > outline.len)
        return false;
    if (instructions == 0) {
        buf_put_span(s->to, outline);
        return true;
    }
    buf_put(s->to, outline.ptr, counted);
    buf_put(s->to, "\0", 2);
    buf_put(s->to, outline.ptr + counted + 2 + instructions,
            outline.len - counted - 2 - instructions);
    return true;
}

static void pad_to_4(struct subset *s)
{
    while ((s->to->len - s->start) % 4 != 0 && buf_ok(s->to))
        buf_put_u8(s->to, 0);
}

/* Composites add to s->count while the loop runs. */
static bool put_glyf(struct subset *s)
{
    const size_t glyf = s->to->len;
    s->offset[0] = s->offset[1] = 0; /* .notdef is blank */
    for (unsigned i = 1; i < s->count; i++) {
        const struct span outline = pdf_face_outline(s->face, s->glyph[i]);
        if (outline.len != 0) {
            if (outline.len < GLYPH_HEADER + 2)
                return false;
            const bool whole =
                outline.ptr[0] & 0x80 ? put_composite(s, outline) : put_simple(s, outline);
            if (!whole)
                return false;
            pad_to_4(s);
        }
        s->offset[i + 1] = (uint32_t)(s->to->len - glyf);
    }
    if (s->to->len == glyf)
        buf_put(s->to, "\0\0\0", 4); /* a table without bytes is taken for a missing one */
    return true;
}

static void put_head(struct subset *s)
{
    uint8_t head[54];
    memcpy(head, s->face->table[PDF_HEAD].ptr, sizeof head);
    put32_at(head + 8, 0);
    put16_at(head + 50, 1); /* long loca */
    buf_put(s->to, head, sizeof head);
}

static void put_hhea(struct subset *s)
{
    uint8_t hhea[36];
    memcpy(hhea, s->face->table[PDF_HHEA].ptr, sizeof hhea);
    put16_at(hhea + 34, s->count);
    buf_put(s->to, hhea, sizeof hhea);
}

static void put_hmtx(struct subset *s)
{
    uint8_t *out = buf_reserve(s->to, (size_t)s->count * 4);
    if (!out)
        return;
    for (size_t i = 0; i < s->count; i++) {
        const struct pdf_metrics m = pdf_face_metrics(s->face, s->glyph[i]);
        put16_at(out + 4 * i, m.advance);
        put16_at(out + 4 * i + 2, (uint16_t)m.lsb);
    }
    s->to->len += (size_t)s->count * 4;
}

static void put_loca(struct subset *s)
{
    uint8_t *out = buf_reserve(s->to, ((size_t)s->count + 1) * 4);
    if (!out)
        return;
    for (size_t i = 0; i <= s->count; i++)
        put32_at(out + 4 * i, s->offset[i]);
    s->to->len += ((size_t)s->count + 1) * 4;
}

static void put_maxp(struct subset *s)
{
    uint8_t maxp[32];
    memcpy(maxp, s->face->table[PDF_MAXP].ptr, sizeof maxp);
    put16_at(maxp + 4, s->count);
    put16_at(maxp + 14, 1); /* no twilight zone: no instructions */
    memset(maxp + 16, 0, 12);
    buf_put(s->to, maxp, sizeof maxp);
}

static uint32_t checksum(const uint8_t *p, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i += 4) {
        uint32_t word;
        memcpy(&word, p + i, 4);
        sum += be32toh(word);
    }
    return sum;
}

static const char tags[PDF_TABLES][5] = {
    [PDF_GLYF] = "glyf", [PDF_HEAD] = "head", [PDF_HHEA] = "hhea",
    [PDF_HMTX] = "hmtx", [PDF_LOCA] = "loca", [PDF_MAXP] = "maxp",
};
#define DIRECTORY_LEN (12 + 16 * (size_t)PDF_TABLES)

static void fill_directory(struct subset *s, const size_t from[PDF_TABLES + 1],
                           const size_t len[PDF_TABLES])
{
    uint8_t *const file = s->to->ptr + s->start;
    static const uint8_t begin[12] = { 0, 1, 0, 0, 0, PDF_TABLES, 0, 64, 0, 2, 0, 32 };
    memcpy(file, begin, sizeof begin);

    uint32_t sum = 0;
    for (size_t i = 0; i < PDF_TABLES; i++) {
        uint8_t *const row = file + 12 + 16 * i;
        const uint32_t table = checksum(file + from[i], from[i + 1] - from[i]);
        memcpy(row, tags[i], 4);
        put32_at(row + 4, table);
        put32_at(row + 8, (uint32_t)from[i]);
        put32_at(row + 12, (uint32_t)len[i]);
        sum += table;
    }
    sum += checksum(file, DIRECTORY_LEN);
    put32_at(file + from[PDF_HEAD] + 8, CHECKSUM_ADJUSTMENT - sum);
}

static enum rc put_file(struct subset *s, struct diag *d)
{
    static void (*const put[PDF_TABLES])(struct subset *) = {
        [PDF_HEAD] = put_head, [PDF_HHEA] = put_hhea, [PDF_HMTX] = put_hmtx,
        [PDF_LOCA] = put_loca, [PDF_MAXP] = put_maxp,
    };
    size_t from[PDF_TABLES + 1], len[PDF_TABLES];

    if (!buf_reserve(s->to, DIRECTORY_LEN))
        return buf_rc(s->to, d);
    s->to->len += DIRECTORY_LEN;
    for (int i = 0; i < PDF_TABLES; i++) {
        from[i] = s->to->len - s->start;
        if (i == PDF_GLYF && !put_glyf(s))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "an outline of the font \"%s\" is broken",
                            s->face->name);
        if (i != PDF_GLYF)
            put[i](s);
        len[i] = s->to->len - s->start - from[i];
        pad_to_4(s);
    }
    from[PDF_TABLES] = s->to->len - s->start;
    if (buf_ok(s->to))
        fill_directory(s, from, len);
    return buf_rc(s->to, d);
}

enum rc pdf_subset_put(struct buf *to, const struct pdf_face *face, unsigned face_index,
                       const struct pdf_chars *chars, unsigned *ret_glyphs, struct diag *d)
{
    struct subset s;
    s.face = face;
    s.to = to;
    s.start = to->len;
    s.count = 1;
    s.glyph[0] = 0;
    for (size_t i = 0; i < chars->count; i++) {
        if (chars->at[i].face == face_index)
            s.glyph[s.count++] = chars->at[i].glyph;
    }
    const enum rc rc = put_file(&s, d);
    if (rc == RC_OK)
        *ret_glyphs = s.count;
    return rc;
}
