#include "keys/private/private_key.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "core/crypto/hash.h"

DEFINE_ON_EXIT(BIGNUM, BN_free)
DEFINE_ON_EXIT(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_ON_EXIT(ECDSA_SIG, ECDSA_SIG_free)

#define ECDSA_DER_MAX 72 /* bytes: SEQUENCE of two INTEGERs of at most 33 */

/* The order n of P-256 (SEC 2 section 2.4.2), and half of it. */
static const uint8_t p256_order[EC_COORD_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};
static const uint8_t p256_half_order[EC_COORD_LEN] = {
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
};

static enum rc refused_by_library(const char *what, struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "OpenSSL cannot %s", what);
}

static enum rc read_coordinate(const EVP_PKEY *pkey, const char *name, uint8_t ret[EC_COORD_LEN],
                               struct diag *d)
{
    ON_EXIT(BN_free_at) BIGNUM *v = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &v) != 1 || BN_bn2binpad(v, ret, EC_COORD_LEN) < 0)
        return refused_by_library("read the public half of the key", d);
    return RC_OK;
}

/* One size and one exponent, so that a key has one form in a trust list. */
static enum rc read_modulus(const EVP_PKEY *pkey, struct public_numbers *ret, struct diag *d)
{
    ON_EXIT(BN_free_at) BIGNUM *n = NULL;
    ON_EXIT(BN_free_at) BIGNUM *e = NULL;
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
        return refused_by_library("read the public half of the key", d);
    if (BN_num_bits(n) != RSA_N_LEN * 8 || !BN_is_word(e, RSA_E))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "RSA, but not of 3072 bits with exponent %u",
                        RSA_E);
    ret->alg = ALG_RS256;
    if (BN_bn2binpad(n, ret->n, RSA_N_LEN) != RSA_N_LEN)
        return refused_by_library("read the public half of the key", d);
    return RC_OK;
}

static enum rc read_numbers(const EVP_PKEY *pkey, struct public_numbers *ret, struct diag *d)
{
    *ret = (struct public_numbers){ .alg = ALG_NONE };
    char group[32] = "";
    size_t len = 0;

    if (EVP_PKEY_is_a(pkey, "ED25519")) {
        ret->alg = ALG_EDDSA;
        len = sizeof ret->x;
        if (EVP_PKEY_get_raw_public_key(pkey, ret->x, &len) != 1 || len != ED25519_PUB_LEN)
            return refused_by_library("read the public half of the key", d);
        return RC_OK;
    }
    if (EVP_PKEY_is_a(pkey, "RSA"))
        return read_modulus(pkey, ret, d);
    if (!EVP_PKEY_is_a(pkey, "EC") ||
        EVP_PKEY_get_group_name(pkey, group, sizeof group, &len) != 1 ||
        strcmp(group, SN_X9_62_prime256v1) != 0) {
        ERR_clear_error();
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "neither P-256 nor Ed25519 nor RSA");
    }
    ret->alg = ALG_ES256;
    const enum rc rc = read_coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_X, ret->x, d);
    return rc == RC_OK ? read_coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, ret->y, d) : rc;
}

/* A file may carry a public half that is not its private half's. */
static enum rc check_halves(EVP_PKEY *pkey, struct diag *d)
{
    ON_EXIT(EVP_PKEY_CTX_free_at) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    if (!ctx)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a key's context");
    if (EVP_PKEY_pairwise_check(ctx) == 1)
        return RC_OK;
    ERR_clear_error();
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "private and public half do not belong together");
}

enum rc private_key_new(EVP_PKEY **pkey, struct private_key **ret, struct diag *d)
{
    assert(pkey && *pkey && ret);

    struct public_numbers numbers;
    enum rc rc = read_numbers(*pkey, &numbers, d);
    if (rc == RC_OK)
        rc = check_halves(*pkey, d);
    if (rc != RC_OK)
        return rc;

    struct private_key *const key = calloc(1, sizeof *key);
    if (!key)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a private key");
    if (pthread_mutex_init(&key->lock, NULL) != 0) {
        free(key);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a private key's lock");
    }
    key->numbers = numbers;
    key->pkey = TAKE(*pkey);
    *ret = key;
    return RC_OK;
}

enum rc private_key_generate(enum cose_alg alg, struct private_key **ret, struct diag *d)
{
    assert(ret);

    ON_EXIT(EVP_PKEY_free_at) EVP_PKEY *pkey = NULL;
    if (alg == ALG_ES256)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    else if (alg == ALG_EDDSA)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    else if (alg == ALG_RS256)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)(RSA_N_LEN * 8));
    else
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "no keys of algorithm %d here", (int)alg);
    if (!pkey)
        return refused_by_library("make a key", d);
    return private_key_new(&pkey, ret, d);
}

void private_key_free(struct private_key *key)
{
    if (!key)
        return;
    for (size_t i = 0; i < key->idle_count; i++)
        EVP_PKEY_CTX_free(key->idle[i]);
    EVP_PKEY_free(key->pkey); /* the library wipes what it frees */
    (void)pthread_mutex_destroy(&key->lock);
    free(key);
}

const struct public_numbers *private_key_public(const struct private_key *key)
{
    return &key->numbers;
}

/* Signing leaves the key as it is; only the store of idle contexts moves. */
static struct private_key *store_of(const struct private_key *key)
{
    union {
        const struct private_key *lent;
        struct private_key *own;
    } at = { .lent = key };
    return at.own;
}

