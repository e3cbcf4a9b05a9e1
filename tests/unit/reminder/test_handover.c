/* What a command's end says of its message. */
#include "tests/unit/check.h"

#include <time.h>

#include "issuer/reminder/handover.h"

static enum handed hand(const char *command, uint32_t timeout_ms)
{
    enum handed h = HANDED_UNKNOWN;
    struct diag d = DIAG_INIT;
    if (handover_run(command, SPAN_LITERAL("{\"number\":\"1\"}\n"), timeout_ms, &h, &d) != RC_OK)
        fail_msg("%s", d.text);
    return h;
}

static void exit_codes_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(hand("exit 0", 5000), HANDED_TAKEN);
    assert_int_equal(hand("exit 1", 5000), HANDED_NOT);
    assert_int_equal(hand("exit 75", 5000), HANDED_NOT);
    assert_int_equal(hand("exit 125", 5000), HANDED_NOT);
    assert_int_equal(hand("exit 126", 5000), HANDED_NO_COMMAND);
    assert_int_equal(hand("/nothing/like/this", 5000), HANDED_NO_COMMAND);
}

static void the_message_is_on_standard_input(void **state)
{
    (void)state;
    assert_int_equal(hand("read -r line && [ \"$line\" = '{\"number\":\"1\"}' ]", 5000),
                     HANDED_TAKEN);
    assert_int_equal(hand("read -r line && [ \"$line\" = other ]", 5000), HANDED_NOT);
    assert_int_equal(hand("cat >/dev/null; cat >/dev/null", 5000), HANDED_TAKEN);
}

static void a_command_that_is_killed_leaves_it_open(void **state)
{
    (void)state;
    assert_int_equal(hand("kill -9 $$", 5000), HANDED_UNKNOWN);
    assert_int_equal(hand("sh -c 'kill -9 $$'; exit $?", 5000), HANDED_UNKNOWN);
    assert_int_equal(hand("exit 128", 5000), HANDED_UNKNOWN);
    assert_int_equal(hand("exit 255", 5000), HANDED_UNKNOWN);
}

static void a_command_that_hangs_is_ended_with_what_it_started(void **state)
{
    (void)state;
    struct timespec began, now;
    (void)clock_gettime(CLOCK_MONOTONIC, &began);
    assert_int_equal(hand("sleep 30 & sleep 30", 100), HANDED_UNKNOWN);
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    assert_true(now.tv_sec - began.tv_sec < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_are_told_apart),
        cmocka_unit_test(the_message_is_on_standard_input),
        cmocka_unit_test(a_command_that_is_killed_leaves_it_open),
        cmocka_unit_test(a_command_that_hangs_is_ended_with_what_it_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
