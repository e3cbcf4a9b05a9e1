/*
 * Pictures as pixels: PNG and JPEG in, PNG and JPEG out (libpng and libjpeg are
 * included from this folder alone). Whoever takes pictures from strangers reads
 * them in a process that may do nothing else: verifier/picture.
 */
#pragma once

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

#define PICTURE_FILE_MAX   (40u << 20)                /* bytes of a file */
#define PICTURE_PIXELS_MAX ((size_t)64 * 1000 * 1000) /* width times height */
#define PICTURE_SIDE_MAX   65500u                     /* pixels; JPEG's own limit */

enum picture_kind { PICTURE_NONE = 0, PICTURE_PNG, PICTURE_JPEG };

/* By the first bytes alone. */
enum picture_kind picture_kind(struct span file);

struct picture {
    uint32_t width, height;
    uint8_t *grey; /* owned; width × height, row by row; 0 is black, 255 white */
};
void picture_free(struct picture *p); /* leaves it zeroed; for ON_EXIT too */

/*
 * Decodes a whole file; transparent parts become white.
 * RC_FORMAT  neither PNG nor JPEG, or broken, or of a colour model that is not read (CMYK)
 * RC_LIMIT   over PICTURE_FILE_MAX, PICTURE_PIXELS_MAX or PICTURE_SIDE_MAX
 */
MUST_CHECK enum rc picture_read(struct span file, struct picture *ret, struct diag *d);

/* Pixels as they are seen: 8 bits a sample, row by row. */
struct picture_colour {
    uint32_t width, height;
    bool grey;       /* one sample a pixel; else three, red green blue */
    uint8_t *pixels; /* owned */
};
void picture_colour_free(struct picture_colour *p); /* leaves it zeroed; for ON_EXIT too */

/*
 * Decodes a PNG of any kind: colour types, depths, interlace. Transparent parts become white, 16
 * bits 8.
 *
 * RC_FORMAT  not a PNG, or broken
 * RC_LIMIT   more than pixels_max pixels, or over PICTURE_SIDE_MAX
 */
MUST_CHECK enum rc picture_read_png(struct span file, size_t pixels_max, struct picture_colour *ret,
                                    struct diag *d);

/* Appends a baseline JPEG, its colours at full resolution. quality: 1 to 100, as libjpeg counts.
 * RC_NOMEM, RC_FORMAT: libjpeg would not; d says why */
MUST_CHECK enum rc picture_write_jpeg(struct buf *to, const struct picture_colour *p,
                                      unsigned quality, struct diag *d);

/* Appends an 8-bit grey PNG of width × height pixels, row by row. The same pixels give the same
 * bytes. */
MUST_CHECK enum rc picture_write_png(struct buf *to, const uint8_t *pixels, uint32_t width,
                                     uint32_t height, struct diag *d);
