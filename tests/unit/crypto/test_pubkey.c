#include "tests/unit/signing.h"

#include <pthread.h>
#include <string.h>

static const uint8_t p256_n[32] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

static enum check check_of(const struct pubkey *key, struct span msg, const uint8_t *sig,
                           size_t len)
{
    enum check ret = CHECK_BAD;
    assert_int_equal(pubkey_check(key, msg, span_of(sig, len), &ret, NULL), RC_OK);
    return ret;
}

/* to = n - from, both 32 bytes big endian. */
static void subtract_from_n(const uint8_t from[32], uint8_t to[32])
{
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        const int v = p256_n[i] - from[i] - borrow;
        borrow = v < 0;
        to[i] = (uint8_t)(v & 0xff);
    }
}

static void unpack(const char *hex, uint8_t *to, size_t len)
{
    assert_true(hex_decode(span_text(hex), to, len));
}

static void no_bit_flip_of_a_signature_or_message_verifies(void **state)
{
    (void)state;
    static const enum cose_alg algs[] = { ALG_ES256, ALG_EDDSA, ALG_SM2 };
    for (size_t a = 0; a < 3; a++) {
        struct test_key k = test_key_new(algs[a], 1);
        struct pubkey *key = test_pubkey(&k);
        uint8_t msg[20] = "a message to be told", sig[64];
        test_sign(&k, span_of(msg, sizeof msg), sig);
        assert_int_equal(check_of(key, span_of(msg, sizeof msg), sig, 64), CHECK_GOOD);
        for (size_t i = 0; i < (size_t)64 * 8; i++) {
            sig[i / 8] ^= (uint8_t)(1u << i % 8);
            assert_int_equal(check_of(key, span_of(msg, sizeof msg), sig, 64), CHECK_BAD);
            sig[i / 8] ^= (uint8_t)(1u << i % 8);
        }
        for (size_t i = 0; i < sizeof msg * 8; i++) {
            msg[i / 8] ^= (uint8_t)(1u << i % 8);
            assert_int_equal(check_of(key, span_of(msg, sizeof msg), sig, 64), CHECK_BAD);
            msg[i / 8] ^= (uint8_t)(1u << i % 8);
        }
        pubkey_free(key);
        test_key_free(&k);
    }
}

static void a_signature_of_another_length_does_not_verify(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_ES256, 1);
    struct pubkey *key = test_pubkey(&k);
    uint8_t sig[80] = { 0 };
    test_sign(&k, SPAN_LITERAL("m"), sig);
    for (size_t len = 0; len < sizeof sig; len++)
        assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig, len),
                         len == 64 ? CHECK_GOOD : CHECK_BAD);
    pubkey_free(key);
    test_key_free(&k);
}

static void the_high_form_of_a_good_signature_does_not_verify(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_ES256, 2);
    struct pubkey *key = test_pubkey(&k);
    for (int i = 0; i < 50; i++) {
        uint8_t sig[64], high[64];
        const uint8_t msg[1] = { (uint8_t)i };
        test_sign(&k, span_of(msg, 1), sig);
        memcpy(high, sig, 32);
        subtract_from_n(sig + 32, high + 32);
        assert_int_equal(check_of(key, span_of(msg, 1), sig, 64), CHECK_GOOD);
        assert_int_equal(check_of(key, span_of(msg, 1), high, 64), CHECK_BAD);
    }
    pubkey_free(key);
    test_key_free(&k);
}

static void r_and_s_at_the_edges_do_not_verify(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_ES256, 2);
    struct pubkey *key = test_pubkey(&k);
    uint8_t edges[6][32] = { { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } };
    edges[1][31] = 1;
    memcpy(edges[2], p256_n, 32);
    memcpy(edges[3], p256_n, 32);
    edges[3][31]++;
    memset(edges[4], 0xff, 32);
    subtract_from_n(edges[1], edges[5]);
    for (size_t r = 0; r < 6; r++) {
        for (size_t s = 0; s < 6; s++) {
            uint8_t sig[64];
            memcpy(sig, edges[r], 32);
            memcpy(sig + 32, edges[s], 32);
            assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig, 64), CHECK_BAD);
        }
    }
    pubkey_free(key);
    test_key_free(&k);
}

