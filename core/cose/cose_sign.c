#include <assert.h>

#include "core/cose/cose_header.h"

#define TAG_SIGN 98 /* RFC 9052 section 2 */

static bool read_signer(struct cbor_reader *c, struct cose_signer *ret)
{
    static const struct header_rules rules = { HEADER_NEEDED, HEADER_NEEDED, HEADER_ABSENT };
    const size_t at = c->r.pos;
    uint64_t count;
    if (!cbor_array(c, "a COSE_Signature", 3, &count))
        return false;
    if (count != 3)
        return cbor_fail_at(c, at, "a COSE_Signature has not 3 items");
    return cose_headers_read(c, "a signer's protected header", &rules, &ret->header) &&
           cbor_bytes(c, "a signature", SIGNATURE_LEN, SIGNATURE_LEN, &ret->signature);
}

static bool read_signers(struct cbor_reader *c, struct cose_sign *ret)
{
    const size_t at = c->r.pos;
    uint64_t count;
    if (!cbor_array(c, "the signatures", COSE_SIGNERS_MAX, &count))
        return false;
    if (count == 0)
        return cbor_fail_at(c, at, "there is no signature");
    for (size_t i = 0; i < count; i++) {
        if (!read_signer(c, &ret->signers[i]))
            return false;
    }
    ret->count = (size_t)count;
    return cbor_end(c);
}

static bool read_sign(struct cbor_reader *c, struct cose_sign *ret)
{
    static const struct header_rules rules = { HEADER_ABSENT, HEADER_ABSENT, HEADER_NEEDED };
    const size_t at = c->r.pos;
    struct cose_header body;
    uint64_t count;
    if (!cbor_tag(c, "COSE_Sign", TAG_SIGN) || !cbor_array(c, "COSE_Sign", 4, &count))
        return false;
    if (count != 4)
        return cbor_fail_at(c, at, "COSE_Sign has not 4 items");
    if (!cose_headers_read(c, "the protected header", &rules, &body) ||
        !cbor_bytes(c, "the payload", 1, SIZE_MAX, &ret->payload))
        return false;
    ret->body_header = body.raw;
    ret->typ = body.typ;
    return read_signers(c, ret);
}

enum rc cose_sign_parse(struct span bytes, struct cose_sign *ret, struct diag *d)
{
    assert(ret);

    struct cose_sign m = { 0 };
    struct cbor_reader c = cbor_reader_over(bytes, d);
    if (!read_sign(&c, &m))
        return RC_FORMAT;
    *ret = m;
    return RC_OK;
}

void cose_sign_to_be_signed(struct buf *b, struct span body_header, struct span signer_header,
                            struct span payload)
{
    cbor_put_array(b, 5);
    cbor_put_cstr(b, "Signature");
    cbor_put_bytes(b, body_header);
    cbor_put_bytes(b, signer_header);
    cbor_put_bytes(b, span_of(NULL, 0));
    cbor_put_bytes(b, payload);
}

void cose_sign_body_header_put(struct buf *b, const char *typ)
{
    cbor_put_map(b, 1);
    cbor_put_uint(b, HEADER_TYP);
    cbor_put_cstr(b, typ);
}

void cose_sign_put(struct buf *b, struct span body_header, struct span payload,
                   const struct cose_signer *signers, size_t count)
{
    cbor_put_tag(b, TAG_SIGN);
    cbor_put_array(b, 4);
    cbor_put_bytes(b, body_header);
    cbor_put_map(b, 0);
    cbor_put_bytes(b, payload);
    cbor_put_array(b, count);
    for (size_t i = 0; i < count; i++) {
        cbor_put_array(b, 3);
        cbor_put_bytes(b, signers[i].header.raw);
        cbor_put_map(b, 0);
        cbor_put_bytes(b, signers[i].signature);
    }
}

enum rc cose_sign_check(const struct cose_sign *m, const struct cose_signer *signer,
                        const struct pubkey *key, enum check *ret, struct diag *d)
{
    assert(m && signer && key && ret);

    if (signer->header.alg != (int64_t)pubkey_numbers(key)->alg) {
        *ret = CHECK_BAD;
        return RC_OK;
    }
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    cose_sign_to_be_signed(&b, m->body_header, signer->header.raw, m->payload);
    const enum rc rc = buf_rc(&b, d);
    return rc == RC_OK ? pubkey_check(key, buf_span(&b), signer->signature, ret, d) : rc;
}
