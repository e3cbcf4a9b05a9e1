/*
 * A holder's photo in the one form that the register keeps, claim 13 binds and a PDF shows
 * (docs/pdf.md, "Photo"): a JPEG that PDF can hold, or a plain PNG, of which the PDF shows the data
 * and a reader makes the file again. Pure; no pixel is decoded.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define PHOTO_SIDE_MAX 65500u /* pixels; JPEG's own limit */

struct photo {
    bool jpeg, grey; /* not grey: RGB, or YCbCr in a JPEG */
    uint8_t bits;    /* a sample */
    uint32_t width, height;
    struct span bytes; /* JPEG: the file; PNG: the data of its IDAT, a zlib stream */
};

/*
 * JPEG: Huffman-coded, sequential or progressive, 8 bits, one or three components. PNG: grey of 1,
 * 2, 4 or 8 bits or RGB of 8, not interlaced, of exactly the chunks IHDR, IDAT, IEND.
 *
 * ret  borrows file; written only on RC_OK
 *
 * RC_FORMAT  anything else; d says what it is
 *
 * ITU-T T.81 annex B, ISO/IEC 15948 clauses 5 and 11.2
 */
MUST_CHECK enum rc photo_read(struct span file, struct photo *ret, struct diag *d);

/* The file that p was read from, byte for byte. */
void photo_put(struct buf *to, const struct photo *p);

/*
 * A PNG of plain pixels with other chunks, or more IDATs: appends it as a plain PNG of the same
 * pixels. Chunks that matter to no PDF (gamma, resolution, texts) are left out.
 *
 * RC_FORMAT  not a PNG; or interlaced, with alpha, transparency, palette or 16 bits
 */
MUST_CHECK enum rc photo_plain(struct span png, struct buf *to, struct diag *d);
