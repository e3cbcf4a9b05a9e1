/*
 * Any bytes in, the first one saying the encoding and the size of pieces: what comes out is UTF-8,
 * the same as for the whole, and its places lead back into the input.
 */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/text/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The beginning and the end of a piece must be found again in the input. */
static void check_places(const struct decoder *c, struct span text, uint64_t before)
{
    if (text.len == 0)
        return;
    if (decoder_source(c, text, 0) != before || decoder_source(c, text, text.len) != c->offset)
        abort();
}

static void tell(struct span in, enum encoding encoding, size_t step, struct buf *to)
{
    ON_EXIT(decoder_close) struct decoder c = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = decoder_open(&c, encoding, 0, 1, &d);
    for (size_t i = 0; i < in.len && rc == RC_OK; i += step) {
        struct span text = { 0 };
        const uint64_t before = c.offset;
        rc =
            decoder_push(&c, span_of(in.ptr + i, in.len - i < step ? in.len - i : step), &text, &d);
        if (rc != RC_OK)
            break;
        check_places(&c, text, before);
        buf_put_span(to, text);
    }
    if (rc == RC_OK)
        rc = decoder_finish(&c, &d);
    if (rc == RC_OK && !utf8_well_formed(buf_span(to)))
        abort();
    if (rc != RC_OK && (rc != RC_FORMAT || d.offset >= in.len))
        abort();
    /* Of a refused input, how far it came depends on the pieces; where it failed does not. */
    if (rc != RC_OK)
        buf_clear(to);
    buf_printf(to, "%s %zu %s", rc_name(rc), d.offset, d.text);
}

/* What a mark says is one of the two, or refused. */
static void read_mark(struct span in)
{
    enum encoding encoding = ENCODING_NONE;
    size_t len = 0;
    const enum rc rc = encoding_of_mark(in, &encoding, &len, NULL);
    if (rc == RC_OK ? len > in.len || (encoding == ENCODING_NONE) != (len == 0)
                    : rc != RC_FORMAT || encoding != ENCODING_NONE)
        abort();
    if ((strcmp(encoding_name(encoding), "unknown") == 0) != (encoding == ENCODING_NONE))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    read_mark(span_of(data + 1, size - 1));
    ON_EXIT(buf_free_at) struct buf whole = { 0 };
    ON_EXIT(buf_free_at) struct buf pieces = { 0 };
    const struct span in = span_of(data + 1, size - 1);
    const enum encoding encoding = data[0] & 0x80 ? ENCODING_GB18030 : ENCODING_UTF8;
    tell(in, encoding, in.len + 1, &whole);
    tell(in, encoding, (size_t)data[0] % 16 + 1, &pieces);
    if (!span_equal(buf_span(&whole), buf_span(&pieces)))
        abort();
    return 0;
}
