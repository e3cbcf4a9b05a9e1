/* Any bytes as a picture: never crashes, never over the limits, what zbar sees is printable, and
 * what has colours can be written again. */
#include <stdlib.h>
#include <string.h>

#include "verifier/picture/codes.h"

#define SCAN_PIXELS_MAX ((size_t)20 * 1000) /* larger ones are only decoded: scanning is slow */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_lines(const struct buf *texts)
{
    for (size_t i = 0; i < texts->len; i++)
        if (texts->ptr[i] != '\n' && (texts->ptr[i] < 0x20 || texts->ptr[i] > 0x7e))
            abort();
}

/* A photo on its way in: what is read can be written as a JPEG, and is one then. */
static void read_colours(struct span file)
{
    ON_EXIT(picture_colour_free) struct picture_colour p = { 0 };
    ON_EXIT(buf_free_at) struct buf jpeg = { 0 };
    if (picture_read_png(file, SCAN_PIXELS_MAX, &p, NULL) != RC_OK)
        return;
    if (p.width == 0 || p.height == 0 || (size_t)p.width * p.height > SCAN_PIXELS_MAX ||
        picture_write_jpeg(&jpeg, &p, 80, NULL) != RC_OK ||
        picture_kind(buf_span(&jpeg)) != PICTURE_JPEG)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An exact-size heap copy lets the sanitizer see a one-byte over-read. */
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);

    ON_EXIT(picture_free) struct picture p = { 0 };
    ON_EXIT(buf_free_at) struct buf texts = { 0 };
    if (picture_read(span_of(copy, size), &p, NULL) == RC_OK) {
        const size_t pixels = (size_t)p.width * p.height;
        if (pixels == 0 || pixels > PICTURE_PIXELS_MAX)
            abort();
        if (pixels <= SCAN_PIXELS_MAX && codes_find(&p, &texts, NULL) == RC_OK)
            must_be_lines(&texts);
    }
    read_colours(span_of(copy, size));
    free(copy);
    return 0;
}
