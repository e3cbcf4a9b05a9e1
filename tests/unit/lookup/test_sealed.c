#include "tests/unit/check.h"

#include "core/crypto/sealed.h"

/* RFC 4231 section 4.2 and 4.3, whose keys are shorter: zeros behind change nothing. */
static void hmac_is_that_of_the_rfc(void **state)
{
    (void)state;
    uint8_t key[32] = { 0 }, got[SHA256_LEN], want[SHA256_LEN];
    memset(key, 0x0b, 20);
    hmac_sha256(key, SPAN_LITERAL("Hi "), SPAN_LITERAL("There"), got);
    assert_true(
        hex_decode(SPAN_LITERAL("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
                   want, sizeof want));
    assert_memory_equal(got, want, sizeof got);
    memset(key, 0, sizeof key);
    memcpy(key, "Jefe", 4);
    hmac_sha256(key, SPAN_LITERAL("what do ya want for nothing?"), (struct span){ 0 }, got);
    assert_true(
        hex_decode(SPAN_LITERAL("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
                   want, sizeof want));
    assert_memory_equal(got, want, sizeof got);
}

static void what_was_sealed_opens_with_its_key_alone(void **state)
{
    (void)state;
    uint8_t key[32] = { 1 }, other[32] = { 2 };
    struct buf sealed = { 0 }, again = { 0 }, plain = { 0 };
    assert_int_equal(sealed_put(key, SPAN_LITERAL("a token"), &sealed, NULL), RC_OK);
    assert_int_equal(sealed_put(key, SPAN_LITERAL("a token"), &again, NULL), RC_OK);
    assert_int_equal(sealed.len, 7 + SEALED_OVERHEAD);
    assert_memory_equal(sealed.ptr, again.ptr, sealed.len);
    assert_int_equal(sealed_open(key, buf_span(&sealed), &plain, NULL), RC_OK);
    assert_true(span_equal(buf_span(&plain), SPAN_LITERAL("a token")));
    assert_int_equal(sealed_open(other, buf_span(&sealed), &plain, NULL), RC_CRYPTO);
    assert_int_equal(plain.len, 7);
    for (size_t bit = 0; bit < 8 * sealed.len; bit++) {
        sealed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(sealed_open(key, buf_span(&sealed), &plain, NULL), RC_CRYPTO);
        sealed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 0; len < sealed.len; len++)
        assert_int_equal(sealed_open(key, span_of(sealed.ptr, len), &plain, NULL), RC_CRYPTO);
    buf_free(&sealed);
    buf_free(&again);
    buf_free(&plain);
}

/* One key never meets two texts with one nonce. */
static void another_text_has_another_nonce(void **state)
{
    (void)state;
    uint8_t key[32] = { 1 };
    struct buf a = { 0 }, b = { 0 };
    assert_int_equal(sealed_put(key, SPAN_LITERAL("version 1"), &a, NULL), RC_OK);
    assert_int_equal(sealed_put(key, SPAN_LITERAL("version 2"), &b, NULL), RC_OK);
    assert_memory_not_equal(a.ptr, b.ptr, 12);
    buf_free(&a);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_is_that_of_the_rfc),
        cmocka_unit_test(what_was_sealed_opens_with_its_key_alone),
        cmocka_unit_test(another_text_has_another_nonce),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
