#include "tests/unit/check.h"

#include "core/cert/state.h"

static void a_number_or_word_that_is_no_state_is_unknown(void **state)
{
    (void)state;
    assert_string_equal(state_word((enum state)1), "unknown");
    assert_null(state_code(STATE_UNKNOWN));
    assert_int_equal(state_from_word(SPAN_LITERAL("Valid")), STATE_UNKNOWN);
    assert_int_equal(state_from_word(SPAN_LITERAL("valid ")), STATE_UNKNOWN);
    assert_int_equal(state_from_word(SPAN_LITERAL("")), STATE_UNKNOWN);
}

static void every_state_is_found_by_its_word(void **state)
{
    (void)state;
#define X(name, number, word, chinese, code)                                                       \
    assert_int_equal(state_from_word(span_text(word)), name);
    STATE_LIST(X)
#undef X
}

static void the_codes_are_those_of_the_ministry(void **state)
{
    (void)state;
    assert_string_equal(state_code(STATE_VALID), "01");
    assert_string_equal(state_code(STATE_DUE), "01");
    assert_string_equal(state_code(STATE_SUSPENDED), "02");
    assert_string_equal(state_code(STATE_REVOKED), "03");
    assert_string_equal(state_code(STATE_WITHDRAWN), "04");
    assert_string_equal(state_code(STATE_CANCELLED), "05");
    assert_string_equal(state_code(STATE_LAPSED), "06");
    assert_string_equal(state_chinese(STATE_REVOKED), "吊销");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_or_word_that_is_no_state_is_unknown),
        cmocka_unit_test(every_state_is_found_by_its_word),
        cmocka_unit_test(the_codes_are_those_of_the_ministry),
    };
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
