/* Any bytes in: a token that is read has no other encoding, and a refusal names a place in it. */
#include <stdlib.h>

#include "core/cert/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(struct span bytes, const struct token *t)
{
    struct buf header = { 0 }, payload = { 0 }, whole = { 0 };
    cose_header_put(&header, (enum cose_alg)t->cose.header.alg, t->cose.header.kid, NULL);
    token_payload_put(&payload, t);
    cose_sign1_put(&whole, buf_span(&header), buf_span(&payload), t->cose.signature);
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
    struct token t;
    const enum rc rc = token_parse(bytes, &t, &d);
    if (rc == RC_OK)
        write_again(bytes, &t);
    else if (d.code != rc || d.offset > size)
        abort();
    return 0;
}
