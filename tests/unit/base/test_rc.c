#include "tests/unit/check.h"

#include <string.h>

#include "core/base/rc.h"

static void a_second_cause_does_not_replace_the_first(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;

    assert_int_equal(diag_set(&d, RC_FORMAT, 7, "first %d", 1), RC_FORMAT);
    assert_int_equal(diag_set(&d, RC_IO, 9, "second"), RC_IO);
    assert_int_equal(d.code, RC_FORMAT);
    assert_int_equal(d.offset, 7);
    assert_string_equal(d.text, "first 1");
}

static void without_a_diag_the_code_still_comes_back(void **state)
{
    (void)state;
    assert_int_equal(diag_set(NULL, RC_FULL, DIAG_NO_OFFSET, "nobody listens"), RC_FULL);
}

static void a_long_cause_is_cut_and_terminated(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    char text[400];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';

    assert_int_equal(diag_set(&d, RC_IO, 0, "%s", text), RC_IO);
    assert_int_equal(strlen(d.text), sizeof d.text - 1);
}

static void every_code_has_a_name_and_a_text_of_its_own(void **state)
{
    (void)state;
    static const enum rc all[] = {
#define X(name, number, text) name,
        RC_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_int_equal(all[i], i);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(rc_name(all[i]), rc_name(all[j]));
            assert_string_not_equal(rc_text(all[i]), rc_text(all[j]));
        }
    }
    assert_string_equal(rc_name(RC_BAD_SIGNATURE), "RC_BAD_SIGNATURE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_cause_does_not_replace_the_first),
        cmocka_unit_test(without_a_diag_the_code_still_comes_back),
        cmocka_unit_test(a_long_cause_is_cut_and_terminated),
        cmocka_unit_test(every_code_has_a_name_and_a_text_of_its_own),
    };
    return cmocka_run_group_tests_name("rc", tests, NULL, NULL);
}
