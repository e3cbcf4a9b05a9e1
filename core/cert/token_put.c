#include <assert.h>

#include "core/cert/token.h"
#include "core/cert/token_claims.h"
#include "core/crypto/hash.h"

static void put_uint(struct buf *b, enum cert_claim claim, uint64_t v)
{
    cbor_put_uint(b, claim);
    cbor_put_uint(b, v);
}

static void put_text(struct buf *b, enum cert_claim claim, struct span s)
{
    cbor_put_uint(b, claim);
    cbor_put_text(b, s);
}

static void put_ce(struct buf *b, const struct token *t)
{
    cbor_put_uint(b, CERT_CE);
    cbor_put_array(b, t->ce_count * CE_FIELDS);
    for (size_t i = 0; i < t->ce_count; i++) {
        cbor_put_uint(b, t->ce[i].k);
        cbor_put_uint(b, t->ce[i].hours);
        cbor_put_uint(b, t->ce[i].post_hours);
    }
}

static void put_cert(struct buf *b, const struct token *t)
{
    cbor_put_map(b,
                 CERT_CLAIMS_NEEDED + (t->ce_count > 0 ? 1u : 0u) + (t->photo.len > 0 ? 1u : 0u));
    put_text(b, CERT_NAME, t->name);
    put_uint(b, CERT_ID_TYPE, t->id_type);
    put_text(b, CERT_ID_TAIL, t->id_tail);
    put_uint(b, CERT_POST, t->post);
    put_uint(b, CERT_UNIT, t->unit);
    put_uint(b, CERT_PROVIDER, t->provider);
    put_uint(b, CERT_ISSUED, (uint64_t)t->issued);
    put_uint(b, CERT_DEADLINE, (uint64_t)t->deadline);
    put_uint(b, CERT_VERSION, t->version);
    put_uint(b, CERT_STATUS_INDEX, t->status_index);
    put_uint(b, CERT_LOG_INDEX, t->log_index);
    if (t->ce_count > 0)
        put_ce(b, t);
    if (t->photo.len > 0) {
        cbor_put_uint(b, CERT_PHOTO);
        cbor_put_bytes(b, t->photo);
    }
}

void token_payload_put(struct buf *b, const struct token *t)
{
    cbor_put_map(b, 3);
    cbor_put_uint(b, CLAIM_SUB);
    cbor_put_text(b, t->number);
    cbor_put_uint(b, CLAIM_IAT);
    cbor_put_int(b, t->iat);
    cbor_put_int(b, CLAIM_CERT);
    put_cert(b, t);
}

static void put_be64(uint8_t *to, uint64_t v)
{
    for (size_t i = 0; i < 8; i++)
        to[i] = (uint8_t)(v >> 8 * (7 - i));
}

void token_photo_digest(struct span number, int64_t iat, uint64_t log_index, struct span photo_file,
                        uint8_t ret[TOKEN_PHOTO_LEN])
{
    uint8_t head[TOKEN_NUMBER_MAX + 16], digest[SHA256_LEN];
    assert(number.len <= TOKEN_NUMBER_MAX);
    memcpy(head, number.ptr, number.len);
    put_be64(head + number.len, (uint64_t)iat);
    put_be64(head + number.len + 8, log_index);
    sha256_2(span_of(head, number.len + 16), photo_file, digest);
    memcpy(ret, digest, TOKEN_PHOTO_LEN);
}
