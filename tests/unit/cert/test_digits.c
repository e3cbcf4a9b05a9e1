#include "tests/unit/check.h"
#include "tests/unit/dice.h"

#include <stdio.h>

#include "core/cert/digits.h"

static void is_refused(const char *digits, enum rc expected, size_t offset, const char *text)
{
    struct diag d = DIAG_INIT;
    struct buf b = { 0 };
    buf_put_text(&b, "kept");
    const enum rc rc = digits_decode(span_text(digits), &b, &d);
    if (rc != expected || d.offset != offset || strcmp(d.text, text) != 0)
        fail_msg("'%s': %s at %zu '%s'", digits, rc_name(rc), d.offset, d.text);
    assert_string_equal(buf_cstr(&b), "kept");
    buf_free(&b);
}

static void what_no_encoder_makes_is_refused(void **state)
{
    (void)state;
    is_refused("", RC_FORMAT, 0, "there are no digits");
    is_refused("1", RC_FORMAT, 0, "a last group of 1 digits");
    is_refused("1234", RC_FORMAT, 0, "a last group of 4 digits");
    is_refused("00000000000000000"
               "00",
               RC_FORMAT, 17, "a last group of 2 digits");
    is_refused("0000000000000000", RC_FORMAT, 0, "a last group of 16 digits");
    is_refused("12a", RC_FORMAT, 2, "a character that is not a digit");
    is_refused("00000000000000000"
               "-01",
               RC_FORMAT, 17, "a character that is not a digit");
    is_refused("１２３", RC_FORMAT, 0, "a character that is not a digit");
    is_refused(" 123", RC_FORMAT, 0, "a character that is not a digit");
}

static void a_group_over_its_bytes_is_refused(void **state)
{
    (void)state;
    static const char *const least_over[] = {
        "256",           "65536",           "16777216",          "4294967296",
        "1099511627776", "281474976710656", "72057594037927936",
    };
    static const size_t widths[] = { 3, 5, 8, 10, 13, 15, 17 };
    for (size_t n = 0; n < 7; n++) {
        struct buf b = { 0 };
        char text[40], all_nines[40] = "";
        (void)snprintf(text, sizeof text, "%s", least_over[n]);
        assert_int_equal(strlen(text), widths[n]);
        memset(all_nines, '9', widths[n]);
        assert_int_equal(digits_decode(span_text(text), &b, NULL), RC_FORMAT);
        assert_int_equal(digits_decode(span_text(all_nines), &b, NULL), RC_FORMAT);
        /* One less is the largest value. */
        text[widths[n] - 1]--;
        assert_int_equal(digits_decode(span_text(text), &b, NULL), RC_OK);
        assert_int_equal(b.len, n + 1);
        for (size_t i = 0; i <= n; i++)
            assert_int_equal(b.ptr[i], 0xff);
        buf_free(&b);
    }
}

static void more_digits_than_the_limit_are_refused(void **state)
{
    (void)state;
    char digits[DIGITS_MAX + 1];
    struct buf b = { 0 };
    memset(digits, '0', sizeof digits);
    assert_int_equal(digits_decode(span_of(digits, DIGITS_MAX + 1), &b, NULL), RC_LIMIT);
    /* 4096 = 240 × 17 + 16; the longest that an encoder makes is 15 in the last group. */
    assert_int_equal(digits_decode(span_of(digits, DIGITS_MAX), &b, NULL), RC_FORMAT);
    assert_int_equal(digits_decode(span_of(digits, DIGITS_MAX - 1), &b, NULL), RC_OK);
    buf_free(&b);
}

static void bytes_of_every_length_go_there_and_back(void **state)
{
    (void)state;
    static const size_t last[] = { 0, 3, 5, 8, 10, 13, 15 };
    struct dice d = { 11 };
    uint8_t bytes[800];
    for (size_t len = 1; len <= sizeof bytes; len++) {
        struct buf text = { 0 }, back = { 0 };
        dice_fill(&d, bytes, len);
        if (len % 5 == 0)
            memset(bytes, len % 2 ? 0 : 0xff, len);
        digits_encode(span_of(bytes, len), &text);
        assert_int_equal(text.len, len / 7 * 17 + last[len % 7]);
        assert_int_equal(digits_decode(buf_span(&text), &back, NULL), RC_OK);
        assert_true(span_equal(buf_span(&back), span_of(bytes, len)));
        buf_free(&text);
        buf_free(&back);
    }
}

/* Whatever decodes is what the encoder would have made of it: no two texts are one token. */
static void no_two_texts_decode_to_the_same_bytes(void **state)
{
    (void)state;
    struct dice d = { 12 };
    unsigned taken = 0;
    for (int i = 0; i < 20000; i++) {
        char digits[40];
        struct buf bytes = { 0 }, again = { 0 };
        const size_t len = (size_t)dice_between(&d, 1, sizeof digits);
        for (size_t k = 0; k < len; k++)
            digits[k] = (char)('0' + dice_between(&d, 0, k % 17 < 2 ? 2 : 9));
        if (digits_decode(span_of(digits, len), &bytes, NULL) == RC_OK) {
            digits_encode(buf_span(&bytes), &again);
            assert_true(span_equal(buf_span(&again), span_of(digits, len)));
            taken++;
        }
        buf_free(&bytes);
        buf_free(&again);
    }
    assert_true(taken > 1000);
}

static void groups_are_big_endian_and_padded(void **state)
{
    (void)state;
    struct buf b = { 0 };
    digits_encode(SPAN_LITERAL("\x00\x00\x00\x00\x00\x00\x01\x00\x02"), &b);
    assert_string_equal(buf_cstr(&b), "0000000000000000100002");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_encoder_makes_is_refused),
        cmocka_unit_test(a_group_over_its_bytes_is_refused),
        cmocka_unit_test(more_digits_than_the_limit_are_refused),
        cmocka_unit_test(no_two_texts_decode_to_the_same_bytes),
        cmocka_unit_test(bytes_of_every_length_go_there_and_back),
        cmocka_unit_test(groups_are_big_endian_and_padded),
    };
    return cmocka_run_group_tests_name("digits", tests, NULL, NULL);
}
