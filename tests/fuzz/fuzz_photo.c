/*
 * Any bytes as a photo: what is read is written again byte for byte, and what is made plain is
 * read.
 */
#include <stdlib.h>

#include "core/cert/photo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_whole(struct span file)
{
    struct photo p;
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    if (photo_read(file, &p, NULL) != RC_OK)
        return;
    if (p.width == 0 || p.height == 0 || p.width > PHOTO_SIDE_MAX || p.height > PHOTO_SIDE_MAX)
        abort();
    photo_put(&again, &p);
    if (!span_equal(buf_span(&again), file))
        abort();
}

static void make_plain(struct span file)
{
    struct photo p;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    if (photo_plain(file, &plain, NULL) == RC_OK &&
        (photo_read(buf_span(&plain), &p, NULL) != RC_OK || p.jpeg))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_whole(span_of(data, size));
    make_plain(span_of(data, size));
    return 0;
}
