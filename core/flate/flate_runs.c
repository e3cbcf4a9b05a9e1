#include <assert.h>

#define ZLIB_CONST
#include <zlib.h>

#include "core/flate/flate.h"

/* zlib counts in unsigned int and, for bounds, a little above the input's length. */
#define INPUT_MAX ((size_t)1 << 30)

static void deflate_end_at(z_stream *z)
{
    (void)deflateEnd(z);
}

enum rc flate_deflate_runs(struct span plain, struct buf *to, struct diag *d)
{
    assert(to);

    if (plain.len > INPUT_MAX)
        return diag_set(d, RC_LIMIT, INPUT_MAX, "%zu bytes to deflate at once", plain.len);

    ON_EXIT(deflate_end_at) z_stream z = { .next_in = plain.ptr, .avail_in = (uInt)plain.len };
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_RLE) != Z_OK)
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
