#include <assert.h>

#include "core/cose/cose_header.h"

#define TAG_SIGN1 18 /* RFC 9052 section 2 */

static bool read_sign1(struct cbor_reader *c, struct cose_sign1 *ret)
{
    static const struct header_rules rules = { HEADER_NEEDED, HEADER_OPTIONAL, HEADER_OPTIONAL };
    const size_t at = c->r.pos;
    uint64_t count;
    if (!cbor_tag(c, "COSE_Sign1", TAG_SIGN1) || !cbor_array(c, "COSE_Sign1", 4, &count))
        return false;
    if (count != 4)
        return cbor_fail_at(c, at, "COSE_Sign1 has not 4 items");
    return cose_headers_read(c, "the protected header", &rules, &ret->header) &&
           cbor_bytes(c, "the payload", 1, SIZE_MAX, &ret->payload) &&
           cbor_bytes(c, "the signature", SIGNATURE_LEN, SIGNATURE_LEN, &ret->signature) &&
           cbor_end(c);
}

enum rc cose_sign1_parse(struct span bytes, struct cose_sign1 *ret, struct diag *d)
{
    assert(ret);

    struct cose_sign1 m = { 0 };
    struct cbor_reader c = cbor_reader_over(bytes, d);
    if (!read_sign1(&c, &m))
        return RC_FORMAT;
    *ret = m;
    return RC_OK;
}

void cose_sign1_to_be_signed(struct buf *b, struct span header, struct span payload)
{
    cbor_put_array(b, 4);
    cbor_put_cstr(b, "Signature1");
    cbor_put_bytes(b, header);
    cbor_put_bytes(b, span_of(NULL, 0));
    cbor_put_bytes(b, payload);
}

void cose_sign1_put(struct buf *b, struct span header, struct span payload, struct span signature)
{
    cbor_put_tag(b, TAG_SIGN1);
    cbor_put_array(b, 4);
    cbor_put_bytes(b, header);
    cbor_put_map(b, 0);
    cbor_put_bytes(b, payload);
    cbor_put_bytes(b, signature);
}

enum rc cose_sign1_check(const struct cose_sign1 *m, const struct pubkey *key, enum check *ret,
                         struct diag *d)
{
    assert(m && key && ret);

    if (m->header.alg != (int64_t)pubkey_numbers(key)->alg) {
        *ret = CHECK_BAD;
        return RC_OK;
    }
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    cose_sign1_to_be_signed(&b, m->header.raw, m->payload);
    const enum rc rc = buf_rc(&b, d);
    if (rc != RC_OK)
        return rc;
    return pubkey_check(key, buf_span(&b), m->signature, ret, d);
}
