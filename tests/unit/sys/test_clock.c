#include "tests/unit/check.h"

#include <stdlib.h>
#include <time.h>

#include "core/sys/clock.h"

static int forget_clock(void **state)
{
    (void)state;
    return unsetenv(CLOCK_VARIABLE);
}

static void set_clock(const char *text)
{
    assert_int_equal(setenv(CLOCK_VARIABLE, text, 1), 0);
}

static void outside_a_demo_a_borrowed_time_is_refused(void **state)
{
    (void)state;
    static const char *const set[] = { "2023-03-09T23:59:59+08:00", "", "nonsense" };
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        int64_t now = 77;
        set_clock(set[i]);
        assert_int_equal(clock_now(false, &now, NULL), RC_REFUSED);
        assert_int_equal(now, 77);
    }
}

static void in_a_demo_a_time_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    static const char *const set[] = { "", "nonsense", "2021-02-29", "1678377599" };
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        int64_t now = 77;
        set_clock(set[i]);
        assert_int_equal(clock_now(true, &now, NULL), RC_FORMAT);
        assert_int_equal(now, 77);
    }
}

static void in_a_demo_the_borrowed_time_is_taken(void **state)
{
    (void)state;
    int64_t now = 0;
    set_clock("2023-03-09T23:59:59+08:00");
    assert_int_equal(clock_now(true, &now, NULL), RC_OK);
    assert_int_equal(now, 1678377599);
}

static void without_the_variable_it_is_the_system_time(void **state)
{
    (void)state;
    for (int demo = 0; demo < 2; demo++) {
        int64_t now = 0;
        const int64_t before = time(NULL);
        assert_int_equal(clock_now(demo == 1, &now, NULL), RC_OK);
        const int64_t after = time(NULL);
        /* time() may lag a tick behind the clock. */
        assert_true(now >= before && now <= after + 1);
    }
}

static void elapsed_time_does_not_go_back(void **state)
{
    (void)state;
    double last = clock_elapsed();
    for (int i = 0; i < 1000; i++) {
        const double now = clock_elapsed();
        assert_true(now >= last);
        last = now;
    }
    assert_in_range(clock_elapsed_ms(), (int64_t)(last * 1000) - 1, (int64_t)(last * 1000) + 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(outside_a_demo_a_borrowed_time_is_refused, forget_clock),
        cmocka_unit_test_teardown(in_a_demo_a_time_that_cannot_be_read_is_refused, forget_clock),
        cmocka_unit_test_teardown(in_a_demo_the_borrowed_time_is_taken, forget_clock),
        cmocka_unit_test_teardown(without_the_variable_it_is_the_system_time, forget_clock),
        cmocka_unit_test(elapsed_time_does_not_go_back),
    };
    return cmocka_run_group_tests_name("clock", tests, forget_clock, NULL);
}
