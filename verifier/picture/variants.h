/* The same picture in other forms, each of which shows zbar what it missed in the last. Pure. */
#pragma once

#include "core/picture/picture.h"

#define VARIANT_PIXELS_MAX ((size_t)16 * 1000 * 1000) /* a larger form is not made */

/* RC_OK with ret->grey NULL: this form is of no use for this picture. */
typedef enum rc variant_fn(const struct picture *p, struct picture *ret, struct diag *d);

extern variant_fn *const variants[];
extern const size_t variant_count;
