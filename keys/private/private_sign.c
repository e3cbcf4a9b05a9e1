#include "keys/private/private_key.h"

#include <assert.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "core/crypto/sm2.h"

DEFINE_ON_EXIT(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_ON_EXIT(ECDSA_SIG, ECDSA_SIG_free)

#define ECDSA_DER_MAX 72 /* bytes, of SM2 too: SEQUENCE of two INTEGERs of at most 33 */

/* The order n of P-256 (SEC 2 section 2.4.2), and half of it. */
static const uint8_t p256_order[EC_COORD_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};
static const uint8_t p256_half_order[EC_COORD_LEN] = {
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
};

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
        return private_key_refused("read its own signature", d);
    return RC_OK;
}

/* A digest, of 32 bytes, that is signed; *len is the room in ret, then what was written. */
static enum rc sign_digest(const struct private_key *key, const uint8_t digest[SHA256_LEN],
                           uint8_t *ret, size_t *len, struct diag *d)
{
    EVP_PKEY_CTX *const ctx = context_take(key);
    if (!ctx)
        return private_key_refused("start to sign", d);
    const int done = EVP_PKEY_sign(ctx, ret, len, digest, SHA256_LEN);
    if (done != 1) { /* what state it is in is unknown */
        EVP_PKEY_CTX_free(ctx);
        return private_key_refused("sign", d);
    }
    context_give(key, ctx);
    return RC_OK;
}

static enum rc ask_keeper(const struct private_key *key, struct span what,
                          uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    return key->keeper->sign(key->keeper->at, &key->numbers, what, ret, d);
}

/* A digest's signature as r ‖ s. */
static enum rc sign_curve(const struct private_key *key, const uint8_t digest[SHA256_LEN],
                          uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    if (key->keeper)
        return ask_keeper(key, span_of(digest, SHA256_LEN), ret, d);
    uint8_t der[ECDSA_DER_MAX];
    size_t len = sizeof der;
    const enum rc rc = sign_digest(key, digest, der, &len, d);
    return rc == RC_OK ? raw_from_der(span_of(der, len), ret, d) : rc;
}

static enum rc sign_es256(const struct private_key *key, struct span msg,
                          uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    uint8_t digest[SHA256_LEN];
    sha256(msg, digest);
    const enum rc rc = sign_curve(key, digest, ret, d);
    if (rc == RC_OK)
        make_low(ret + EC_COORD_LEN);
    return rc;
}

/*
 * OpenSSL draws SM2's nonce from the private generator alone: a generator that repeats itself (a
 * virtual machine woken twice from one image) would give the private key away with two different
 * messages. Mixing the message in makes their nonces differ.
 */
static enum rc reseed_with(struct span msg, struct diag *d)
{
    EVP_RAND_CTX *const generator = RAND_get0_private(NULL); /* this thread's own */
    if (!generator || EVP_RAND_reseed(generator, 0, NULL, 0, msg.ptr, msg.len) != 1)
        return private_key_refused("reseed its random generator", d);
    return RC_OK;
}

static enum rc sign_sm2(const struct private_key *key, struct span msg, uint8_t ret[SIGNATURE_LEN],
                        struct diag *d)
{
    uint8_t digest[SM3_LEN];
    enum rc rc = sm2_digest(key->sm2_z, msg, digest, d);
    if (rc == RC_OK)
        rc = reseed_with(msg, d);
    return rc == RC_OK ? sign_curve(key, digest, ret, d) : rc;
}

static enum rc sign_rs256(const struct private_key *key, struct span msg, uint8_t ret[RSA_N_LEN],
                          struct diag *d)
{
    uint8_t digest[SHA256_LEN];
    size_t len = RSA_N_LEN;
    sha256(msg, digest);
    const enum rc rc = sign_digest(key, digest, ret, &len, d);
    if (rc == RC_OK && len != RSA_N_LEN)
        return private_key_refused("sign in full length", d);
    return rc;
}

static enum rc sign_eddsa(const struct private_key *key, struct span msg,
                          uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    if (key->keeper)
        return ask_keeper(key, msg, ret, d);
    ON_EXIT(EVP_MD_CTX_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = SIGNATURE_LEN;
    if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) != 1)
        return private_key_refused("start to sign", d);
    if (EVP_DigestSign(ctx, ret, &len, msg.ptr, msg.len) != 1 || len != SIGNATURE_LEN)
        return private_key_refused("sign", d);
    return RC_OK;
}

static enum rc sign_raw(const struct private_key *key, struct span msg, uint8_t ret[SIGNATURE_LEN],
                        struct diag *d)
{
    switch (key->numbers.alg) {
    case ALG_ES256:
        return sign_es256(key, msg, ret, d);
    case ALG_EDDSA:
        return sign_eddsa(key, msg, ret, d);
    case ALG_SM2:
        return sign_sm2(key, msg, ret, d);
    case ALG_RS256:
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "an RSA key signs documents alone");
    case ALG_NONE:
        break;
    }
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a key of no algorithm");
}

enum rc private_key_sign(const struct private_key *key, struct span msg, uint8_t ret[SIGNATURE_LEN],
                         struct diag *d)
{
    assert(key && ret);

    uint8_t signature[SIGNATURE_LEN];
    const enum rc rc = sign_raw(key, msg, signature, d);
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
