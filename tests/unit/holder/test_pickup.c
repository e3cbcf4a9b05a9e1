/* Pick-up codes: fifty bits there and back, what people type for them, and what is none. */
#include "tests/unit/check.h"

#include <string.h>

#include "core/holder/pickup.h"

static void fifty_bits_make_ten_characters(void **state)
{
    (void)state;
    static const struct {
        uint64_t bits;
        const char *want;
    } cases[] = {
        { 0, "0000000000" },
        { 1, "0000000001" },
        { 31, "000000000Z" },
        { 32, "0000000010" },
        { ((uint64_t)1 << PICKUP_BITS) - 1, "ZZZZZZZZZZ" },
        { (uint64_t)1 << PICKUP_BITS, "0000000000" },
        { UINT64_C(0x2468ACE13579B), "J6HB716NWV" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got[PICKUP_LEN + 1];
        pickup_write(cases[i].bits, got);
        assert_string_equal(got, cases[i].want);
        char again[PICKUP_LEN + 1];
        assert_true(pickup_read(span_text(got), again));
        assert_string_equal(again, got);
    }
}

static void no_bit_is_lost(void **state)
{
    (void)state;
    char none[PICKUP_LEN + 1], one[PICKUP_LEN + 1];
    pickup_write(0, none);
    for (unsigned b = 0; b < PICKUP_BITS; b++) {
        pickup_write((uint64_t)1 << b, one);
        assert_string_not_equal(one, none);
        unsigned differ = 0;
        for (size_t i = 0; i < PICKUP_LEN; i++)
            differ += one[i] != none[i];
        assert_int_equal(differ, 1);
    }
}

static void what_people_type_is_understood(void **state)
{
    (void)state;
    static const char *const typed[] = {
        "A1B0CDEF23",
        "a1b0cdef23",
        "AIBOCDEF23",
        "alb0cdef23",
        "A1B0C-DEF23",
        " a1b0 cdef 23 ",
        "Ａ１Ｂ０Ｃ－ＤＥＦ２３",
        "ａ１ｂ０ｃｄｅｆ２３",
    };
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        char got[PICKUP_LEN + 1];
        assert_true(pickup_read(span_text(typed[i]), got));
        assert_string_equal(got, "A1B0CDEF23");
    }
}

static void what_is_no_code_is_refused_and_gives_zeros(void **state)
{
    (void)state;
    static const char *const typed[] = {
        "",
        "A1B0CDEF2",
        "A1B0CDEF234",
        "A1B0CDEF2U",
        "A1B0CDEF2张",
        "A1B0CDEF2\x80",
        "A1B0CDEF2\xEF",
        "A1B0CDEF2\xEF\xBC",
        "----------",
        "A1B0CDEF23                                                       ",
    };
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        char got[PICKUP_LEN + 1] = "";
        assert_false(pickup_read(span_text(typed[i]), got));
        assert_string_equal(got, "0000000000");
    }
    char got[PICKUP_LEN + 1];
    assert_false(pickup_read(span_of("A1B0CDEF2\0", 10), got));
}

static void the_longest_line_and_one_byte_more(void **state)
{
    (void)state;
    char line[66], got[PICKUP_LEN + 1];
    memset(line, ' ', sizeof line);
    memcpy(line, "A1B0CDEF23", PICKUP_LEN);
    assert_true(pickup_read(span_of(line, 64), got));
    assert_false(pickup_read(span_of(line, 65), got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifty_bits_make_ten_characters),
        cmocka_unit_test(no_bit_is_lost),
        cmocka_unit_test(what_people_type_is_understood),
        cmocka_unit_test(what_is_no_code_is_refused_and_gives_zeros),
        cmocka_unit_test(the_longest_line_and_one_byte_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
