/* SM2 with SM3 under our distinguishing id, against OpenSSL's own message interface and GB/T
 * 32918.5.
 */
#include "tests/unit/signing.h"

#include "core/crypto/sm2.h"

static enum check check_of(const struct pubkey *key, struct span msg, const uint8_t sig[64])
{
    enum check ret = CHECK_BAD;
    assert_int_equal(pubkey_check(key, msg, span_of(sig, 64), &ret, NULL), RC_OK);
    return ret;
}

static void unpack(const char *hex, uint8_t *to, size_t len)
{
    assert_true(hex_decode(span_text(hex), to, len));
}

/* OpenSSL's default: what a signer gets that never sets an id. */
static void a_signature_under_the_empty_id_does_not_verify(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_SM2, 1);
    struct pubkey *key = test_pubkey(&k);
    uint8_t sig[64];
    test_sign_sm2(&k, "", SPAN_LITERAL("m"), sig);
    assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig), CHECK_BAD);
    test_sign_sm2(&k, "1234567812345679", SPAN_LITERAL("m"), sig);
    assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig), CHECK_BAD);
    test_sign_sm2(&k, SM2_ID, SPAN_LITERAL("m"), sig);
    assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig), CHECK_GOOD);
    pubkey_free(key);
    test_key_free(&k);
}

/* Made as type EC, OpenSSL signs SM3 by plain ECDSA and reports success. */
static void ecdsa_by_a_key_that_poses_as_sm2_does_not_verify(void **state)
{
    (void)state;
    struct public_numbers n = { .alg = ALG_SM2 };
    struct pubkey *key = NULL;
    EVP_PKEY *posing = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "SM2");
    assert_non_null(posing);
    assert_false(EVP_PKEY_is_a(posing, "SM2"));
    BIGNUM *x = NULL, *y = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(posing, OSSL_PKEY_PARAM_EC_PUB_X, &x), 1);
    assert_int_equal(EVP_PKEY_get_bn_param(posing, OSSL_PKEY_PARAM_EC_PUB_Y, &y), 1);
    assert_int_equal(BN_bn2binpad(x, n.x, 32), 32);
    assert_int_equal(BN_bn2binpad(y, n.y, 32), 32);
    assert_int_equal(pubkey_new(&n, &key, NULL), RC_OK);

    uint8_t der[80], sig[64];
    size_t len = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sm3(), NULL, posing), 1);
    assert_int_equal(EVP_DigestSign(ctx, der, &len, (const uint8_t *)"m", 1), 1);
    test_numbers_from_der(der, len, sig);
    assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig), CHECK_BAD);
    EVP_MD_CTX_free(ctx);
    BN_free(x);
    BN_free(y);
    pubkey_free(key);
    EVP_PKEY_free(posing);
}

static void subtract_from_n(const uint8_t from[32], uint8_t to[32])
{
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        const int v = sm2_order[i] - from[i] - borrow;
        borrow = v < 0;
        to[i] = (uint8_t)(v & 0xff);
    }
}

/* What the twin of ECDSA would be; r + s would be another number, so it is no signature at all. */
static void the_negative_of_s_does_not_verify(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_SM2, 2);
    struct pubkey *key = test_pubkey(&k);
    for (int i = 0; i < 20; i++) {
        const uint8_t msg[1] = { (uint8_t)i };
        uint8_t sig[64], other[64];
        test_sign(&k, span_of(msg, 1), sig);
        memcpy(other, sig, 32);
        subtract_from_n(sig + 32, other + 32);
        assert_int_equal(check_of(key, span_of(msg, 1), sig), CHECK_GOOD);
        assert_int_equal(check_of(key, span_of(msg, 1), other), CHECK_BAD);
    }
    pubkey_free(key);
    test_key_free(&k);
}

