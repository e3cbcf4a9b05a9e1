/* A photo as an image XObject, its bytes as they are: no pixel is decoded. */
#pragma once

#include "core/cert/photo.h"
#include "layouts/pdf_write.h"

void pdf_photo_put(struct pdf_out *out, unsigned number, const struct photo *photo);

/* A dark-on-white picture as a stencil of one bit a pixel, deflated. */
MUST_CHECK enum rc pdf_stencil_put(struct pdf_out *out, unsigned number, struct span file,
                                   struct diag *d);
