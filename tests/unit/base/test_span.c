#include "tests/unit/check.h"

#include "core/base/span.h"

static size_t run_by_hand(struct span s, size_t from, uint8_t least, uint8_t most)
{
    while (from < s.len && s.ptr[from] >= least && s.ptr[from] <= most)
        from++;
    return from;
}

/* Every byte at every place among its neighbours, from every beginning. */
static void a_run_ends_at_the_first_byte_outside(void **state)
{
    (void)state;
    static const uint8_t bounds[][2] = {
        { '0', '9' }, { '(', ';' }, { ' ', '~' }, { 0x00, 0x7f }, { 0x00, 0x00 }, { 0x7f, 0x7f },
    };
    uint8_t text[21];
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
        const uint8_t least = bounds[b][0], most = bounds[b][1];
        for (unsigned byte = 0; byte < 256; byte++) {
            for (size_t at = 0; at < sizeof text; at++) {
                memset(text, at % 2 ? least : most, sizeof text);
                text[at] = (uint8_t)byte;
                const struct span s = span_of(text, sizeof text);
                for (size_t from = 0; from <= s.len; from++)
                    assert_int_equal(span_run(s, from, least, most),
                                     run_by_hand(s, from, least, most));
            }
        }
    }
}

static void two_bytes_outside_do_not_hide_each_other(void **state)
{
    (void)state;
    uint8_t text[16];
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            memset(text, '5', sizeof text);
            text[2] = (uint8_t)first;
            text[3] = (uint8_t)second;
            const struct span s = span_of(text, sizeof text);
            assert_int_equal(span_run(s, 0, '0', '9'), run_by_hand(s, 0, '0', '9'));
        }
    }
}

static void nothing_has_a_run_of_nothing(void **state)
{
    (void)state;
    assert_int_equal(span_run((struct span){ 0 }, 0, '0', '9'), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_at_the_first_byte_outside),
        cmocka_unit_test(two_bytes_outside_do_not_hide_each_other),
        cmocka_unit_test(nothing_has_a_run_of_nothing),
    };
    return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
