/* What stands in a log line, and what never does. Standard error is a pipe here. */
#include "tests/unit/check.h"

#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/sys/log.h"

struct pipe_end {
    int from, kept;
};

static struct pipe_end catch_lines(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const struct pipe_end p = { .from = ends[0], .kept = dup(STDERR_FILENO) };
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    (void)close(ends[1]);
    return p;
}

static void caught(struct pipe_end p, char *ret, size_t size)
{
    assert_int_equal(dup2(p.kept, STDERR_FILENO), STDERR_FILENO);
    (void)close(p.kept);
    const ssize_t n = read(p.from, ret, size - 1);
    assert_true(n >= 0);
    ret[n] = '\0';
    (void)close(p.from);
}

static void nothing_above_the_level_is_logged(void **state)
{
    (void)state;
    const struct pipe_end p = catch_lines();
    log_open("tester", LEVEL_WARN);
    log_failure(LEVEL_INFO, "unseen", RC_IO, NULL);
    log_failure(LEVEL_WARN, "seen", RC_IO, NULL);
    log_set_level(LEVEL_ERROR);
    log_failure(LEVEL_WARN, "unseen", RC_IO, NULL);
    char text[2000];
    caught(p, text, sizeof text);
    assert_null(strstr(text, "unseen"));
    assert_non_null(strstr(text, " level=warn program=tester event=seen rc=RC_IO\n"));
}

static void no_value_can_make_a_second_line_or_field(void **state)
{
    (void)state;
    const struct pipe_end p = catch_lines();
    log_open("tester", LEVEL_INFO);
    struct log_line l = log_begin(LEVEL_INFO, "odd");
    log_word(&l, "value", "a\nlevel=error b=\"c\\");
    log_word(&l, "empty", "");
    log_number(&l, "number", -5);
    log_end(&l);
    char text[2000];
    caught(p, text, sizeof text);
    assert_non_null(strstr(text, " value=\"a?level=error b=\\\"c\\\\\" empty=\"\" number=-5\n"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void a_long_line_is_cut_and_still_a_line(void **state)
{
    (void)state;
    char value[3 * LOG_LINE_MAX];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    const struct pipe_end p = catch_lines();
    log_open("tester", LEVEL_INFO);
    struct log_line l = log_begin(LEVEL_INFO, "long");
    log_word(&l, "value", value);
    log_word(&l, "next", "word");
    log_end(&l);
    char text[2000];
    caught(p, text, sizeof text);
    assert_int_equal(strlen(text), LOG_LINE_MAX);
    assert_int_equal(text[LOG_LINE_MAX - 1], '\n');
}

static void a_file_is_taken_with_its_sequence_or_not_and_why(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    (void)diag_set(&d, RC_REFUSED, DIAG_NO_OFFSET, "older");
    const struct pipe_end p = catch_lines();
    log_open("tester", LEVEL_INFO);
    log_take_up("trust_list", RC_OK, 7, NULL);
    log_take_up("trust_list", RC_REFUSED, 7, &d);
    char text[2000];
    caught(p, text, sizeof text);
    assert_non_null(strstr(text, " level=info program=tester event=trust_list_taken sequence=7\n"));
    assert_non_null(strstr(text, " level=error program=tester event=trust_list_not_taken "
                                 "rc=RC_REFUSED cause=older\n"));
}

static void only_level_names_are_levels(void **state)
{
    (void)state;
    enum log_level level = LEVEL_ERROR;
    assert_false(log_level_from_name("", &level));
    assert_false(log_level_from_name("INFO", &level));
    assert_true(log_level_from_name("debug", &level));
    assert_int_equal(level, LEVEL_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_above_the_level_is_logged),
        cmocka_unit_test(no_value_can_make_a_second_line_or_field),
        cmocka_unit_test(a_long_line_is_cut_and_still_a_line),
        cmocka_unit_test(a_file_is_taken_with_its_sequence_or_not_and_why),
        cmocka_unit_test(only_level_names_are_levels),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
