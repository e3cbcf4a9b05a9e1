/* Any bytes in: what is taken is written by our writer, head by head, to the very same bytes. */
#include <stdlib.h>

#include "core/cose/cbor_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rewrite(struct span bytes)
{
    struct cbor_reader c = cbor_reader_over(bytes, NULL);
    struct cbor_head head;
    while (reader_left(&c.r) > 0) {
        const size_t at = c.r.pos;
        uint8_t again[CBOR_HEAD_MAX];
        struct span content;
        if (!cbor_head(&c, "item", &head))
            abort();
        const size_t len = cbor_head_encode((enum cbor_major)head.major, head.arg, again);
        if (!span_equal(span_of(again, len), span_of(bytes.ptr + at, c.r.pos - at)))
            abort();
        if ((head.major == CBOR_BYTES || head.major == CBOR_TEXT) &&
            !cbor_content(&c, "item", at, &head, &content))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = span_of(data, size);
    struct diag d = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(bytes, &d);
    struct span item;
    const bool taken = cbor_skip(&c, "item", &item) && cbor_end(&c);
    if (taken)
        rewrite(bytes);
    else if (d.code != RC_FORMAT || d.offset > size)
        abort();
    return 0;
}