/* 0, 1, n - 1, n, n + 1 and the largest, for r and s alike; n - r makes r + s = 0. */
static void r_and_s_at_the_edges_do_not_verify(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_SM2, 2);
    struct pubkey *key = test_pubkey(&k);
    uint8_t edges[6][32] = { { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } };
    edges[1][31] = 1;
    subtract_from_n(edges[1], edges[2]);
    memcpy(edges[3], sm2_order, 32);
    memcpy(edges[4], sm2_order, 32);
    edges[4][31]++;
    memset(edges[5], 0xff, 32);
    uint8_t good[64];
    test_sign(&k, SPAN_LITERAL("m"), good);
    for (size_t r = 0; r < 7; r++) {
        for (size_t s = 0; s < 7; s++) {
            uint8_t sig[64];
            memcpy(sig, r < 6 ? edges[r] : good, 32);
            memcpy(sig + 32, s < 6 ? edges[s] : good + 32, 32);
            assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig),
                             r == 6 && s == 6 ? CHECK_GOOD : CHECK_BAD);
        }
    }
    memcpy(good + 32, good, 32);
    subtract_from_n(good, good + 32);
    assert_int_equal(check_of(key, SPAN_LITERAL("m"), good), CHECK_BAD);
    pubkey_free(key);
    test_key_free(&k);
}

static void points_off_the_curve_are_refused(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_SM2, 1), other = test_key_new(ALG_ES256, 1);
    struct pubkey *key = NULL;
    for (size_t i = 0; i < 64; i++) {
        struct public_numbers n = k.numbers;
        (i < 32 ? n.x : n.y)[i % 32] ^= 1;
        assert_int_equal(pubkey_new(&n, &key, NULL), RC_CRYPTO);
    }
    other.numbers.alg = ALG_SM2; /* a point of P-256 */
    assert_int_equal(pubkey_new(&other.numbers, &key, NULL), RC_CRYPTO);
    k.numbers.alg = ALG_ES256;
    assert_int_equal(pubkey_new(&k.numbers, &key, NULL), RC_CRYPTO);
    assert_null(key);
    test_key_free(&k);
    test_key_free(&other);
}

/* GB/T 32918.5-2017, annex A: key, message "message digest", r and s; its id is ours. */
static void the_example_of_the_standard_verifies(void **state)
{
    (void)state;
    struct public_numbers n = { .alg = ALG_SM2 };
    struct pubkey *key = NULL;
    uint8_t sig[64], z[32], want[32];
    unpack("09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020", n.x, 32);
    unpack("CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13", n.y, 32);
    unpack("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3", sig, 32);
    unpack("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA", sig + 32, 32);
    unpack("B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3", want, 32);
    assert_int_equal(sm2_identity(&n, z, NULL), RC_OK);
    assert_memory_equal(z, want, 32);
    unpack("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640", want, 32);
    uint8_t e[32];
    assert_int_equal(sm2_digest(z, SPAN_LITERAL("message digest"), e, NULL), RC_OK);
    assert_memory_equal(e, want, 32);
    assert_int_equal(pubkey_new(&n, &key, NULL), RC_OK);
    assert_int_equal(check_of(key, SPAN_LITERAL("message digest"), sig), CHECK_GOOD);
    assert_int_equal(check_of(key, SPAN_LITERAL("message digesu"), sig), CHECK_BAD);
    pubkey_free(key);
}

/* GB/T 32905, annex A. */
static void sm3_of_abc_is_that_of_the_standard(void **state)
{
    (void)state;
    uint8_t want[SM3_LEN], got[SM3_LEN];
    unpack("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", want, SM3_LEN);
    assert_true(sm3_2(SPAN_LITERAL("a"), SPAN_LITERAL("bc"), got));
    assert_memory_equal(got, want, SM3_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_under_the_empty_id_does_not_verify),
        cmocka_unit_test(ecdsa_by_a_key_that_poses_as_sm2_does_not_verify),
        cmocka_unit_test(the_negative_of_s_does_not_verify),
        cmocka_unit_test(r_and_s_at_the_edges_do_not_verify),
        cmocka_unit_test(points_off_the_curve_are_refused),
        cmocka_unit_test(the_example_of_the_standard_verifies),
        cmocka_unit_test(sm3_of_abc_is_that_of_the_standard),
    };
    return cmocka_run_group_tests_name("sm2", tests, NULL, NULL);
}