static void an_ed25519_s_of_l_or_more_does_not_verify(void **state)
{
    (void)state;
    static const uint8_t l[32] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
        0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10,
    };
    struct test_key k = test_key_new(ALG_EDDSA, 3);
    struct pubkey *key = test_pubkey(&k);
    uint8_t sig[64];
    unsigned carry = 0;
    test_sign(&k, SPAN_LITERAL("m"), sig);
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)sig[32 + i] + l[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig, 64), CHECK_BAD);
    pubkey_free(key);
    test_key_free(&k);
}

static void a_key_of_another_algorithm_or_owner_does_not_verify(void **state)
{
    (void)state;
    struct test_key a = test_key_new(ALG_ES256, 1), b = test_key_new(ALG_ES256, 2);
    struct test_key e = test_key_new(ALG_EDDSA, 1);
    struct pubkey *other = test_pubkey(&b), *ed = test_pubkey(&e);
    uint8_t sig[64];
    test_sign(&a, SPAN_LITERAL("m"), sig);
    assert_int_equal(check_of(other, SPAN_LITERAL("m"), sig, 64), CHECK_BAD);
    assert_int_equal(check_of(ed, SPAN_LITERAL("m"), sig, 64), CHECK_BAD);
    pubkey_free(other);
    pubkey_free(ed);
    test_key_free(&a);
    test_key_free(&b);
    test_key_free(&e);
}

static void points_off_the_curve_are_refused(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_ES256, 1);
    struct pubkey *key = NULL;
    for (size_t i = 0; i < 64; i++) {
        struct public_numbers n = k.numbers;
        (i < 32 ? n.x : n.y)[i % 32] ^= 1;
        assert_int_equal(pubkey_new(&n, &key, NULL), RC_CRYPTO);
    }
    struct public_numbers zero = { .alg = ALG_ES256 };
    assert_int_equal(pubkey_new(&zero, &key, NULL), RC_CRYPTO);
    memset(zero.x, 0xff, 32);
    assert_int_equal(pubkey_new(&zero, &key, NULL), RC_CRYPTO);
    assert_null(key);
    test_key_free(&k);
}

static void algorithms_that_are_not_checked_are_refused(void **state)
{
    (void)state;
    struct test_key k = test_key_new(ALG_ES256, 1);
    struct pubkey *key = NULL;
    k.numbers.alg = ALG_NONE;
    assert_int_equal(pubkey_new(&k.numbers, &key, NULL), RC_REFUSED);
    assert_null(key);
    test_key_free(&k);
}

/* RFC 6979 appendix A.2.5, P-256 with SHA-256, message "sample": published with a high s. */
static void the_ecdsa_signature_of_rfc_6979_verifies(void **state)
{
    (void)state;
    struct public_numbers n = { .alg = ALG_ES256 };
    uint8_t sig[64];
    unpack("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6", n.x, 32);
    unpack("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299", n.y, 32);
    unpack("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716", sig, 32);
    unpack("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8", sig + 32, 32);
    struct pubkey *key = NULL;
    assert_int_equal(pubkey_new(&n, &key, NULL), RC_OK);
    assert_int_equal(check_of(key, SPAN_LITERAL("sample"), sig, 64), CHECK_BAD);
    uint8_t low[32];
    subtract_from_n(sig + 32, low);
    memcpy(sig + 32, low, 32);
    assert_int_equal(check_of(key, SPAN_LITERAL("sample"), sig, 64), CHECK_GOOD);
    pubkey_free(key);
}

struct rfc8032 {
    const char *key, *msg, *sig;
};

