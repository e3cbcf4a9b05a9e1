#include "core/crypto/curve_key.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>

DEFINE_ON_EXIT(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_ON_EXIT(EVP_PKEY, EVP_PKEY_free)

/* Keys without a point, as long as the process lasts. NULL: this OpenSSL has no such curve. */
static pthread_once_t p256_once = PTHREAD_ONCE_INIT, sm2_once = PTHREAD_ONCE_INIT;
static EVP_PKEY *p256_curve, *sm2_curve;

static EVP_PKEY *make_curve(const char *type, const char *group)
{
    char name[8];
    (void)snprintf(name, sizeof name, "%s", group);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
        OSSL_PARAM_construct_end(),
    };
    ON_EXIT(EVP_PKEY_CTX_free_at)
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *curve = NULL;
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &curve, EVP_PKEY_KEY_PARAMETERS, params) != 1)
        return NULL;
    return curve;
}

static void make_p256(void)
{
    p256_curve = make_curve("EC", "P-256");
}

/* Of type EC the same curve would check plain ECDSA, and say nothing of it. */
static void make_sm2(void)
{
    EVP_PKEY *const curve = make_curve("SM2", "SM2");
    if (curve && !EVP_PKEY_is_a(curve, "SM2"))
        EVP_PKEY_free(curve);
    else
        sm2_curve = curve;
}

static EVP_PKEY *curve_of(enum cose_alg alg)
{
    if (alg == ALG_SM2)
        return pthread_once(&sm2_once, make_sm2) == 0 ? sm2_curve : NULL;
    return pthread_once(&p256_once, make_p256) == 0 ? p256_curve : NULL;
}

EVP_PKEY *curve_key_new(const struct public_numbers *numbers)
{
    assert(numbers && (numbers->alg == ALG_ES256 || numbers->alg == ALG_SM2));

    uint8_t point[1 + 2 * EC_COORD_LEN] = { 4 }; /* SEC 1 section 2.3.3: uncompressed */
    memcpy(point + 1, numbers->x, EC_COORD_LEN);
    memcpy(point + 1 + EC_COORD_LEN, numbers->y, EC_COORD_LEN);

    EVP_PKEY *const curve = curve_of(numbers->alg);
    ON_EXIT(EVP_PKEY_free_at) EVP_PKEY *key = curve ? EVP_PKEY_dup(curve) : NULL;
    if (!key || EVP_PKEY_set1_encoded_public_key(key, point, sizeof point) != 1)
        return NULL;
    return TAKE(key);
}
