#include "tests/unit/check.h"

#include "core/base/utf8.h"

static void bytes_that_are_not_utf8_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc3",
        "\xc3\x28",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xe4\xb8",
        "\xe4\xb8\x28",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf0\x9f\x98",
        "\xff",
        "\xfe",
        "a\xe4\xb8\xad\x80",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (utf8_well_formed(span_text(bad[i])))
            fail_msg("case %zu was taken", i);
    }
}

static void every_scalar_value_is_taken_and_every_surrogate_is_not(void **state)
{
    (void)state;
    for (uint32_t c = 0x800; c <= 0x10ffff; c++) {
        uint8_t u[4];
        size_t n = 3;
        if (c < 0x10000) {
            u[0] = (uint8_t)(0xe0 | c >> 12);
            u[1] = (uint8_t)(0x80 | (c >> 6 & 63));
            u[2] = (uint8_t)(0x80 | (c & 63));
        } else {
            u[0] = (uint8_t)(0xf0 | c >> 18);
            u[1] = (uint8_t)(0x80 | (c >> 12 & 63));
            u[2] = (uint8_t)(0x80 | (c >> 6 & 63));
            u[3] = (uint8_t)(0x80 | (c & 63));
            n = 4;
        }
        if (utf8_well_formed(span_of(u, n)) == (c >= 0xd800 && c < 0xe000))
            fail_msg("U+%04X", (unsigned)c);
    }
}

static void control_characters_are_found_and_neighbours_are_not(void **state)
{
    (void)state;
    assert_true(utf8_has_control(SPAN_LITERAL("a\nb")));
    assert_true(utf8_has_control(SPAN_LITERAL("\x7f")));
    assert_true(utf8_has_control(SPAN_LITERAL("\xc2\x80")));
    assert_true(utf8_has_control(SPAN_LITERAL("\xc2\x9f")));
    assert_false(utf8_has_control(SPAN_LITERAL("\xc2\xa0 ~\xc2\xb7")));
    assert_false(utf8_has_control(SPAN_LITERAL("\xe5\xbc\xa0\xe7\xa4\xba\xe4\xbe\x8b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
        cmocka_unit_test(every_scalar_value_is_taken_and_every_surrogate_is_not),
        cmocka_unit_test(control_characters_are_found_and_neighbours_are_not),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
