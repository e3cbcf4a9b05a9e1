#include "keys/private/staple_sign.h"

#include <assert.h>

static enum rc put_signed(const struct private_key *key, const struct staple *s, struct buf *to,
                          struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf tbs = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    cose_header_put(&header, private_key_public(key)->alg, (struct span){ 0 }, NULL);
    staple_payload_put(&payload, s);
    cose_sign1_to_be_signed(&tbs, buf_span(&header), buf_span(&payload));
    enum rc rc = buf_rc(&tbs, d);
    if (rc == RC_OK)
        rc = private_key_sign(key, buf_span(&tbs), signature, d);
    if (rc != RC_OK)
        return rc;
    cose_sign1_put(to, buf_span(&header), buf_span(&payload), span_of(signature, sizeof signature));
    return buf_rc(to, d);
}

enum rc staple_sign(const struct private_key *key, const struct trust_list *trust,
                    struct span token, const struct staple *s, struct buf *to, struct diag *d)
{
    assert(key && trust && s && to);

    ON_EXIT(buf_free_at) struct buf made = { 0 };
    struct staple read;
    enum problem why;
    enum rc rc = put_signed(key, s, &made, d);
    if (rc == RC_OK)
        rc = staple_check(buf_span(&made), token, trust, s->iat, &read, &why, d);
    if (rc != RC_OK)
        return rc;
    if (why != PROBLEM_NONE)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        why == PROBLEM_STAPLE_SIGNATURE
                            ? "the trust list has no such key for live codes at this time"
                            : "no verifier would believe it");
    buf_put_span(to, buf_span(&made));
    return buf_rc(to, d);
}
