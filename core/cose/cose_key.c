#include <assert.h>

#include "core/cose/cbor_head.h"
#include "core/cose/cose.h"
#include "core/crypto/hash.h"

/* Labels and values of RFC 9053 section 7, for RSA of RFC 8230 section 4; the SM2 curve is private:
 * docs/formats.md section 1. */
#define KEY_KTY 1
#define KEY_CRV (-1)
#define KEY_X   (-2)
#define KEY_Y   (-3)
#define KEY_N   (-1)
#define KEY_E   (-2)

#define KTY_RSA 3
static const uint8_t rsa_e[] = { 0x01, 0x00, 0x01 }; /* RSA_E */

static const struct key_form {
    enum cose_alg alg;
    int64_t kty, crv;
    bool has_y;
} forms[] = {
    { ALG_ES256, 2, 1, true },
    { ALG_EDDSA, 1, 6, false },
    { ALG_SM2, 2, -65538, true },
};
#define FORM_COUNT (sizeof forms / sizeof *forms)

static const struct key_form *form_of_alg(enum cose_alg alg)
{
    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (forms[i].alg == alg)
            return &forms[i];
    }
    return NULL;
}

static const struct key_form *form_of(int64_t kty, int64_t crv)
{
    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (forms[i].kty == kty && forms[i].crv == crv)
            return &forms[i];
    }
    return NULL;
}

#define COSE_KEY_MAX 400 /* bytes; RSA's, the longest, has 396 */

static uint8_t *put_int(uint8_t *to, int64_t v)
{
    return to + (v < 0 ? cbor_head_encode(CBOR_NEGATIVE, (uint64_t)(-1 - v), to)
                       : cbor_head_encode(CBOR_UINT, (uint64_t)v, to));
}

static uint8_t *put_bytes(uint8_t *to, int64_t label, const uint8_t *bytes, size_t len)
{
    to = put_int(to, label);
    to += cbor_head_encode(CBOR_BYTES, len, to);
    memcpy(to, bytes, len);
    return to + len;
}

static size_t encode_rsa(const struct public_numbers *key, uint8_t ret[COSE_KEY_MAX])
{
    uint8_t *to = ret + cbor_head_encode(CBOR_MAP, 3, ret);
    to = put_int(put_int(to, KEY_KTY), KTY_RSA);
    to = put_bytes(to, KEY_N, key->n, RSA_N_LEN);
    to = put_bytes(to, KEY_E, rsa_e, sizeof rsa_e);
    return (size_t)(to - ret);
}

/* Without a buf, so that a key's id cannot fail for lack of memory. */
static size_t encode_key(const struct public_numbers *key, uint8_t ret[COSE_KEY_MAX])
{
    if (key->alg == ALG_RS256)
        return encode_rsa(key, ret);
    const struct key_form *form = form_of_alg(key->alg);
    assert(form);

    uint8_t *to = ret + cbor_head_encode(CBOR_MAP, form->has_y ? 4 : 3, ret);
    to = put_int(put_int(to, KEY_KTY), form->kty);
    to = put_int(put_int(to, KEY_CRV), form->crv);
    to = put_bytes(to, KEY_X, key->x, EC_COORD_LEN);
    if (form->has_y)
        to = put_bytes(to, KEY_Y, key->y, EC_COORD_LEN);
    return (size_t)(to - ret);
}

void cose_key_put(struct buf *b, const struct public_numbers *key)
{
    uint8_t bytes[COSE_KEY_MAX];
    const size_t len = encode_key(key, bytes);
    buf_put(b, bytes, len);
}

static bool read_form(struct cbor_reader *c, struct cbor_map *m, size_t at, int64_t kty,
                      const struct key_form **ret)
{
    int64_t crv;
    if (!cbor_map_need(c, m, KEY_CRV, "curve (-1)") || !cbor_int(c, "curve (-1)", &crv))
        return false;
    *ret = form_of(kty, crv);
    if (*ret)
        return true;
    return cbor_fail_at(c, at, "COSE_Key of key type %lld and curve %lld is not one of ours",
                        (long long)kty, (long long)crv);
}

static bool read_bytes(struct cbor_reader *c, struct cbor_map *m, int64_t label, const char *name,
                       uint8_t *ret, size_t len)
{
    struct span s;
    if (!cbor_map_need(c, m, label, name) || !cbor_bytes(c, name, len, len, &s))
        return false;
    memcpy(ret, s.ptr, len);
    return true;
}

static bool read_rsa(struct cbor_reader *c, struct cbor_map *m, struct public_numbers *key)
{
    uint8_t e[sizeof rsa_e];
    if (!read_bytes(c, m, KEY_N, "n (-1)", key->n, RSA_N_LEN))
        return false;
    const size_t at = c->r.pos;
    if (!read_bytes(c, m, KEY_E, "e (-2)", e, sizeof e))
        return false;
    if (memcmp(e, rsa_e, sizeof e) != 0)
        return cbor_fail_at(c, at, "e (-2) is not %u", RSA_E);
    key->alg = ALG_RS256;
    return true;
}

static bool read_curve_key(struct cbor_reader *c, struct cbor_map *m, size_t at, int64_t kty,
                           struct public_numbers *key)
{
    const struct key_form *form;
    if (!read_form(c, m, at, kty, &form) ||
        !read_bytes(c, m, KEY_X, "x (-2)", key->x, EC_COORD_LEN) ||
        (form->has_y && !read_bytes(c, m, KEY_Y, "y (-3)", key->y, EC_COORD_LEN)))
        return false;
    key->alg = form->alg;
    return true;
}

bool cose_key_read(struct cbor_reader *c, struct public_numbers *ret)
{
    struct cbor_map m;
    int64_t kty;
    struct public_numbers key = { 0 };
    const size_t at = c->r.pos;
    if (!cbor_map(c, "COSE_Key", 4, &m) || !cbor_map_need(c, &m, KEY_KTY, "key type (1)") ||
        !cbor_int(c, "key type (1)", &kty))
        return false;
    if (!(kty == KTY_RSA ? read_rsa(c, &m, &key) : read_curve_key(c, &m, at, kty, &key)) ||
        !cbor_map_end(c, &m, "COSE_Key"))
        return false;
    *ret = key;
    return true;
}

enum rc cose_key_parse(struct span bytes, struct public_numbers *ret, struct diag *d)
{
    assert(ret);

    struct public_numbers key;
    struct cbor_reader c = cbor_reader_over(bytes, d);
    if (!cose_key_read(&c, &key) || !cbor_end(&c))
        return RC_FORMAT;
    *ret = key;
    return RC_OK;
}

void cose_key_id(const struct public_numbers *key, uint8_t ret[KID_LEN])
{
    uint8_t bytes[COSE_KEY_MAX], digest[SHA256_LEN];
    const size_t len = encode_key(key, bytes);
    sha256(span_of(bytes, len), digest);
    memcpy(ret, digest, KID_LEN);
}
