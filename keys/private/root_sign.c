#include "keys/private/root_sign.h"

#include <assert.h>
#include <string.h>

#include "core/cose/cose.h"

/* One root's signature and the header that it covers. */
struct root_signature {
    struct buf header;
    uint8_t bytes[SIGNATURE_LEN];
};

static enum rc sign_one(const struct private_key *root, struct span body_header,
                        struct span payload, struct root_signature *ret, struct diag *d)
{
    uint8_t kid[KID_LEN];
    const struct public_numbers *const numbers = private_key_public(root);
    cose_key_id(numbers, kid);
    cose_header_put(&ret->header, numbers->alg, span_of(kid, KID_LEN), NULL);

    ON_EXIT(buf_free_at) struct buf signed_bytes = { 0 };
    cose_sign_to_be_signed(&signed_bytes, body_header, buf_span(&ret->header), payload);
    enum rc rc = buf_rc(&ret->header, d);
    if (rc == RC_OK)
        rc = buf_rc(&signed_bytes, d);
    return rc == RC_OK ? private_key_sign(root, buf_span(&signed_bytes), ret->bytes, d) : rc;
}

static enum rc check_own(struct span message, const struct root_set *signers, struct diag *d)
{
    ON_EXIT(trust_list_free_at) struct trust_list *read = NULL;
    return trust_list_read(message, signers, &read, d);
}

static enum rc put_message(struct span body_header, struct span payload,
                           const struct root_signature *signatures, size_t count, struct buf *to,
                           struct diag *d)
{
    struct cose_signer parts[TRUST_ROOTS_MAX];
    for (size_t i = 0; i < count; i++)
        parts[i] = (struct cose_signer){
            .header.raw = buf_span(&signatures[i].header),
            .signature = span_of(signatures[i].bytes, SIGNATURE_LEN),
        };
    cose_sign_put(to, body_header, payload, parts, count);
    return buf_rc(to, d);
}

enum rc trust_list_sign(const struct trust_list *list, const struct private_key *const *roots,
                        size_t count, const struct root_set *signers, struct buf *to,
                        struct diag *d)
{
    assert(list && roots && signers && to && count >= 1 && count <= TRUST_ROOTS_MAX);

    ON_EXIT(buf_free_at) struct buf header = { 0 };
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    struct root_signature signatures[TRUST_ROOTS_MAX] = { 0 };

    cose_sign_body_header_put(&header, TYP_TRUST);
    trust_list_payload_put(&payload, list);
    enum rc rc = buf_rc(&header, d);
    if (rc == RC_OK)
        rc = buf_rc(&payload, d);
    for (size_t i = 0; rc == RC_OK && i < count; i++)
        rc = sign_one(roots[i], buf_span(&header), buf_span(&payload), &signatures[i], d);
    if (rc == RC_OK)
        rc = put_message(buf_span(&header), buf_span(&payload), signatures, count, &message, d);
    if (rc == RC_OK)
        rc = check_own(buf_span(&message), signers, d);
    for (size_t i = 0; i < count; i++)
        buf_free(&signatures[i].header);
    if (rc != RC_OK)
        return rc;

    buf_put_span(to, buf_span(&message));
    return buf_rc(to, d);
}

/* --- one signature after the other --- */

static enum rc read_so_far(struct span so_far, const char *typ, struct span payload,
                           const struct private_key *key, struct cose_sign *ret, struct diag *d)
{
    uint8_t kid[KID_LEN];
    if (so_far.len == 0)
        return RC_OK;
    const enum rc rc = cose_sign_parse(so_far, ret, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(ret->typ, span_text(typ)) || !span_equal(ret->payload, payload))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "others have signed something else");
    cose_key_id(private_key_public(key), kid);
    for (size_t i = 0; i < ret->count; i++) {
        if (span_equal(ret->signers[i].header.kid, span_of(kid, KID_LEN)))
            return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "this key has signed already");
    }
    if (ret->count == COSE_SIGNERS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %d have signed", COSE_SIGNERS_MAX);
    return RC_OK;
}

enum rc trust_list_cosign(const struct private_key *key, const char *typ, struct span payload,
                          struct span so_far, struct buf *to, struct diag *d)
{
    assert(key && to && (strcmp(typ, TYP_TRUST) == 0 || strcmp(typ, TYP_KEYS) == 0));

    ON_EXIT(trust_list_free_at) struct trust_list *list = NULL;
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    struct cose_sign m = { 0 };
    struct root_signature mine = { 0 };
    enum rc rc = trust_list_payload_read(payload, &list, d);
    if (rc == RC_OK)
        rc = read_so_far(so_far, typ, payload, key, &m, d);
    if (rc != RC_OK)
        return rc;
    cose_sign_body_header_put(&header, typ);
    rc = buf_rc(&header, d);
    if (rc == RC_OK)
        rc = sign_one(key, buf_span(&header), payload, &mine, d);
    if (rc == RC_OK) {
        struct cose_signer all[COSE_SIGNERS_MAX];
        memcpy(all, m.signers, m.count * sizeof all[0]);
        all[m.count] = (struct cose_signer){
            .header.raw = buf_span(&mine.header),
            .signature = span_of(mine.bytes, SIGNATURE_LEN),
        };
        cose_sign_put(to, buf_span(&header), payload, all, m.count + 1);
        rc = buf_rc(to, d);
    }
    buf_free(&mine.header);
    return rc;
}
