#include "tests/unit/check.h"

#include "core/base/buf.h"
#include "core/crypto/hash.h"

static void hex_of_another_length_or_alphabet_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[2] = { 7, 7 };
    assert_false(hex_decode(SPAN_LITERAL("0a0"), bytes, 2));
    assert_false(hex_decode(SPAN_LITERAL("0a0b0"), bytes, 2));
    assert_false(hex_decode(SPAN_LITERAL("0a0g"), bytes, 2));
    assert_false(hex_decode(SPAN_LITERAL(" a0b"), bytes, 2));
    assert_int_equal(bytes[0], 7);
}

static void hex_goes_there_and_back(void **state)
{
    (void)state;
    const uint8_t bytes[4] = { 0x00, 0x9f, 0xa0, 0xff };
    uint8_t back[4];
    char hex[9];
    hex_encode(bytes, 4, hex);
    assert_string_equal(hex, "009fa0ff");
    assert_true(hex_decode(SPAN_LITERAL("009Fa0fF"), back, 4));
    assert_memory_equal(bytes, back, 4);
}

static void base64_that_is_not_strict_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Zg",   "Zg=",    "Zg===", "Z===", "====", "=Zg=",     "Zg=a",   "Zh==",
        "Zm9=", "Zm9v\n", "Zm 9",  "Zm9-", "Zm9_", "Zg==Zg==", "Zm9vZg", "\xff\xff\xff\xff",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf b = { 0 };
        if (base64_decode(span_text(bad[i]), &b))
            fail_msg("'%s' was taken", bad[i]);
        buf_free(&b);
    }
}

/* RFC 4648 section 10. */
static void base64_agrees_with_the_rfc(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf b = { 0 };
        base64_encode(span_text(pairs[i][0]), &b);
        assert_string_equal(buf_cstr(&b), pairs[i][1]);
        buf_clear(&b);
        assert_true(base64_decode(span_text(pairs[i][1]), &b));
        assert_string_equal(buf_cstr(&b), pairs[i][0]);
        buf_free(&b);
    }
}

static void base64_of_every_byte_goes_there_and_back(void **state)
{
    (void)state;
    uint8_t bytes[256];
    for (size_t len = 0; len <= 256; len++) {
        struct buf text = { 0 }, back = { 0 };
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)(i * 7 + len);
        base64_encode(span_of(bytes, len), &text);
        assert_true(base64_decode(buf_span(&text), &back));
        assert_true(span_equal(buf_span(&back), span_of(bytes, len)));
        buf_free(&text);
        buf_free(&back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_of_another_length_or_alphabet_is_refused),
        cmocka_unit_test(base64_that_is_not_strict_is_refused),
        cmocka_unit_test(hex_goes_there_and_back),
        cmocka_unit_test(base64_agrees_with_the_rfc),
        cmocka_unit_test(base64_of_every_byte_goes_there_and_back),
    };
    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
