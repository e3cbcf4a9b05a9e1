/* Any bytes in: never more out than allowed; what comes out comes out again when deflated and
 * inflated. */
#include <stdlib.h>

#include "core/flate/flate.h"

#define OUT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(enum flate_form form, struct span packed)
{
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf own = { 0 };
    ON_EXIT(buf_free_at) struct buf again = { 0 };

    const enum rc rc = flate_inflate(form, packed, OUT_MAX, &plain, NULL);
    if (plain.len > OUT_MAX || (rc != RC_OK && plain.len != 0))
        abort();
    if (rc != RC_OK)
        return;
    if (flate_deflate(form, buf_span(&plain), &own, NULL) != RC_OK ||
        flate_inflate(form, buf_span(&own), plain.len, &again, NULL) != RC_OK ||
        !span_equal(buf_span(&plain), buf_span(&again)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(FLATE_RAW, span_of(data, size));
    check(FLATE_ZLIB, span_of(data, size));
    return 0;
}