/* RFC 8032 section 7.1, tests 1 to 3. */
static void the_ed25519_signatures_of_rfc_8032_verify(void **state)
{
    (void)state;
    static const struct rfc8032 vectors[] = {
        { "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
          "1c"
          "f9b46bd25bf5f0595bbe24655141438e7a100b" },
        { "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
          "d0"
          "f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
        { "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
          "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
          "98"
          "4dc6594a7c15e9716ed28dc027beceea1ec40a" },
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct public_numbers n = { .alg = ALG_EDDSA };
        struct pubkey *key = NULL;
        uint8_t msg[2], sig[64];
        const size_t len = strlen(vectors[i].msg) / 2;
        unpack(vectors[i].key, n.x, 32);
        unpack(vectors[i].msg, msg, len);
        unpack(vectors[i].sig, sig, 64);
        assert_int_equal(pubkey_new(&n, &key, NULL), RC_OK);
        assert_int_equal(check_of(key, span_of(msg, len), sig, 64), CHECK_GOOD);
        pubkey_free(key);
    }
}

/* Kept contexts are found by serial: many keys that come and go are never taken for another. */
static void keys_that_come_and_go_are_not_mistaken(void **state)
{
    (void)state;
    struct test_key owners[40];
    for (unsigned i = 0; i < 40; i++)
        owners[i] = test_key_new(ALG_ES256, i);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 40; i++) {
            struct pubkey *key = test_pubkey(&owners[i]);
            uint8_t sig[64], other[64];
            test_sign(&owners[i], SPAN_LITERAL("m"), sig);
            test_sign(&owners[(i + 1) % 40], SPAN_LITERAL("m"), other);
            assert_int_equal(check_of(key, SPAN_LITERAL("m"), sig, 64), CHECK_GOOD);
            assert_int_equal(check_of(key, SPAN_LITERAL("m"), other, 64), CHECK_BAD);
            pubkey_free(key);
        }
    }
    for (unsigned i = 0; i < 40; i++)
        test_key_free(&owners[i]);
}

struct shared {
    const struct pubkey *key;
    uint8_t sig[64];
    int wrong;
};

static void *check_often(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < 200; i++) {
        enum check ret = CHECK_BAD;
        if (pubkey_check(s->key, SPAN_LITERAL("m"), span_of(s->sig, 64), &ret, NULL) != RC_OK ||
            ret != CHECK_GOOD)
            s->wrong++;
    }
    return NULL;
}

static void threads_may_share_a_key(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    struct test_key k = test_key_new(ALG_ES256, 5);
    struct pubkey *key = test_pubkey(&k);
    struct shared shared[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        shared[i] = (struct shared){ .key = key };
        test_sign(&k, SPAN_LITERAL("m"), shared[i].sig);
        assert_int_equal(pthread_create(&threads[i], NULL, check_often, &shared[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(shared[i].wrong, 0);
    }
    pubkey_free(key);
    test_key_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bit_flip_of_a_signature_or_message_verifies),
        cmocka_unit_test(a_signature_of_another_length_does_not_verify),
        cmocka_unit_test(the_high_form_of_a_good_signature_does_not_verify),
        cmocka_unit_test(r_and_s_at_the_edges_do_not_verify),
        cmocka_unit_test(an_ed25519_s_of_l_or_more_does_not_verify),
        cmocka_unit_test(a_key_of_another_algorithm_or_owner_does_not_verify),
        cmocka_unit_test(points_off_the_curve_are_refused),
        cmocka_unit_test(algorithms_that_are_not_checked_are_refused),
        cmocka_unit_test(the_ecdsa_signature_of_rfc_6979_verifies),
        cmocka_unit_test(the_ed25519_signatures_of_rfc_8032_verify),
        cmocka_unit_test(keys_that_come_and_go_are_not_mistaken),
        cmocka_unit_test(threads_may_share_a_key),
    };
    return cmocka_run_group_tests_name("pubkey", tests, NULL, NULL);
}
