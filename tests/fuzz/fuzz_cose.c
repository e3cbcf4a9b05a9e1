/*
 * Any bytes as one of the structures around signatures, the first byte saying which: what is read
 * is written again as the same bytes, and a refusal names a place in them.
 */
#include <stdlib.h>

#include "core/cert/token.h"
#include "keys/trust/trust_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum rc again_sign1(struct span bytes, struct buf *to, struct diag *d)
{
    struct cose_sign1 m;
    const enum rc rc = cose_sign1_parse(bytes, &m, d);
    if (rc == RC_OK)
        cose_sign1_put(to, m.header.raw, m.payload, m.signature);
    return rc;
}

static enum rc again_sign(struct span bytes, struct buf *to, struct diag *d)
{
    struct cose_sign m;
    const enum rc rc = cose_sign_parse(bytes, &m, d);
    if (rc == RC_OK)
        cose_sign_put(to, m.body_header, m.payload, m.signers, m.count);
    return rc;
}

static enum rc again_key(struct span bytes, struct buf *to, struct diag *d)
{
    struct public_numbers key;
    const enum rc rc = cose_key_parse(bytes, &key, d);
    if (rc == RC_OK)
        cose_key_put(to, &key);
    return rc;
}

static enum rc again_roots(struct span bytes, struct buf *to, struct diag *d)
{
    struct root_set roots;
    const enum rc rc = root_set_parse(bytes, &roots, d);
    if (rc == RC_OK)
        root_set_put(to, &roots);
    return rc;
}

static enum rc again_token_payload(struct span bytes, struct buf *to, struct diag *d)
{
    struct token t;
    const enum rc rc = token_payload_parse(bytes, &t, d);
    if (rc == RC_OK)
        token_payload_put(to, &t);
    return rc;
}

static enum rc (*const readers[])(struct span bytes, struct buf *to, struct diag *d) = {
    again_sign1, again_sign, again_key, again_roots, again_token_payload,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct span bytes = span_of(data + 1, size - 1);
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = readers[data[0] % (sizeof readers / sizeof *readers)](bytes, &again, &d);
    if (rc == RC_OK ? !span_equal(buf_span(&again), bytes) : d.code != rc || d.offset > bytes.len)
        abort();
    return 0;
}
