#include "keys/private/statement.h"

const struct trusted_key *trusted_entry(const struct trust_list *trust,
                                        const struct public_numbers *numbers)
{
    uint8_t kid[KID_LEN];
    cose_key_id(numbers, kid);
    const struct trusted_key *k = NULL;
    while ((k = trust_list_find(trust, span_of(kid, KID_LEN), k)) != NULL) {
        if (public_numbers_equal(pubkey_numbers(k->key), numbers))
            return k;
    }
    return NULL;
}

static enum rc check_own(const struct statement *st, const struct trusted_key *trusted,
                         const struct trust_list *trust, struct span message, struct diag *d)
{
    struct cose_sign1 m;
    const struct trusted_key *by = NULL;
    enum rc rc = cose_sign1_parse(message, &m, d);
    if (rc == RC_OK)
        rc = trust_list_check(trust, &m, trusted->use, st->typ, st->time_s, &by, d);
    if (rc == RC_OK && by != trusted)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "our own signature is another key's");
    return rc;
}

enum rc statement_sign(const struct statement *st, const struct private_key *key,
                       const struct trusted_key *trusted, const struct trust_list *trust,
                       struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    ON_EXIT(buf_free_at) struct buf signed_bytes = { 0 };
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    uint8_t signature[SIGNATURE_LEN];

    cose_header_put(&header, private_key_public(key)->alg, span_of(trusted->kid, KID_LEN), st->typ);
    cose_sign1_to_be_signed(&signed_bytes, buf_span(&header), st->payload);
    enum rc rc = buf_rc(&header, d);
    if (rc == RC_OK)
        rc = buf_rc(&signed_bytes, d);
    if (rc == RC_OK)
        rc = private_key_sign(key, buf_span(&signed_bytes), signature, d);
    if (rc != RC_OK)
        return rc;

    cose_sign1_put(&message, buf_span(&header), st->payload, span_of(signature, SIGNATURE_LEN));
    rc = buf_rc(&message, d);
    if (rc == RC_OK)
        rc = check_own(st, trusted, trust, buf_span(&message), d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&message));
    return buf_rc(to, d);
}
