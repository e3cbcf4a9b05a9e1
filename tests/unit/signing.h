/*
 * Keys and signatures for tests, made with OpenSSL directly: what the tests of
 * the public side need, which itself cannot sign. Keys come from a seed, so a
 * failing test fails again.
 */
#pragma once

#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include "core/cose/cose.h"
#include "core/crypto/hash.h"

struct test_key {
    EVP_PKEY *pkey;
    struct public_numbers numbers;
    uint8_t kid[KID_LEN];
};

static inline void test_key_free(struct test_key *k)
{
    EVP_PKEY_free(k->pkey);
    k->pkey = NULL;
}

/* Private number from SHA-256("sitecert test key" ‖ seed): a test key that nobody should trust. */
static inline void test_key_secret(unsigned seed, uint8_t ret[32])
{
    const uint8_t tail[1] = { (uint8_t)seed };
    sha256_2(SPAN_LITERAL("sitecert test key"), span_of(tail, 1), ret);
}

/* type: OpenSSL's name for what may be done with a key on this curve. */
static inline void test_key_fill_curve(struct test_key *k, const char *type, int curve,
                                       const uint8_t secret[32])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(curve);
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *d = BN_bin2bn(secret, 32, NULL);
    uint8_t pub[65], native[32];
    char name[16];
    (void)snprintf(name, sizeof name, "%s", OBJ_nid2sn(curve));
    assert_int_equal(EC_POINT_mul(group, point, d, NULL, NULL, NULL), 1);
    assert_int_equal(
        EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, pub, sizeof pub, NULL), 65);
    assert_int_equal(BN_bn2nativepad(d, native, sizeof native), 32);

    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, pub, sizeof pub),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &k->pkey, EVP_PKEY_KEYPAIR, params), 1);
    memcpy(k->numbers.x, pub + 1, 32);
    memcpy(k->numbers.y, pub + 33, 32);
    EVP_PKEY_CTX_free(ctx);
    BN_free(d);
    EC_POINT_free(point);
    EC_GROUP_free(group);
}

static inline struct test_key test_key_from(enum cose_alg alg, const uint8_t secret[32])
{
    struct test_key k = { .numbers = { .alg = alg } };
    size_t len = ED25519_PUB_LEN;
    if (alg == ALG_ES256) {
        test_key_fill_curve(&k, "EC", NID_X9_62_prime256v1, secret);
    } else if (alg == ALG_SM2) {
        test_key_fill_curve(&k, "SM2", NID_sm2, secret);
    } else {
        k.pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
        assert_int_equal(EVP_PKEY_get_raw_public_key(k.pkey, k.numbers.x, &len), 1);
    }
    cose_key_id(&k.numbers, k.kid);
    return k;
}

static inline struct test_key test_key_new(enum cose_alg alg, unsigned seed)
{
    uint8_t secret[32];
    test_key_secret(seed, secret);
    return test_key_from(alg, secret);
}

/* DER (r, s) to r ‖ s as it is. */
static inline void test_numbers_from_der(const uint8_t *der, size_t len, uint8_t ret[64])
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    assert_non_null(sig);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + 32, 32), 32);
    ECDSA_SIG_free(sig);
}

/* The same with low s, for P-256. */
static inline void test_signature_from_der(const uint8_t *der, size_t len, uint8_t ret[64])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    const BIGNUM *n = EC_GROUP_get0_order(group);
    BIGNUM *other = BN_new();
    assert_non_null(sig);
    assert_int_equal(BN_sub(other, n, ECDSA_SIG_get0_s(sig)), 1);
    const BIGNUM *low = BN_cmp(other, ECDSA_SIG_get0_s(sig)) < 0 ? other : ECDSA_SIG_get0_s(sig);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32), 32);
    assert_int_equal(BN_bn2binpad(low, ret + 32, 32), 32);
    BN_free(other);
    ECDSA_SIG_free(sig);
    EC_GROUP_free(group);
}

#define TEST_SM2_ID "1234567812345678"

/* By OpenSSL's own message interface, which hashes id and key itself; id "": its default. */
static inline void test_sign_sm2(const struct test_key *k, const char *id, struct span msg,
                                 uint8_t ret[64])
{
    uint8_t sig[80];
    size_t len = sizeof sig;
    EVP_PKEY_CTX *by = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, &by, EVP_sm3(), NULL, k->pkey), 1);
    if (id[0])
        assert_int_equal(EVP_PKEY_CTX_set1_id(by, id, (int)strlen(id)), 1);
    assert_int_equal(EVP_DigestSign(ctx, sig, &len, msg.ptr, msg.len), 1);
    test_numbers_from_der(sig, len, ret);
    EVP_MD_CTX_free(ctx);
}

static inline void test_sign(const struct test_key *k, struct span msg, uint8_t ret[64])
{
    if (k->numbers.alg == ALG_SM2) {
        test_sign_sm2(k, TEST_SM2_ID, msg, ret);
        return;
    }
    uint8_t sig[80];
    size_t len = sizeof sig;
    const bool ec = k->numbers.alg == ALG_ES256;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, ec ? EVP_sha256() : NULL, NULL, k->pkey), 1);
    assert_int_equal(EVP_DigestSign(ctx, sig, &len, msg.ptr, msg.len), 1);
    if (ec)
        test_signature_from_der(sig, len, ret);
    else
        memcpy(ret, sig, 64);
    EVP_MD_CTX_free(ctx);
}

/* Signs whatever protected header and payload: well formed or not. */
static inline void test_sign1_raw(const struct test_key *k, struct span header, struct span payload,
                                  struct buf *to)
{
    struct buf tbs = { 0 };
    uint8_t sig[64];
    cose_sign1_to_be_signed(&tbs, header, payload);
    test_sign(k, buf_span(&tbs), sig);
    cose_sign1_put(to, header, payload, span_of(sig, sizeof sig));
    assert_true(buf_ok(to));
    buf_free(&tbs);
}

/* A good COSE_Sign1; typ NULL: a token's header. */
static inline void test_sign1(const struct test_key *k, const char *typ, struct span payload,
                              struct buf *to)
{
    struct buf header = { 0 };
    cose_header_put(&header, k->numbers.alg, span_of(k->kid, KID_LEN), typ);
    test_sign1_raw(k, buf_span(&header), payload, to);
    buf_free(&header);
}

static inline struct pubkey *test_pubkey(const struct test_key *k)
{
    struct pubkey *key = NULL;
    assert_int_equal(pubkey_new(&k->numbers, &key, NULL), RC_OK);
    return key;
}
