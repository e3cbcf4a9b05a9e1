/* RFC 9421 appendix B: its keys, its requests, its bases, its signatures. */
#include "tests/unit/check.h"

#include <string.h>

#include "core/crypto/pubkey_pem.h"
#include "core/message/parts.h"

static struct pubkey *key_of(const char *pem)
{
    struct public_numbers numbers;
    struct pubkey *key = NULL;
    assert_int_equal(pubkey_pem_read(span_text(pem), &numbers, NULL), RC_OK);
    assert_int_equal(pubkey_new(&numbers, &key, NULL), RC_OK);
    return key;
}

/* Appendix B.1.4 and B.1.3. */
static const char ed25519_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                                  "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
                                  "-----END PUBLIC KEY-----\n";
static const char p256_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf\n"
                               "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==\n"
                               "-----END PUBLIC KEY-----\n";

#define B26_PARAMS                                                                                 \
    "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")"          \
    ";created=1618884473;keyid=\"test-key-ed25519\""
#define B26_BASE                                                                                   \
    "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n"                \
    "\"@authority\": example.com\n\"content-type\": application/json\n"                            \
    "\"content-length\": 18\n\"@signature-params\": " B26_PARAMS
#define B26_SIGNATURE                                                                              \
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="

#define B24_BASE                                                                                   \
    "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": "                   \
    "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGg" \
    "fLQ==:\n\"content-length\": 23\n\"@signature-params\": (\"@status\" \"content-type\" "        \
    "\"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-ecc-p256\""
#define B24_SIGNATURE                                                                              \
    "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="

static enum check check_of(const char *pem, struct span base, struct span signature)
{
    struct pubkey *key = key_of(pem);
    enum check holds = CHECK_BAD;
    assert_int_equal(message_evidence_check(key, base, signature, &holds, NULL), RC_OK);
    pubkey_free(key);
    return holds;
}

static void no_other_base_or_signature_holds_under_the_rfcs_keys(void **state)
{
    (void)state;
    struct buf sig = { 0 };
    assert_true(base64_decode(SPAN_LITERAL(B24_SIGNATURE), &sig));
    assert_int_equal(check_of(p256_pem, SPAN_LITERAL(B24_BASE "\n"), buf_span(&sig)), CHECK_BAD);
    assert_int_equal(check_of(ed25519_pem, SPAN_LITERAL(B24_BASE), buf_span(&sig)), CHECK_BAD);
    for (size_t i = 0; i < sig.len; i++) {
        sig.ptr[i] ^= 1;
        assert_int_equal(check_of(p256_pem, SPAN_LITERAL(B24_BASE), buf_span(&sig)), CHECK_BAD);
        sig.ptr[i] ^= 1;
    }
    sig.len--;
    assert_int_equal(check_of(p256_pem, SPAN_LITERAL(B24_BASE), buf_span(&sig)), CHECK_BAD);
    buf_free(&sig);
}

static void the_rfcs_ecdsa_signature_holds_though_its_s_is_the_higher(void **state)
{
    (void)state;
    struct buf sig = { 0 };
    assert_true(base64_decode(SPAN_LITERAL(B24_SIGNATURE), &sig));
    assert_true(sig.ptr[32] >= 0x80);
    assert_int_equal(check_of(p256_pem, SPAN_LITERAL(B24_BASE), buf_span(&sig)), CHECK_GOOD);
    buf_free(&sig);
}

static const char *b26_header(void *arg, const char *name)
{
    (void)arg;
    static const char *const headers[][2] = {
        { "date", "  Tue, 20 Apr 2021 02:07:55 GMT\t" },
        { "content-type", "application/json" },
        { "content-length", "18" },
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (strcmp(headers[i][0], name) == 0)
            return headers[i][1];
    return NULL;
}

static void the_rfcs_ed25519_request_gives_its_base_and_signature(void **state)
{
    (void)state;
    static const char *const covered[] = { "date",       "@method",      "@path",
                                           "@authority", "content-type", "content-length" };
    const struct message_request request = {
        .method = "POST",
        .target_uri = SPAN_LITERAL("https://Example.com:443/foo?param=Value&Pet=dog"),
        .header = b26_header,
    };
    struct buf base = { 0 }, sig = { 0 };
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++)
        assert_true(component_put(&base, component_find(span_text(covered[i])), &request));
    signature_params_line_put(&base, SPAN_LITERAL(B26_PARAMS));
    assert_string_equal(buf_cstr(&base), B26_BASE);

    assert_true(base64_decode(SPAN_LITERAL(B26_SIGNATURE), &sig));
    assert_int_equal(check_of(ed25519_pem, buf_span(&base), buf_span(&sig)), CHECK_GOOD);
    buf_free(&base);
    buf_free(&sig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_other_base_or_signature_holds_under_the_rfcs_keys),
        cmocka_unit_test(the_rfcs_ecdsa_signature_holds_though_its_s_is_the_higher),
        cmocka_unit_test(the_rfcs_ed25519_request_gives_its_base_and_signature),
    };
    return cmocka_run_group_tests_name("message_vectors", tests, NULL, NULL);
}
