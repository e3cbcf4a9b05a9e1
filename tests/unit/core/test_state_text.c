/* The state of a batch, to the letter. */
#include "tests/unit/check.h"

#include "issuer/core/state_text.h"

static void expect(const struct reg_batch *b, bool done, const char *text)
{
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(state_text_put(&got, b, done, NULL), RC_OK);
    assert_string_equal(buf_cstr(&got), text);
}

static void one_that_was_just_taken(void **state)
{
    (void)state;
    const struct reg_batch b = { .id = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef },
                                 .sender = "province-33",
                                 .kind = KIND_TEST,
                                 .state = BATCH_QUEUED,
                                 .received_at = 1596420000,
                                 .bytes = 219,
                                 .rows = 1 };
    expect(&b, false,
           "{\"id\":\"0123456789abcdef\",\"sender\":\"province-33\",\"kind\":\"test\","
           "\"state\":\"queued\",\"received_at\":\"2020-08-03T10:00:00+08:00\","
           "\"done_at\":null,\"bytes\":219,\"rows\":0,\"counts\":{\"issued\":0,\"renewed\":0,"
           "\"exchanged\":0,\"recorded\":0,\"duplicate\":0,\"refused\":0,\"conflict\":0},"
           "\"error\":null}");
}

static void one_that_failed_behind_a_row(void **state)
{
    (void)state;
    const struct reg_batch b = { .sender = "p",
                                 .kind = KIND_TRAINING,
                                 .state = BATCH_FAILED,
                                 .received_at = 1596420000,
                                 .done_at = 1596420001,
                                 .bytes = 70000,
                                 .rows = 300,
                                 .done = 12,
                                 .counts = { [OUTCOME_RECORDED] = 10, [OUTCOME_CONFLICT] = 2 },
                                 .error = "line 13: \"x\"" };
    expect(&b, true,
           "{\"id\":\"0000000000000000\",\"sender\":\"p\",\"kind\":\"training\","
           "\"state\":\"failed\",\"received_at\":\"2020-08-03T10:00:00+08:00\","
           "\"done_at\":\"2020-08-03T10:00:01+08:00\",\"bytes\":70000,\"rows\":12,"
           "\"counts\":{\"issued\":0,\"renewed\":0,\"exchanged\":0,\"recorded\":10,"
           "\"duplicate\":0,\"refused\":0,\"conflict\":2},"
           "\"error\":{\"code\":\"body_invalid\",\"text\":\"line 13: \\\"x\\\"\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_was_just_taken),
        cmocka_unit_test(one_that_failed_behind_a_row),
    };
    return cmocka_run_group_tests_name("state_text", tests, NULL, NULL);
}
