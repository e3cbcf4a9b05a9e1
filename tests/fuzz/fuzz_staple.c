/* Any bytes in: a staple that is read has no other encoding, and a refusal names a place in it. */
#include <stdlib.h>

#include "core/cert/staple.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(struct span bytes, const struct staple *s)
{
    struct buf header = { 0 }, payload = { 0 }, whole = { 0 };
    cose_header_put(&header, (enum cose_alg)s->cose.header.alg, (struct span){ 0 }, NULL);
    staple_payload_put(&payload, s);
    cose_sign1_put(&whole, buf_span(&header), buf_span(&payload), s->cose.signature);
    if (!buf_ok(&whole) || !span_equal(buf_span(&whole), bytes))
        abort();
    buf_free(&header);
    buf_free(&payload);
    buf_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = span_of(data, size);
    struct diag d = DIAG_INIT;
    struct staple s;
    const enum rc rc = staple_parse(bytes, &s, &d);
    if (rc == RC_OK)
        write_again(bytes, &s);
    else if (d.code != rc || d.offset > size)
        abort();
    return 0;
}
