/* The faces behind struct pdf_font_set, and the characters that the font objects of one kind show.
 */
#pragma once

#include <hb.h>

#include "layouts/pdf.h"

enum pdf_table { PDF_GLYF, PDF_HEAD, PDF_HHEA, PDF_HMTX, PDF_LOCA, PDF_MAXP, PDF_TABLES };

struct pdf_face {
    hb_face_t *hb;
    hb_font_t *font; /* maps characters; immutable */
    hb_blob_t *blob[PDF_TABLES];
    struct span table[PDF_TABLES];  /* borrow blob */
    unsigned upem, glyphs, metrics; /* metrics: full entries of hmtx */
    bool long_loca;
    int ascent, descent, cap_height, bbox[4]; /* thousandths of an em */
    char name[64];                            /* PostScript name */
};

struct pdf_font_set {
    size_t count;
    struct pdf_face face[PDF_FACES];
};

struct pdf_metrics {
    uint16_t advance;
    int16_t lsb; /* font units */
};

/* One glyph's outline as the font has it; empty: a blank, no such glyph, or broken. Borrows. */
struct span pdf_face_outline(const struct pdf_face *face, uint32_t glyph);
struct pdf_metrics pdf_face_metrics(const struct pdf_face *face, uint32_t glyph);

/* The first face that has the character, with an outline unless it is a space. False: none. */
bool pdf_fonts_find(const struct pdf_font_set *fonts, uint32_t character, unsigned *ret_face,
                    uint32_t *ret_glyph);

#define PDF_CHARS_MAX   3000u /* distinct characters of one kind, fixed or own */
#define PDF_CHARS_SLOTS 4096u /* a power of two above it */

struct pdf_char {
    uint32_t character, glyph;
    uint16_t cid;     /* from 1, by face, in the order of first use */
    uint16_t advance; /* thousandths of an em */
    uint8_t face;
    bool fixed; /* it stands in the layout's font: /F…, else /G… */
};

/* Only slot, count and used need to be zero at the start. */
struct pdf_chars {
    bool fixed;
    uint16_t count;
    uint16_t used[PDF_FACES];       /* characters by face */
    uint16_t slot[PDF_CHARS_SLOTS]; /* place in at, plus 1; 0: free */
    struct pdf_char at[PDF_CHARS_MAX];
};
void pdf_chars_init(struct pdf_chars *chars, bool fixed);
const struct pdf_char *pdf_chars_find(const struct pdf_chars *chars, uint32_t character);
/*
 * Finds or adds. RC_REFUSED: no face has it; d names the code point. RC_LIMIT: over PDF_CHARS_MAX.
 */
MUST_CHECK enum rc pdf_chars_add(struct pdf_chars *chars, const struct pdf_font_set *fonts,
                                 uint32_t character, const struct pdf_char **ret, struct diag *d);

/*
 * Appends the font program that shows the chars of this face: a TrueType file of glyf, head, hhea,
 * hmtx, loca, maxp, glyph number = CID, without instructions. Parts of composite glyphs follow.
 * ret: how many glyphs. RC_FORMAT: the face's own tables are broken.
 */
MUST_CHECK enum rc pdf_subset_put(struct buf *to, const struct pdf_face *face, unsigned face_index,
                                  const struct pdf_chars *chars, unsigned *ret_glyphs,
                                  struct diag *d);

/* Next character of well-formed UTF-8; moves *at. */
uint32_t pdf_next_character(struct span text, size_t *at);
