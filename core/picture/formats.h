/* The two readers behind picture_read(). */
#pragma once

#include "core/picture/picture.h"

/* RC_LIMIT, or RC_NOMEM; otherwise ret->grey has room for all pixels. */
MUST_CHECK enum rc picture_make(uint64_t width, uint64_t height, struct picture *ret,
                                struct diag *d);
MUST_CHECK enum rc png_to_grey(struct span file, struct picture *ret, struct diag *d);
MUST_CHECK enum rc jpeg_to_grey(struct span file, struct picture *ret, struct diag *d);
