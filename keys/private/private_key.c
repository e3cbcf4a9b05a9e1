#include "keys/private/private_key.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "core/crypto/sm2.h"

DEFINE_ON_EXIT(BIGNUM, BN_free)

enum rc private_key_refused(const char *what, struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "OpenSSL cannot %s", what);
}

static enum rc read_coordinate(const EVP_PKEY *pkey, const char *name, uint8_t ret[EC_COORD_LEN],
                               struct diag *d)
{
    ON_EXIT(BN_free_at) BIGNUM *v = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &v) != 1 || BN_bn2binpad(v, ret, EC_COORD_LEN) < 0)
        return private_key_refused("read the public half of the key", d);
    return RC_OK;
}

/* One size and one exponent, so that a key has one form in a trust list. */
static enum rc read_modulus(const EVP_PKEY *pkey, struct public_numbers *ret, struct diag *d)
{
    ON_EXIT(BN_free_at) BIGNUM *n = NULL;
    ON_EXIT(BN_free_at) BIGNUM *e = NULL;
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
        return private_key_refused("read the public half of the key", d);
    if (BN_num_bits(n) != RSA_N_LEN * 8 || !BN_is_word(e, RSA_E))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "RSA, but not of 3072 bits with exponent %u",
                        RSA_E);
    ret->alg = ALG_RS256;
    if (BN_bn2binpad(n, ret->n, RSA_N_LEN) != RSA_N_LEN)
        return private_key_refused("read the public half of the key", d);
    return RC_OK;
}

/* The type counts, not the curve alone: of type EC, a key on SM2's curve signs plain ECDSA. */
static enum cose_alg alg_of_curve(const EVP_PKEY *pkey)
{
    static const struct {
        const char *type, *group;
        enum cose_alg alg;
    } curves[] = {
        { "EC", SN_X9_62_prime256v1, ALG_ES256 },
        { "SM2", SN_sm2, ALG_SM2 },
    };
    char group[32] = "";
    size_t len = 0;
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (EVP_PKEY_is_a(pkey, curves[i].type) &&
            EVP_PKEY_get_group_name(pkey, group, sizeof group, &len) == 1 &&
            strcmp(group, curves[i].group) == 0)
            return curves[i].alg;
    }
    ERR_clear_error();
    return ALG_NONE;
}

static enum rc read_numbers(const EVP_PKEY *pkey, struct public_numbers *ret, struct diag *d)
{
    *ret = (struct public_numbers){ .alg = ALG_NONE };
    size_t len = 0;

    if (EVP_PKEY_is_a(pkey, "ED25519")) {
        ret->alg = ALG_EDDSA;
        len = sizeof ret->x;
        if (EVP_PKEY_get_raw_public_key(pkey, ret->x, &len) != 1 || len != ED25519_PUB_LEN)
            return private_key_refused("read the public half of the key", d);
        return RC_OK;
    }
    if (EVP_PKEY_is_a(pkey, "RSA"))
        return read_modulus(pkey, ret, d);
    ret->alg = alg_of_curve(pkey);
    if (ret->alg == ALG_NONE)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "neither P-256 nor Ed25519, SM2 or RSA");
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

static enum rc make(const struct public_numbers *numbers, EVP_PKEY **pkey, struct private_key **ret,
                    struct diag *d)
{
    struct private_key *const key = calloc(1, sizeof *key);
    if (!key)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a private key");
    if (pthread_mutex_init(&key->lock, NULL) != 0) {
        free(key);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a private key's lock");
    }
    key->numbers = *numbers;
    key->pkey = TAKE(*pkey);
    *ret = key;
    return RC_OK;
}

enum rc private_key_new(EVP_PKEY **pkey, struct private_key **ret, struct diag *d)
{
    assert(pkey && *pkey && ret);

    struct public_numbers numbers;
    uint8_t z[SM3_LEN] = { 0 };
    enum rc rc = read_numbers(*pkey, &numbers, d);
    if (rc == RC_OK)
        rc = check_halves(*pkey, d);
    if (rc == RC_OK && numbers.alg == ALG_SM2)
        rc = sm2_identity(&numbers, z, d);
    if (rc == RC_OK)
        rc = make(&numbers, pkey, ret, d);
    if (rc == RC_OK)
        memcpy((*ret)->sm2_z, z, sizeof z);
    return rc;
}

/* --- keys that somebody else keeps --- */

static EVP_PKEY *public_p256(const struct public_numbers *numbers)
{
    uint8_t point[1 + 2 * EC_COORD_LEN] = { POINT_CONVERSION_UNCOMPRESSED };
    char group[] = "P-256";
    memcpy(point + 1, numbers->x, EC_COORD_LEN);
    memcpy(point + 1 + EC_COORD_LEN, numbers->y, EC_COORD_LEN);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *pkey = NULL;
    ON_EXIT(EVP_PKEY_CTX_free_at) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;
    return pkey;
}

enum rc private_key_kept(const struct public_numbers *numbers, const struct key_keeper *keeper,
                         struct private_key **ret, struct diag *d)
{
    assert(numbers && keeper && ret);

    ON_EXIT(EVP_PKEY_free_at) EVP_PKEY *pkey = NULL;
    if (numbers->alg == ALG_ES256)
        pkey = public_p256(numbers);
    else if (numbers->alg == ALG_EDDSA)
        pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, numbers->x, ED25519_PUB_LEN);
    else
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "SM2 and RSA keys are kept in files alone");
    if (!pkey)
        return private_key_refused("take the public half of a key", d);
    const enum rc rc = make(numbers, &pkey, ret, d);
    if (rc == RC_OK)
        (*ret)->keeper = keeper;
    return rc;
}

const struct key_keeper *private_key_keeper(const struct private_key *key)
{
    return key->keeper;
}

enum rc private_key_generate(enum cose_alg alg, struct private_key **ret, struct diag *d)
{
    assert(ret);

    ON_EXIT(EVP_PKEY_free_at) EVP_PKEY *pkey = NULL;
    if (alg == ALG_ES256)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    else if (alg == ALG_EDDSA)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    else if (alg == ALG_SM2) /* never "EC" with this curve: see alg_of_curve() */
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    else if (alg == ALG_RS256)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)(RSA_N_LEN * 8));
    else
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "no keys of algorithm %d here", (int)alg);
    if (!pkey)
        return private_key_refused("make a key", d);
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
