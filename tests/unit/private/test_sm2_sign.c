/* What a private SM2 key does before and while it signs: OpenSSL's calls are watched and made to
 * fail.
 */
#include "tests/unit/signing.h"

#include <openssl/rand.h>

#include "keys/private/private_key.h"

/* --- what OpenSSL is called with: the linker sends these calls here first --- */

static struct {
    unsigned count;
    uint8_t with[64];
    size_t with_len;
    bool before_signing; /* no signature was made since */
    int answer_reseed, answer_sign;
} seen;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
int __real_EVP_RAND_reseed(EVP_RAND_CTX *ctx, int resist, const unsigned char *ent, size_t ent_len,
                           const unsigned char *add, size_t add_len);
int __wrap_EVP_RAND_reseed(EVP_RAND_CTX *ctx, int resist, const unsigned char *ent, size_t ent_len,
                           const unsigned char *add, size_t add_len);
int __wrap_EVP_RAND_reseed(EVP_RAND_CTX *ctx, int resist, const unsigned char *ent, size_t ent_len,
                           const unsigned char *add, size_t add_len)
{
    assert_ptr_equal(ctx, RAND_get0_private(NULL));
    assert_true(add_len <= sizeof seen.with);
    memcpy(seen.with, add, add_len);
    seen.with_len = add_len;
    seen.count++;
    seen.before_signing = true;
    return seen.answer_reseed == 1 ? __real_EVP_RAND_reseed(ctx, resist, ent, ent_len, add, add_len)
                                   : seen.answer_reseed;
}

int __real_EVP_PKEY_sign(EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *len,
                         const unsigned char *tbs, size_t tbs_len);
int __wrap_EVP_PKEY_sign(EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *len,
                         const unsigned char *tbs, size_t tbs_len);
int __wrap_EVP_PKEY_sign(EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *len,
                         const unsigned char *tbs, size_t tbs_len)
{
    seen.before_signing = false;
    return seen.answer_sign == 1 ? __real_EVP_PKEY_sign(ctx, sig, len, tbs, tbs_len)
                                 : seen.answer_sign;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct private_key *key;

static int setup(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    seen.answer_reseed = seen.answer_sign = 1;
    return private_key_generate(ALG_SM2, &key, NULL) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    private_key_free(key);
    return 0;
}

/* --- the cases --- */

static void assert_nothing_is_signed(enum rc want)
{
    uint8_t sig[SIGNATURE_LEN], before[SIGNATURE_LEN];
    memset(sig, 0x5a, sizeof sig);
    memcpy(before, sig, sizeof sig);
    assert_int_equal(private_key_sign(key, SPAN_LITERAL("a text"), sig, NULL), want);
    assert_memory_equal(sig, before, sizeof sig);
}

static void a_generator_that_cannot_be_reseeded_signs_nothing(void **state)
{
    (void)state;
    seen.answer_reseed = 0;
    assert_nothing_is_signed(RC_CRYPTO);
    assert_true(seen.before_signing);
}

static void no_answer_of_the_library_but_1_is_a_signature(void **state)
{
    (void)state;
    static const int answers[] = { 0, -1, -2, 2 };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        seen.answer_sign = answers[i];
        assert_nothing_is_signed(RC_CRYPTO);
    }
}

static void each_signature_is_preceded_by_a_reseeding_with_its_message(void **state)
{
    (void)state;
    static const char *const texts[] = { "one", "another", "another" };
    uint8_t sig[3][SIGNATURE_LEN];
    for (unsigned i = 0; i < 3; i++) {
        const struct span msg = span_text(texts[i]);
        assert_int_equal(private_key_sign(key, msg, sig[i], NULL), RC_OK);
        assert_int_equal(seen.count, i + 1);
        assert_int_equal(seen.with_len, msg.len);
        assert_memory_equal(seen.with, msg.ptr, msg.len);
        assert_false(seen.before_signing);
    }
    assert_memory_not_equal(sig[1], sig[2], SIGNATURE_LEN);
}

/* What EVP_PKEY_Q_keygen("EC", "SM2") makes: it would sign plain ECDSA. */
static void an_ec_key_on_the_curve_of_sm2_is_no_key_of_ours(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    struct private_key *taken = NULL;
    EVP_PKEY *posing = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "SM2");
    assert_non_null(posing);
    assert_false(EVP_PKEY_is_a(posing, "SM2"));
    assert_int_equal(private_key_new(&posing, &taken, &d), RC_FORMAT);
    assert_null(taken);
    assert_string_equal(d.text, "neither P-256 nor Ed25519, SM2 or RSA");
    EVP_PKEY_free(posing);
}

static void a_made_key_is_of_type_sm2(void **state)
{
    (void)state;
    assert_true(EVP_PKEY_is_a(key->pkey, "SM2"));
    assert_int_equal(private_key_public(key)->alg, ALG_SM2);
}

static int verify_with_id(const char *id, const uint8_t sig[SIGNATURE_LEN])
{
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *by = NULL;
    unsigned char *der = NULL;
    assert_int_equal(
        ECDSA_SIG_set0(numbers, BN_bin2bn(sig, 32, NULL), BN_bin2bn(sig + 32, 32, NULL)), 1);
    const int len = i2d_ECDSA_SIG(numbers, &der);
    assert_true(len > 0);
    assert_int_equal(EVP_DigestVerifyInit(ctx, &by, EVP_sm3(), NULL, key->pkey), 1);
    if (id[0])
        assert_int_equal(EVP_PKEY_CTX_set1_id(by, id, (int)strlen(id)), 1);
    const int ret = EVP_DigestVerify(ctx, der, (size_t)len, (const uint8_t *)"m", 1);
    OPENSSL_free(der);
    EVP_MD_CTX_free(ctx);
    ECDSA_SIG_free(numbers);
    return ret;
}

static void openssl_takes_our_signatures_under_the_id_and_no_other(void **state)
{
    (void)state;
    uint8_t sig[SIGNATURE_LEN];
    assert_int_equal(private_key_sign(key, SPAN_LITERAL("m"), sig, NULL), RC_OK);
    assert_int_equal(verify_with_id(TEST_SM2_ID, sig), 1);
    assert_int_equal(verify_with_id("", sig), 0);
    assert_int_equal(verify_with_id("8765432187654321", sig), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_generator_that_cannot_be_reseeded_signs_nothing),
        CASE(no_answer_of_the_library_but_1_is_a_signature),
        CASE(each_signature_is_preceded_by_a_reseeding_with_its_message),
        CASE(an_ec_key_on_the_curve_of_sm2_is_no_key_of_ours),
        CASE(a_made_key_is_of_type_sm2),
        CASE(openssl_takes_our_signatures_under_the_id_and_no_other),
    };
    return cmocka_run_group_tests_name("sm2_sign", tests, NULL, NULL);
}
