#include "tests/unit/signing.h"

static enum rc load(const uint8_t point[32])
{
    struct public_numbers n = { .alg = ALG_EDDSA };
    struct pubkey *key = NULL;
    memcpy(n.x, point, 32);
    const enum rc rc = pubkey_new(&n, &key, NULL);
    pubkey_free(key);
    return rc;
}

static void load_hex_is(const char *hex, enum rc expected)
{
    uint8_t point[32];
    assert_true(hex_decode(span_text(hex), point, 32));
    if (load(point) != expected)
        fail_msg("%s: %s", hex, rc_name(load(point)));
}

/* The eight points of small order, their non-canonical encodings, each with both signs of x. */
static void keys_of_small_order_are_refused(void **state)
{
    (void)state;
    static const char *const points[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        uint8_t point[32];
        assert_true(hex_decode(span_text(points[i]), point, 32));
        assert_int_equal(load(point), RC_CRYPTO);
        point[31] |= 0x80;
        assert_int_equal(load(point), RC_CRYPTO);
    }
}

/* What OpenSSL alone would say: with the identity as key, R = [s]B is a signature of any message.
 */
static void a_small_order_key_would_verify_anything(void **state)
{
    (void)state;
    uint8_t identity[32] = { 1 }, sig[64] = { 1 };
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, identity, 32);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_non_null(pkey);
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey), 1);
    assert_int_equal(EVP_DigestVerify(ctx, sig, 64, (const uint8_t *)"anything", 8), 1);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
}

static void a_y_that_no_point_has_is_refused(void **state)
{
    (void)state;
    load_hex_is("0200000000000000000000000000000000000000000000000000000000000000", RC_CRYPTO);
    load_hex_is("0700000000000000000000000000000000000000000000000000000000000000", RC_CRYPTO);
}

static void a_y_over_the_prime_is_refused(void **state)
{
    (void)state;
    /* 3 + p and 4 + p: 3 and 4 themselves are the y of points. */
    load_hex_is("0300000000000000000000000000000000000000000000000000000000000000", RC_OK);
    load_hex_is("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", RC_CRYPTO);
    load_hex_is("f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", RC_CRYPTO);
    load_hex_is("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", RC_CRYPTO);
}

static void every_key_that_openssl_makes_is_taken(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        struct test_key k = test_key_new(ALG_EDDSA, i);
        assert_int_equal(load(k.numbers.x), RC_OK);
        test_key_free(&k);
    }
}

/* Half of all y have no point: were the check empty, this would show it. */
static void about_half_of_all_numbers_are_refused(void **state)
{
    (void)state;
    int refused = 0;
    for (unsigned i = 0; i < 200; i++) {
        uint8_t y[32];
        test_key_secret(i, y);
        refused += load(y) == RC_CRYPTO;
    }
    assert_in_range(refused, 70, 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_order_key_would_verify_anything),
        cmocka_unit_test(keys_of_small_order_are_refused),
        cmocka_unit_test(a_y_that_no_point_has_is_refused),
        cmocka_unit_test(a_y_over_the_prime_is_refused),
        cmocka_unit_test(about_half_of_all_numbers_are_refused),
        cmocka_unit_test(every_key_that_openssl_makes_is_taken),
    };
    return cmocka_run_group_tests_name("ed25519_keys", tests, NULL, NULL);
}
