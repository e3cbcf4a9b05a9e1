#include "tests/unit/check.h"

#include <string.h>

#include "issuer/push/told.h"

static void what_is_no_state_of_a_batch_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "[]", "{}", "{\"state\":1}", "{\"state\":\"ready\"}", "{\"state\":\"done\""
    };
    struct told_batch told;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (told_batch_read(span_text(bad[i]), &told, NULL) != RC_FORMAT)
            fail_msg("taken: %s", bad[i]);
}

static void a_state_is_done_failed_or_neither(void **state)
{
    (void)state;
    struct told_batch told;
    assert_int_equal(told_batch_read(SPAN_LITERAL("{\"state\":\"working\"}"), &told, NULL), RC_OK);
    assert_true(!told.done && !told.failed);
    assert_int_equal(told_batch_read(SPAN_LITERAL("{\"state\":\"done\"}"), &told, NULL), RC_OK);
    assert_true(told.done && !told.failed);
    static const char failed[] =
        "{\"state\":\"failed\",\"error\":{\"code\":\"body_invalid\",\"text\":\"line 3\"}}";
    assert_int_equal(told_batch_read(span_text(failed), &told, NULL), RC_OK);
    assert_true(!told.done && told.failed);
    assert_string_equal(told.error, "body_invalid: line 3");
}

static void what_is_no_result_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"row\":0,\"outcome\":\"recorded\",\"reasons\":[]}",
        "{\"row\":1,\"outcome\":\"taken\",\"reasons\":[]}",
        "{\"row\":\"1\",\"outcome\":\"recorded\",\"reasons\":[]}",
        "{\"row\":1,\"outcome\":\"recorded\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct told_result told = { 0 };
        if (told_result_read(span_text(bad[i]), &told, NULL) != RC_FORMAT)
            fail_msg("taken: %s", bad[i]);
    }
}

static void a_result_keeps_what_it_has_and_gets_the_files_row(void **state)
{
    (void)state;
    struct told_result told = { 0 };
    struct buf text = { 0 };
    struct import_counts counts = { 0 };
    static const char line[] = "{\"row\":2,\"record_id\":\"s\",\"outcome\":\"issued\",\"number\":"
                               "\"1\",\"version\":1,\"reasons\":[],\"pickup\":\"K\"}";
    assert_int_equal(told_result_read(span_text(line), &told, NULL), RC_OK);
    assert_int_equal(told_result_place(&told, 2002, "test.csv", NULL), RC_OK);
    assert_int_equal(json_write(told.object, 0, &text, NULL), RC_OK);
    assert_string_equal(buf_cstr(&text), "{\"row\":2002,\"file\":\"test.csv\",\"record_id\":\"s\","
                                         "\"outcome\":\"issued\",\"number\":\"1\","
                                         "\"version\":1,\"reasons\":[],\"pickup\":\"K\"}");
    import_count(&counts, told.outcome);
    assert_true(counts.of[OUTCOME_ISSUED] == 1 && counts.rows == 1 &&
                counts.of[OUTCOME_RECORDED] == 0);
    buf_free(&text);
    told_result_free(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_state_of_a_batch_is_refused),
        cmocka_unit_test(a_state_is_done_failed_or_neither),
        cmocka_unit_test(what_is_no_result_is_refused),
        cmocka_unit_test(a_result_keeps_what_it_has_and_gets_the_files_row),
    };
    return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
