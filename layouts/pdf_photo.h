/* A photo as an image XObject, its bytes as they are: no pixel is decoded. */
#pragma once

#include "layouts/pdf_write.h"

struct pdf_photo {
    uint32_t width, height;
    bool jpeg, grey;
    uint8_t bits;      /* a sample */
    struct span bytes; /* JPEG: the file */
};

/*
 * JPEG: baseline or progressive, 8 bits, one or three components. PNG: grey or RGB, without alpha,
 * palette and interlace, at most 8 bits a sample.
 * RC_FORMAT: anything else. ret borrows the file.
 */
MUST_CHECK enum rc pdf_photo_read(struct span file, struct pdf_photo *ret, struct diag *d);
void pdf_photo_put(struct pdf_out *out, unsigned number, const struct pdf_photo *photo);

/* A dark-on-white picture as a stencil of one bit a pixel, deflated. */
MUST_CHECK enum rc pdf_stencil_put(struct pdf_out *out, unsigned number, struct span file,
                                   struct diag *d);
