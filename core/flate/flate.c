#include "core/flate/flate.h"

#include <assert.h>
#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

#define CHUNK ((size_t)64 * 1024)

/* zlib counts in unsigned int and, for bounds, a little above the input's length. */
#define INPUT_MAX ((size_t)1 << 30)

/* Negative: no header and no checksum around the stream; 16 more: gzip's, without name and time. */
static int window_bits(enum flate_form form)
{
    switch (form) {
    case FLATE_RAW:
        return -MAX_WBITS;
    case FLATE_ZLIB:
        return MAX_WBITS;
    case FLATE_GZIP:
        return MAX_WBITS + 16;
    }
    assert(false);
    return 0;
}

static void deflate_end_at(z_stream *z)
{
    (void)deflateEnd(z);
}

static void inflate_end_at(z_stream *z)
{
    (void)inflateEnd(z);
}

static enum rc deflate_all(struct span plain, int bits, int strategy, struct buf *to,
                           struct diag *d)
{
    if (plain.len > INPUT_MAX)
        return diag_set(d, RC_LIMIT, INPUT_MAX, "%zu bytes to deflate at once", plain.len);

    ON_EXIT(deflate_end_at) z_stream z = { .next_in = plain.ptr, .avail_in = (uInt)plain.len };
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, bits, MAX_MEM_LEVEL, strategy) != Z_OK)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "deflate");

    const size_t room = deflateBound(&z, plain.len);
    z.next_out = buf_reserve(to, room);
    if (!z.next_out)
        return buf_rc(to, d);
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "deflate");

    to->len += z.total_out;
    return RC_OK;
}

enum rc flate_deflate(enum flate_form form, struct span plain, struct buf *to, struct diag *d)
{
    assert(to);
    return deflate_all(plain, window_bits(form), Z_DEFAULT_STRATEGY, to, d);
}

enum rc flate_deflate_runs(struct span plain, struct buf *to, struct diag *d)
{
    assert(to);
    return deflate_all(plain, window_bits(FLATE_RAW), Z_RLE, to, d);
}

/* Inflates until the stream's end or one byte over max; appends what came out. */
static enum rc inflate_all(z_stream *z, size_t max, struct buf *to, struct diag *d)
{
    size_t made = 0;
    int state = Z_OK;

    while (state == Z_OK) {
        const size_t room = max - made < CHUNK ? max - made + 1 : CHUNK;
        z->next_out = buf_reserve(to, room);
        if (!z->next_out)
            return buf_rc(to, d);
        z->avail_out = (uInt)room;

        state = inflate(z, Z_NO_FLUSH);
        made += room - z->avail_out;
        to->len += room - z->avail_out;
        if (made > max)
            return diag_set(d, RC_LIMIT, z->total_in, "over %zu bytes when inflated", max);
    }
    if (state == Z_MEM_ERROR)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "inflate");
    if (state == Z_BUF_ERROR)
        return diag_set(d, RC_FORMAT, z->total_in, "the deflated stream is cut short");
    if (state != Z_STREAM_END)
        return diag_set(d, RC_FORMAT, z->total_in, "not a deflated stream");
    if (z->avail_in > 0)
        return diag_set(d, RC_FORMAT, z->total_in, "bytes after the deflated stream");
    return RC_OK;
}

enum rc flate_inflate(enum flate_form form, struct span packed, size_t max, struct buf *to,
                      struct diag *d)
{
    assert(to);

    if (packed.len > INPUT_MAX)
        return diag_set(d, RC_LIMIT, INPUT_MAX, "%zu bytes to inflate at once", packed.len);

    ON_EXIT(inflate_end_at) z_stream z = { .next_in = packed.ptr, .avail_in = (uInt)packed.len };
    if (inflateInit2(&z, window_bits(form)) != Z_OK)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "inflate");

    const size_t before = to->len;
    const enum rc rc = inflate_all(&z, max, to, d);
    if (rc != RC_OK)
        to->len = before;
    return rc;
}
