/* A photo as an image XObject: its bytes as they are, where PDF can hold them. */
#pragma once

#include "layouts/pdf_write.h"

struct pdf_photo {
    uint32_t width, height;
    bool jpeg, grey;
    uint8_t bits;       /* a sample */
    struct span bytes;  /* JPEG: the file */
    struct buf redrawn; /* owned: the PNG that stands for one that PDF cannot hold */
};
void pdf_photo_free(struct pdf_photo *photo); /* leaves it zeroed; for ON_EXIT too */

/*
 * JPEG: baseline or progressive, 8 bits, one or three components. PNG: grey or RGB of at most 8
 * bits a sample, not interlaced, as it is; any other decoded and drawn in grey on white. RC_FORMAT:
 * anything else. ret borrows the file, and is the caller's to free.
 */
MUST_CHECK enum rc pdf_photo_read(struct span file, struct pdf_photo *ret, struct diag *d);
void pdf_photo_put(struct pdf_out *out, unsigned number, const struct pdf_photo *photo);

/* A dark-on-white picture as a stencil of one bit a pixel, deflated. */
MUST_CHECK enum rc pdf_stencil_put(struct pdf_out *out, unsigned number, struct span file,
                                   struct diag *d);
