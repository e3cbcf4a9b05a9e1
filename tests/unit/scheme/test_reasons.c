#include "tests/unit/check.h"

#include <stdbool.h>
#include <string.h>

#include "issuer/scheme/reasons.h"

static void the_same_code_for_the_same_field_is_added_once(void **state)
{
    (void)state;
    struct reasons r = { 0 };
    char column[] = "hours";
    reasons_add(&r, REASON_FIELD_INVALID, "hours");
    reasons_add(&r, REASON_FIELD_INVALID, column);
    reasons_add_detail(&r, REASON_FIELD_INVALID, "hours", "again");
    assert_int_equal(r.count, 1);
    assert_string_equal(r.items[0].detail, "");
    reasons_add(&r, REASON_FIELD_INVALID, "post_hours");
    reasons_add(&r, REASON_FIELD_MISSING, "hours");
    reasons_add(&r, REASON_FIELD_INVALID, NULL);
    reasons_add(&r, REASON_FIELD_INVALID, NULL);
    assert_int_equal(r.count, 4);
}

static void a_full_list_takes_no_more_and_a_long_detail_is_cut(void **state)
{
    (void)state;
    static const char *const fields[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k" };
    struct reasons r = { 0 };
    for (int code = 1; code < 8; code++)
        for (size_t i = 0; i < 11; i++)
            reasons_add_detail(&r, (enum reason_code)code, fields[i], "%0200d", 7);
    assert_int_equal(r.count, REASONS_MAX);
    assert_int_equal(strlen(r.items[REASONS_MAX - 1].detail), sizeof r.items[0].detail - 1);
    assert_false(reasons_has(&r, REASON_SECOND_OPERATOR_NEEDED));
    assert_true(reasons_has(&r, REASON_FIELD_MISSING));
}

static void every_code_has_its_text_and_its_sentences_and_no_other_has_them(void **state)
{
    (void)state;
    for (int code = REASON_NONE + 1; code < REASON_END; code++) {
        const enum reason_code c = (enum reason_code)code;
        assert_true(reason_code_text(c)[0] && reason_sentence(c, true)[0] &&
                    reason_sentence(c, false)[0]);
        assert_int_equal(strspn(reason_code_text(c), "abcdefghijklmnopqrstuvwxyz_"),
                         strlen(reason_code_text(c)));
        for (int other = 1; other < code; other++)
            assert_string_not_equal(reason_code_text(c), reason_code_text((enum reason_code)other));
    }
    assert_string_equal(reason_code_text(REASON_NONE), "");
    assert_string_equal(reason_code_text(REASON_FIELD_MISSING), "field_missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_code_for_the_same_field_is_added_once),
        cmocka_unit_test(a_full_list_takes_no_more_and_a_long_detail_is_cut),
        cmocka_unit_test(every_code_has_its_text_and_its_sentences_and_no_other_has_them),
    };
    return cmocka_run_group_tests_name("reasons", tests, NULL, NULL);
}