static bool choose_padding(const struct private_key *key, EVP_PKEY_CTX *ctx)
{
    return key->numbers.alg != ALG_RS256 ||
           (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
}

/* To start signing costs as much as a tenth of a signature, so a context that has is kept. */
static EVP_PKEY_CTX *context_take(const struct private_key *key)
{
    struct private_key *const store = store_of(key);
    EVP_PKEY_CTX *ctx = NULL;
    (void)pthread_mutex_lock(&store->lock);
    if (store->idle_count > 0)
        ctx = store->idle[--store->idle_count];
    (void)pthread_mutex_unlock(&store->lock);
    if (ctx)
        return ctx;

    ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    if (ctx && EVP_PKEY_sign_init(ctx) == 1 && choose_padding(key, ctx))
        return ctx;
    EVP_PKEY_CTX_free(ctx);
    return NULL;
}

static void context_give(const struct private_key *key, EVP_PKEY_CTX *ctx)
{
    struct private_key *const store = store_of(key);
    (void)pthread_mutex_lock(&store->lock);
    if (store->idle_count < PRIVATE_KEY_IDLE_MAX) {
        store->idle[store->idle_count++] = ctx;
        ctx = NULL;
    }
    (void)pthread_mutex_unlock(&store->lock);
    EVP_PKEY_CTX_free(ctx);
}

/* (r, s) and (r, n − s) both verify; only the lower is let out. */
static void make_low(uint8_t s[EC_COORD_LEN])
{
    if (memcmp(s, p256_half_order, EC_COORD_LEN) <= 0)
        return;
    unsigned borrow = 0;
    for (size_t i = EC_COORD_LEN; i-- > 0;) {
        const unsigned v = 256u + p256_order[i] - s[i] - borrow;
        s[i] = (uint8_t)v;
        borrow = v < 256u;
    }
}

static enum rc raw_from_der(struct span der, uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    const unsigned char *at = der.ptr;
    ON_EXIT(ECDSA_SIG_free_at) ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, EC_COORD_LEN) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + EC_COORD_LEN, EC_COORD_LEN) < 0)
        return refused_by_library("read its own signature", d);
    make_low(ret + EC_COORD_LEN);
    return RC_OK;
}

/* Signs SHA-256 of msg; *len is the room in ret, then what was written. */
static enum rc sign_digest(const struct private_key *key, struct span msg, uint8_t *ret,
                           size_t *len, struct diag *d)
{
    uint8_t digest[SHA256_LEN];
    sha256(msg, digest);

    EVP_PKEY_CTX *const ctx = context_take(key);
    if (!ctx)
        return refused_by_library("start to sign", d);
    const int done = EVP_PKEY_sign(ctx, ret, len, digest, sizeof digest);
    if (done != 1) { /* what state it is in is unknown */
        EVP_PKEY_CTX_free(ctx);
        return refused_by_library("sign", d);
    }
    context_give(key, ctx);
    return RC_OK;
}

static enum rc sign_es256(const struct private_key *key, struct span msg,
                          uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    uint8_t der[ECDSA_DER_MAX];
    size_t len = sizeof der;
    const enum rc rc = sign_digest(key, msg, der, &len, d);
    return rc == RC_OK ? raw_from_der(span_of(der, len), ret, d) : rc;
}

static enum rc sign_rs256(const struct private_key *key, struct span msg, uint8_t ret[RSA_N_LEN],
                          struct diag *d)
{
    size_t len = RSA_N_LEN;
    const enum rc rc = sign_digest(key, msg, ret, &len, d);
    if (rc == RC_OK && len != RSA_N_LEN)
        return refused_by_library("sign in full length", d);
    return rc;
}

static enum rc sign_eddsa(const struct private_key *key, struct span msg,
                          uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    ON_EXIT(EVP_MD_CTX_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = SIGNATURE_LEN;
    if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) != 1)
        return refused_by_library("start to sign", d);
    if (EVP_DigestSign(ctx, ret, &len, msg.ptr, msg.len) != 1 || len != SIGNATURE_LEN)
        return refused_by_library("sign", d);
    return RC_OK;
}

enum rc private_key_sign(const struct private_key *key, struct span msg, uint8_t ret[SIGNATURE_LEN],
                         struct diag *d)
{
    assert(key && ret);

    uint8_t signature[SIGNATURE_LEN];
    if (key->numbers.alg == ALG_RS256)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "an RSA key signs documents alone");
    const enum rc rc = key->numbers.alg == ALG_EDDSA ? sign_eddsa(key, msg, signature, d)
                                                     : sign_es256(key, msg, signature, d);
    if (rc == RC_OK)
        memcpy(ret, signature, SIGNATURE_LEN);
    return rc;
}

enum rc private_key_sign_document(const struct private_key *key, struct span msg,
                                  uint8_t ret[RSA_N_LEN], size_t *ret_len, struct diag *d)
{
    assert(key && ret && ret_len);

    if (key->numbers.alg != ALG_RS256) {
        const enum rc rc = private_key_sign(key, msg, ret, d);
        if (rc == RC_OK)
            *ret_len = SIGNATURE_LEN;
        return rc;
    }
    uint8_t signature[RSA_N_LEN];
    const enum rc rc = sign_rs256(key, msg, signature, d);
    if (rc != RC_OK)
        return rc;
    memcpy(ret, signature, RSA_N_LEN);
    *ret_len = RSA_N_LEN;
    return RC_OK;
}
