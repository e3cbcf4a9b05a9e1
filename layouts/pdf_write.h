/* The grammar of the file: numbers, objects, streams, as docs/pdf.md section 1 wants them. */
#pragma once

#include "layouts/pdf_fonts.h"

/* Lengths are integers: thousandths of a point. Millimetres times this. */
#define MPT_PER_MM (72000.0 / 25.4)

/* Object numbers, docs/pdf.md section 2. */
enum pdf_object {
    PDF_CATALOG = 1,
    PDF_PAGE = 2,
    PDF_INFO = 3,
    PDF_XMP = 4,
    PDF_CONTENT = 5,
    PDF_PHOTO = 6,
    PDF_OWN_FONT = 7, /* six for each face */
    PDF_TOKEN_SPEC = 31,
    PDF_TOKEN_FILE = 32,
    PDF_PROOF_SPEC = 33,
    PDF_PROOF_FILE = 34,
    PDF_WIDGET = 35,
    PDF_SIGNATURE = 36,
    PDF_FIXED_FIRST = 37,
    PDF_FIXED_FONT = 37,
    PDF_PAGES = 61,
    PDF_FIXED_CONTENT = 62,
    PDF_PROFILE = 63,
    PDF_SEAL = 64,
    PDF_STRUCT_ROOT = 65,
    PDF_PARENT_TREE = 66,
    PDF_DOCUMENT = 67,
    PDF_ELEMENT = 68, /* + MCID */
};
#define PDF_FONT_OBJECTS 6
#define PDF_MCIDS_MAX    300
#define PDF_OBJECTS_MAX  (PDF_ELEMENT + PDF_MCIDS_MAX)

struct pdf_out {
    struct buf *to;
    size_t start; /* of the file in to */
    size_t offset[PDF_OBJECTS_MAX];
};

void pdf_put_uint(struct buf *to, size_t v);
void pdf_put_mpt(struct buf *to, int32_t mpt); /* points, at most three digits behind the point */
void pdf_put_date(struct buf *to, int64_t unix_s);      /* (D:20261122080000+08'00') */
void pdf_put_iso_time(struct buf *to, int64_t unix_s);  /* 2026-11-22T08:00:00+08:00 */
void pdf_put_utf16(struct buf *to, uint32_t character); /* four or eight hex digits */
void pdf_put_hex16(struct buf *to, unsigned v);
void pdf_put_utf16_text(struct buf *to, struct span text); /* <feff…>; text is well-formed UTF-8 */
void pdf_put_xml(struct buf *to, struct span text);        /* escaped */

/* "N 0 obj", and what ends it. */
void pdf_begin(struct pdf_out *out, unsigned number);
void pdf_end(struct pdf_out *out);
void pdf_put_null(struct pdf_out *out, unsigned number);
/* A whole stream object; entries: what stands in its dictionary behind /Length. */
void pdf_put_stream(struct pdf_out *out, unsigned number, const char *entries, struct span bytes);
/* The same, deflated. */
MUST_CHECK enum rc pdf_put_packed(struct pdf_out *out, unsigned number, const char *entries,
                                  struct span plain, struct diag *d);
/* Cross-reference lines of the objects [first, end). */
void pdf_put_xref_lines(struct buf *to, const size_t *offset, unsigned first, unsigned end);

/*
 * The fonts of these chars: PDF_FACES times six objects from first on, nulls for faces unused.
 * packed: deflate the font programs.
 */
MUST_CHECK enum rc pdf_put_fonts(struct pdf_out *out, unsigned first,
                                 const struct pdf_font_set *fonts, const struct pdf_chars *chars,
                                 bool packed, struct diag *d);
/* "/F0 37 0 R/F2 49 0 R": what a page's resources say of them. */
void pdf_put_font_names(struct buf *to, char letter, unsigned first, const struct pdf_chars *chars);
