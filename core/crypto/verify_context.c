#include "core/crypto/verify_context.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "core/crypto/sm2.h"

#define SLOTS                                                                                      \
    128 /* ten million certificates have some twenty token keys: two seldom share a slot */

struct slot {
    uint64_t serial; /* 0: empty */
    EVP_PKEY_CTX *ctx;
};

struct thread_slots {
    struct slot slots[SLOTS];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t slots_key;
static bool usable;
static _Thread_local struct thread_slots *mine;

static void free_slots(void *arg)
{
    struct thread_slots *t = arg;
    for (size_t i = 0; i < SLOTS; i++)
        EVP_PKEY_CTX_free(t->slots[i].ctx);
    free(t);
}

static void make_key(void)
{
    usable = pthread_key_create(&slots_key, free_slots) == 0;
}

static struct thread_slots *thread_slots(void)
{
    if (mine)
        return mine;
    if (pthread_once(&once, make_key) != 0 || !usable)
        return NULL;
    struct thread_slots *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    if (pthread_setspecific(slots_key, t) != 0) {
        free(t);
        return NULL;
    }
    mine = t;
    return mine;
}

/* An RSA key alone has a choice: which padding, and the digest that it names. */
static bool choose_padding(const EVP_PKEY *pkey, EVP_PKEY_CTX *ctx)
{
    return !EVP_PKEY_is_a(pkey, "RSA") ||
           (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
}

/* Borrowed from the thread's slots; NULL: no memory, or OpenSSL refuses. */
static EVP_PKEY_CTX *prehashed_context(const struct verify_key *key)
{
    struct thread_slots *t = thread_slots();
    if (!t)
        return NULL;
    struct slot *slot = &t->slots[key->serial % SLOTS];
    if (slot->serial == key->serial)
        return slot->ctx;

    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    if (!ctx || EVP_PKEY_verify_init(ctx) != 1 || !choose_padding(key->pkey, ctx)) {
        EVP_PKEY_CTX_free(ctx);
        return NULL;
    }
    EVP_PKEY_CTX_free(slot->ctx);
    *slot = (struct slot){ .serial = key->serial, .ctx = ctx };
    return ctx;
}

/* 1: holds, 0: does not, negative or other: OpenSSL could not tell. EVP_PKEY_verify(3). */
static enum rc conclude(int answer, enum check *ret, struct diag *d)
{
    if (answer != 1)
        ERR_clear_error();
    if (answer != 0 && answer != 1)
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET,
                        "the crypto library cannot check a signature");
    *ret = answer == 1 ? CHECK_GOOD : CHECK_BAD;
    return RC_OK;
}

/* Both numbers are 32 bytes, big endian. */
static const uint8_t p256_n[EC_COORD_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};
static const uint8_t p256_half_n[EC_COORD_LEN] = {
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
};

static bool is_zero(const uint8_t *number)
{
    static const uint8_t zero[EC_COORD_LEN];
    return memcmp(number, zero, EC_COORD_LEN) == 0;
}

/* 0 < r < n and 0 < s <= n/2: of the two forms (r, s) and (r, n - s) only the first. */
static bool is_low_form(const uint8_t *r, const uint8_t *s)
{
    return !is_zero(r) && memcmp(r, p256_n, EC_COORD_LEN) < 0 && !is_zero(s) &&
           memcmp(s, p256_half_n, EC_COORD_LEN) <= 0;
}

/* X.690 section 8.3: shortest, and never negative. Returns the bytes written, at most 35. */
static size_t put_der_integer(uint8_t *to, const uint8_t *number)
{
    size_t skip = 0;
    while (skip < EC_COORD_LEN - 1 && number[skip] == 0)
        skip++;
    const size_t pad = number[skip] >> 7;
    const size_t len = EC_COORD_LEN - skip + pad;
    to[0] = 0x02;
    to[1] = (uint8_t)len;
    to[2] = 0;
    memcpy(to + 2 + pad, number + skip, EC_COORD_LEN - skip);
    return 2 + len;
}

#define SIGNATURE_DER_MAX (2 + 2 * 35) /* bytes */

/* SEQUENCE { r, s } of r ‖ s. Returns the bytes written. */
static size_t put_der_signature(uint8_t to[SIGNATURE_DER_MAX], const uint8_t *sig)
{
    size_t len = put_der_integer(to + 2, sig);
    len += put_der_integer(to + 2 + len, sig + EC_COORD_LEN);
    to[0] = 0x30;
    to[1] = (uint8_t)len;
    return 2 + len;
}

enum rc es256_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                    enum check *ret, struct diag *d)
{
    if (!is_low_form(sig, sig + EC_COORD_LEN)) {
        *ret = CHECK_BAD;
        return RC_OK;
    }

    EVP_PKEY_CTX *ctx = prehashed_context(key);
    if (!ctx)
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "the crypto library cannot take a key");

    uint8_t der[SIGNATURE_DER_MAX], digest[SHA256_LEN];
    const size_t len = put_der_signature(der, sig);
    sha256(msg, digest);
    return conclude(EVP_PKEY_verify(ctx, der, len, digest, sizeof digest), ret, d);
}

/* 0 < r, s < n. Of another s for the same r only the key's owner knows: no low form is needed. */
static bool is_in_order(const uint8_t *r, const uint8_t *s)
{
    return !is_zero(r) && memcmp(r, sm2_order, EC_COORD_LEN) < 0 && !is_zero(s) &&
           memcmp(s, sm2_order, EC_COORD_LEN) < 0;
}

enum rc sm2_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                  enum check *ret, struct diag *d)
{
    if (!is_in_order(sig, sig + EC_COORD_LEN)) {
        *ret = CHECK_BAD;
        return RC_OK;
    }
    EVP_PKEY_CTX *ctx = prehashed_context(key);
    if (!ctx)
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "the crypto library cannot take a key");

    uint8_t der[SIGNATURE_DER_MAX], digest[SM3_LEN];
    const size_t len = put_der_signature(der, sig);
    const enum rc rc = sm2_digest(key->sm2_z, msg, digest, d);
    if (rc != RC_OK)
        return rc;
    return conclude(EVP_PKEY_verify(ctx, der, len, digest, sizeof digest), ret, d);
}

enum rc rs256_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                    enum check *ret, struct diag *d)
{
    EVP_PKEY_CTX *ctx = prehashed_context(key);
    if (!ctx)
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "the crypto library cannot take a key");

    uint8_t digest[SHA256_LEN];
    sha256(msg, digest);
    return conclude(EVP_PKEY_verify(ctx, sig, RSA_N_LEN, digest, sizeof digest), ret, d);
}

DEFINE_ON_EXIT(EVP_MD_CTX, EVP_MD_CTX_free)

enum rc ed25519_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                      enum check *ret, struct diag *d)
{
    ON_EXIT(EVP_MD_CTX_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory to check a signature");
    if (EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) != 1)
        return conclude(-1, ret, d);
    return conclude(EVP_DigestVerify(ctx, sig, SIGNATURE_LEN, msg.ptr, msg.len), ret, d);
}
