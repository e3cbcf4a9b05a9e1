#include "core/cli/progress.h"

#include <string.h>

#include "tests/unit/check.h"

static const struct say english = { .program = "tool" };

static void line_is(uint64_t of, uint64_t done, double elapsed_s, const char *expected)
{
    const struct progress p = { .say = &english, .zh = "导入", .en = "importing", .of = of };
    ON_EXIT(buf_free_at) struct buf line = { 0 };
    progress_line_put(&line, &p, done, elapsed_s);
    assert_string_equal(buf_cstr(&line), expected);
}

static void the_line_tells_share_rate_and_time_left(void **state)
{
    (void)state;
    line_is(1000, 250, 10, "importing 250/1000 (25 %)  25/s, left 0:30");
    line_is(8000000, 1000, 10, "importing 1000/8000000 (0 %)  100/s, left 22:13:10");
}

static void an_unknown_total_makes_no_promise(void **state)
{
    (void)state;
    line_is(0, 5, 10, "importing 5  0.5/s");
}

static void nothing_done_yet_has_no_rate(void **state)
{
    (void)state;
    line_is(10, 0, 3, "importing 0/10 (0 %)");
}

static void it_is_silent_where_no_terminal_is(void **state)
{
    (void)state;
    const struct say quiet = { .program = "tool", .quiet = true };
    struct progress p;
    progress_begin(&p, &quiet, "导入", "importing", 10);
    assert_false(p.on);
    progress_step(&p, 1);
    assert_false(p.shown);
    progress_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_share_rate_and_time_left),
        cmocka_unit_test(an_unknown_total_makes_no_promise),
        cmocka_unit_test(nothing_done_yet_has_no_rate),
        cmocka_unit_test(it_is_silent_where_no_terminal_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
