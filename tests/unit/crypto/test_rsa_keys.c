/* RSA-3072, which signs documents: one size, one exponent, one padding. */
#include "tests/unit/check.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "core/crypto/pubkey.h"

static EVP_PKEY *pkey; /* one for all tests: making it takes a while */
static struct public_numbers numbers = { .alg = ALG_RS256 };
static struct pubkey *key;

static int make_key(void **state)
{
    (void)state;
    BIGNUM *n = NULL;
    pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)3072);
    assert_int_equal(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n), 1);
    assert_int_equal(BN_bn2binpad(n, numbers.n, RSA_N_LEN), RSA_N_LEN);
    BN_free(n);
    return pubkey_new(&numbers, &key, NULL) == RC_OK ? 0 : -1;
}

static int drop_key(void **state)
{
    (void)state;
    pubkey_free(key);
    EVP_PKEY_free(pkey);
    return 0;
}

static void sign(const EVP_MD *md, int padding, struct span msg, uint8_t ret[RSA_N_LEN])
{
    EVP_MD_CTX *const ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner = NULL;
    size_t len = RSA_N_LEN;
    assert_int_equal(EVP_DigestSignInit(ctx, &inner, md, NULL, pkey), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(inner, padding), 1);
    assert_int_equal(EVP_DigestSign(ctx, ret, &len, msg.ptr, msg.len), 1);
    EVP_MD_CTX_free(ctx);
}

static enum check answer(struct span msg, struct span sig)
{
    enum check ret = CHECK_BAD;
    assert_int_equal(pubkey_check(key, msg, sig, &ret, NULL), RC_OK);
    return ret;
}

static void no_bit_flip_of_an_rsa_signature_verifies(void **state)
{
    (void)state;
    uint8_t sig[RSA_N_LEN];
    sign(EVP_sha256(), RSA_PKCS1_PADDING, SPAN_LITERAL("m"), sig);
    for (size_t i = 0; i < sizeof sig * 8; i++) {
        sig[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_BAD);
        sig[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_GOOD);
    assert_int_equal(answer(SPAN_LITERAL("n"), span_of(sig, sizeof sig)), CHECK_BAD);
}

static void another_padding_or_digest_does_not_verify(void **state)
{
    (void)state;
    uint8_t sig[RSA_N_LEN];
    sign(EVP_sha256(), RSA_PKCS1_PSS_PADDING, SPAN_LITERAL("m"), sig);
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_BAD);
    sign(EVP_sha512(), RSA_PKCS1_PADDING, SPAN_LITERAL("m"), sig);
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_BAD);
    sign(EVP_sha1(), RSA_PKCS1_PADDING, SPAN_LITERAL("m"), sig);
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_BAD);
}

static void numbers_that_are_no_signature_do_not_verify(void **state)
{
    (void)state;
    uint8_t sig[RSA_N_LEN] = { 0 };
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_BAD);
    sig[RSA_N_LEN - 1] = 1;
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_BAD);
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(numbers.n, RSA_N_LEN)), CHECK_BAD);
    memset(sig, 0xff, sizeof sig);
    assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, sizeof sig)), CHECK_BAD);
}

static void an_rsa_signature_of_another_length_does_not_verify(void **state)
{
    (void)state;
    uint8_t sig[RSA_N_LEN + 1] = { 0 };
    sign(EVP_sha256(), RSA_PKCS1_PADDING, SPAN_LITERAL("m"), sig);
    for (size_t len = 0; len <= sizeof sig; len++)
        assert_int_equal(answer(SPAN_LITERAL("m"), span_of(sig, len)),
                         len == RSA_N_LEN ? CHECK_GOOD : CHECK_BAD);
}

static void a_modulus_that_is_short_or_even_is_refused(void **state)
{
    (void)state;
    struct pubkey *none = NULL;
    struct public_numbers n = numbers;
    n.n[0] &= 0x7f;
    assert_int_equal(pubkey_new(&n, &none, NULL), RC_CRYPTO);
    n = numbers;
    n.n[RSA_N_LEN - 1] &= 0xfe;
    assert_int_equal(pubkey_new(&n, &none, NULL), RC_CRYPTO);
}

static void keys_that_share_a_beginning_are_two(void **state)
{
    (void)state;
    struct public_numbers n = numbers;
    assert_true(public_numbers_equal(&n, &numbers));
    n.n[RSA_N_LEN - 1] ^= 2;
    assert_false(public_numbers_equal(&n, &numbers));
    n = numbers;
    n.alg = ALG_ES256;
    assert_false(public_numbers_equal(&n, &numbers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bit_flip_of_an_rsa_signature_verifies),
        cmocka_unit_test(another_padding_or_digest_does_not_verify),
        cmocka_unit_test(numbers_that_are_no_signature_do_not_verify),
        cmocka_unit_test(an_rsa_signature_of_another_length_does_not_verify),
        cmocka_unit_test(a_modulus_that_is_short_or_even_is_refused),
        cmocka_unit_test(keys_that_share_a_beginning_are_two),
    };
    return cmocka_run_group_tests_name("rsa_keys", tests, make_key, drop_key);
}
