#include "tests/unit/signing.h"

#include <openssl/pem.h>

#include "core/crypto/low_s.h"
#include "core/crypto/pubkey_pem.h"

static enum rc read_pem(const char *text)
{
    struct public_numbers numbers;
    struct diag d = DIAG_INIT;
    const enum rc rc = pubkey_pem_read(span_text(text), &numbers, &d);
    assert_int_equal(rc, d.code);
    return rc;
}

static void what_openssl_writes(EVP_PKEY *pkey, char *text, size_t room)
{
    BIO *const bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
    const int len = BIO_read(bio, text, (int)room - 1);
    assert_true(len > 0);
    text[len] = '\0';
    BIO_free(bio);
}

#define LINE "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
#define HEAD "-----BEGIN PUBLIC KEY-----\n"
#define FOOT "\n-----END PUBLIC KEY-----\n"

static void what_holds_no_public_key_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_pem(""), RC_FORMAT);
    assert_int_equal(read_pem(LINE), RC_FORMAT);
    assert_int_equal(read_pem(HEAD LINE), RC_FORMAT);
    assert_int_equal(read_pem(HEAD "not base64" FOOT), RC_FORMAT);
    assert_int_equal(read_pem(HEAD LINE FOOT HEAD LINE FOOT), RC_FORMAT);
    assert_int_equal(read_pem("-----BEGIN CERTIFICATE-----\n" LINE "\n-----END CERTIFICATE-----\n"),
                     RC_FORMAT);
}

static void a_private_key_is_refused_by_name(void **state)
{
    (void)state;
    struct public_numbers numbers;
    struct diag d = DIAG_INIT;
    static const char text[] = HEAD LINE FOOT "-----BEGIN EC PRIVATE KEY-----\n";
    assert_int_equal(pubkey_pem_read(span_text(text), &numbers, &d), RC_FORMAT);
    assert_non_null(strstr(d.text, "private key"));
}

static void keys_of_other_kinds_are_refused(void **state)
{
    (void)state;
    static const char *const curves[] = { "P-384", "secp256k1", "SM2" };
    char text[1024];
    for (size_t i = 0; i < 3; i++) {
        EVP_PKEY *const pkey = EVP_EC_gen(curves[i]);
        assert_non_null(pkey);
        what_openssl_writes(pkey, text, sizeof text);
        assert_int_equal(read_pem(text), RC_REFUSED);
        EVP_PKEY_free(pkey);
    }
    assert_int_equal(
        read_pem(HEAD "MCowBQYDK2VuAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=" FOOT),
        RC_REFUSED); /* X25519 */
    assert_int_equal(read_pem(HEAD "" FOOT), RC_REFUSED);
}

static void bytes_that_are_no_point_are_refused(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct public_numbers zero = { .alg = ALG_ES256 };
    pubkey_pem_put(&text, &zero);
    assert_int_equal(read_pem(buf_cstr(&text)), RC_CRYPTO);
    buf_clear(&text);
    zero.alg = ALG_EDDSA; /* a point of order 4 */
    pubkey_pem_put(&text, &zero);
    assert_int_equal(read_pem(buf_cstr(&text)), RC_CRYPTO);
    buf_free(&text);
}

static void we_and_openssl_write_and_read_the_same(void **state)
{
    (void)state;
    static const enum cose_alg algs[] = { ALG_ES256, ALG_EDDSA };
    for (size_t i = 0; i < 2; i++) {
        struct test_key k = test_key_new(algs[i], 3);
        struct public_numbers numbers;
        struct buf ours = { 0 };
        char theirs[1024];
        what_openssl_writes(k.pkey, theirs, sizeof theirs);
        assert_int_equal(pubkey_pem_read(span_text(theirs), &numbers, NULL), RC_OK);
        assert_true(public_numbers_equal(&numbers, &k.numbers));
        pubkey_pem_put(&ours, &numbers);
        assert_string_equal(buf_cstr(&ours), theirs);
        buf_free(&ours);
        test_key_free(&k);
    }
}

static void text_around_a_key_and_windows_line_ends_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(read_pem("# the key of 张示例\r\n-----BEGIN PUBLIC KEY-----\r\n" LINE
                              "\r\n-----END PUBLIC KEY-----\r\nmore\r\n"),
                     RC_OK);
}

/* RFC 8037 appendix A.3. */
static void the_rfcs_thumbprint_comes_out(void **state)
{
    (void)state;
    struct public_numbers numbers = { .alg = ALG_EDDSA };
    struct buf x = { 0 };
    char text[PUBKEY_THUMBPRINT_LEN + 1];
    assert_true(base64url_decode(SPAN_LITERAL("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"), &x));
    memcpy(numbers.x, x.ptr, 32);
    assert_true(pubkey_thumbprint(&numbers, text));
    assert_string_equal(text, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    buf_free(&x);
}

static void base64url_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = { "A", "AB", "AA=", "AA==", "A+A", "A/AA", "A A" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf to = { 0 };
        if (base64url_decode(span_text(bad[i]), &to))
            fail_msg("taken: %s", bad[i]);
        buf_free(&to);
    }
}

static void of_two_signatures_the_one_with_the_lower_s_is_kept(void **state)
{
    (void)state;
    uint8_t sig[64], again[64];
    memset(sig, 0x11, 64);
    memcpy(again, sig, 64);
    p256_lower_s(again); /* low already */
    assert_memory_equal(sig, again, 64);
    memset(sig + 32, 0xff, 32);
    memcpy(again, sig, 64);
    p256_lower_s(again); /* not below n */
    assert_memory_equal(sig, again, 64);
    memset(sig + 32, 0xee, 32);
    memcpy(again, sig, 64);
    p256_lower_s(again);
    assert_memory_equal(sig, again, 32);
    assert_int_equal(again[32], 0x11);
    assert_int_equal(again[63], 0x63); /* 0x51 − 0xee */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_no_public_key_is_refused),
        cmocka_unit_test(a_private_key_is_refused_by_name),
        cmocka_unit_test(keys_of_other_kinds_are_refused),
        cmocka_unit_test(bytes_that_are_no_point_are_refused),
        cmocka_unit_test(we_and_openssl_write_and_read_the_same),
        cmocka_unit_test(text_around_a_key_and_windows_line_ends_are_passed_over),
        cmocka_unit_test(the_rfcs_thumbprint_comes_out),
        cmocka_unit_test(base64url_is_strict),
        cmocka_unit_test(of_two_signatures_the_one_with_the_lower_s_is_kept),
    };
    return cmocka_run_group_tests_name("pubkey_pem", tests, NULL, NULL);
}
