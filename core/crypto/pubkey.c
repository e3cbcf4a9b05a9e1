#include "core/crypto/pubkey.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "core/crypto/curve_key.h"
#include "core/crypto/ed25519_point.h"
#include "core/crypto/sm2.h"
#include "core/crypto/verify_context.h"

struct pubkey {
    struct public_numbers numbers;
    struct verify_key key;
};

DEFINE_ON_EXIT(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_ON_EXIT(BIGNUM, BN_free)
DEFINE_ON_EXIT(EVP_PKEY, EVP_PKEY_free)

bool public_numbers_equal(const struct public_numbers *a, const struct public_numbers *b)
{
    if (a->alg != b->alg)
        return false;
    if (a->alg == ALG_RS256)
        return memcmp(a->n, b->n, RSA_N_LEN) == 0;
    return memcmp(a->x, b->x, EC_COORD_LEN) == 0 && memcmp(a->y, b->y, EC_COORD_LEN) == 0;
}

static EVP_PKEY *rsa_from(const struct public_numbers *n)
{
    uint8_t modulus[RSA_N_LEN]; /* in the order of this machine's bytes, as the library wants it */
    ON_EXIT(BN_free_at) BIGNUM *v = BN_bin2bn(n->n, RSA_N_LEN, NULL);
    unsigned e = RSA_E;
    if (!v || BN_bn2nativepad(v, modulus, RSA_N_LEN) != RSA_N_LEN)
        return NULL;

    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, sizeof modulus),
        OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_E, &e),
        OSSL_PARAM_construct_end(),
    };
    ON_EXIT(EVP_PKEY_CTX_free_at)
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *pkey = NULL;
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;
    return pkey;
}

static bool is_modulus(const uint8_t n[RSA_N_LEN])
{
    return (n[0] & 0x80) != 0 && (n[RSA_N_LEN - 1] & 1) != 0;
}

static enum rc load(const struct public_numbers *n, EVP_PKEY **ret, struct diag *d)
{
    switch (n->alg) {
    case ALG_ES256:
    case ALG_SM2:
        *ret = curve_key_new(n);
        break;
    case ALG_EDDSA: {
        const enum rc rc = ed25519_point_check(n->x, d);
        if (rc != RC_OK)
            return rc;
        *ret = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, n->x, ED25519_PUB_LEN);
        break;
    }
    case ALG_RS256:
        if (!is_modulus(n->n))
            return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "not an odd modulus of 3072 bits");
        *ret = rsa_from(n);
        break;
    case ALG_NONE:
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a key without an algorithm");
    }
    ERR_clear_error();
    return *ret ? RC_OK : diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "not a key of its kind");
}

enum rc pubkey_new(const struct public_numbers *numbers, struct pubkey **ret, struct diag *d)
{
    assert(numbers && ret);
    static atomic_uint_least64_t serial;

    ON_EXIT(EVP_PKEY_free_at) EVP_PKEY *pkey = NULL;
    enum rc rc = load(numbers, &pkey, d);
    if (rc != RC_OK)
        return rc;
    struct verify_key fresh = { .serial = atomic_fetch_add(&serial, 1) + 1 };
    if (numbers->alg == ALG_SM2)
        rc = sm2_identity(numbers, fresh.sm2_z, d);
    if (rc != RC_OK)
        return rc;
    struct pubkey *const key = calloc(1, sizeof *key);
    if (!key)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a public key");

    key->numbers = *numbers;
    fresh.pkey = TAKE(pkey);
    key->key = fresh;
    *ret = key;
    return RC_OK;
}

void pubkey_free(struct pubkey *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->key.pkey);
    free(key);
}

const struct public_numbers *pubkey_numbers(const struct pubkey *key)
{
    return &key->numbers;
}

enum rc pubkey_check(const struct pubkey *key, struct span msg, struct span sig, enum check *ret,
                     struct diag *d)
{
    assert(key && ret);

    if (sig.len != (key->numbers.alg == ALG_RS256 ? RSA_N_LEN : SIGNATURE_LEN)) {
        *ret = CHECK_BAD;
        return RC_OK;
    }
    switch (key->numbers.alg) {
    case ALG_ES256:
        return es256_check(&key->key, msg, sig.ptr, ret, d);
    case ALG_EDDSA:
        return ed25519_check(&key->key, msg, sig.ptr, ret, d);
    case ALG_RS256:
        return rs256_check(&key->key, msg, sig.ptr, ret, d);
    case ALG_SM2:
        return sm2_check(&key->key, msg, sig.ptr, ret, d);
    case ALG_NONE:
        break;
    }
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a key of another algorithm");
}
