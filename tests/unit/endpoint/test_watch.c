/* What is told of a list that was checked before: what changed, and nothing else. */
#include "tests/unit/check.h"

#include <stdio.h>

#include "verifier/daemon/bulk_watch.h"

#define ROWS 2u

static const char list[] = "number,name,id_number\r\n"
                           "03301202000000013,张示例,110101199003074776\r\n"
                           "03304202000000016,李示例,110101199003074778\r\n";

static const struct bulk_result good = {
    .found = BULK_FOUND, .state = STATE_VALID, .in_force = TRI_TRUE, .deadline = 20000
};

/* Checks it with what the last check left, which becomes what this one leaves. */
static void check(const char *text, struct buf *cursor, const struct bulk_result results[ROWS],
                  bool ret_told[ROWS])
{
    ON_EXIT(bulk_list_free) struct bulk_list l = { 0 };
    struct buf marks = { 0 };
    assert_int_equal(bulk_list_csv(span_text(text), &l, NULL), RC_OK);
    assert_int_equal(l.count, ROWS);
    l.watched = true;
    l.cursor = *cursor;
    for (size_t i = 0; i < ROWS; i++) {
        struct bulk_result line = results[i];
        line.row = (uint32_t)i;
        watch_mark(&l, &line, 1, &marks);
        ret_told[i] = watch_tells(&l, &line, 1, buf_span(&marks));
    }
    assert_int_equal(marks.len, ROWS * BULK_MARK_LEN);
    *cursor = marks;
}

static void assert_told(const bool told[ROWS], bool first, bool second)
{
    assert_true(told[0] == first);
    assert_true(told[1] == second);
}

static void all_is_told_at_first_and_then_nothing(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf cursor = { 0 };
    const struct bulk_result results[ROWS] = { good, good };
    bool told[ROWS];
    check(list, &cursor, results, told);
    assert_told(told, true, true);
    check(list, &cursor, results, told);
    assert_told(told, false, false);
}

static void each_thing_that_changes_is_told_once(void **state)
{
    (void)state;
    struct bulk_result others[] = { good, good, good, good };
    others[0].found = BULK_NO_MATCH;
    others[1].state = STATE_SUSPENDED;
    others[2].in_force = TRI_FALSE;
    others[3].deadline++;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ON_EXIT(buf_free_at) struct buf cursor = { 0 };
        const struct bulk_result before[ROWS] = { good, good }, after[ROWS] = { good, others[i] };
        bool told[ROWS];
        check(list, &cursor, before, told);
        check(list, &cursor, after, told);
        assert_told(told, false, true);
        check(list, &cursor, after, told);
        assert_told(told, false, false);
    }
}

static void days_that_pass_are_no_change(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf cursor = { 0 };
    struct bulk_result results[ROWS] = { good, good };
    bool told[ROWS];
    check(list, &cursor, results, told);
    results[0].days_left = -1;
    check(list, &cursor, results, told);
    assert_told(told, false, false);
}

/* Each time that it is so; and what it was before is not forgotten by it. */
static void what_is_not_checked_is_told_and_changes_nothing(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf cursor = { 0 };
    const struct bulk_result results[ROWS] = { good, good };
    const struct bulk_result missed[ROWS] = { good, { .found = BULK_NOT_CHECKED } };
    bool told[ROWS];
    check(list, &cursor, results, told);
    for (unsigned i = 0; i < 2; i++) {
        check(list, &cursor, missed, told);
        assert_told(told, false, true);
    }
    check(list, &cursor, results, told);
    assert_told(told, false, false);
}

static void another_person_in_a_row_is_told(void **state)
{
    (void)state;
    static const char other[] = "number,name,id_number\r\n"
                                "03301202000000013,张示例,110101199003074776\r\n"
                                "03304202000000016,李示范,110101199003074778\r\n";
    ON_EXIT(buf_free_at) struct buf cursor = { 0 };
    const struct bulk_result results[ROWS] = { good, good };
    bool told[ROWS];
    check(list, &cursor, results, told);
    check(other, &cursor, results, told);
    assert_told(told, false, true);
}

/* Of a person without number: a line for each certificate, any of which may change or come. */
static void a_line_of_several_is_told_with_its_row(void **state)
{
    (void)state;
    ON_EXIT(bulk_list_free) struct bulk_list l = { 0 };
    struct bulk_result lines[2] = { good, good };
    assert_int_equal(bulk_list_csv(span_text(list), &l, NULL), RC_OK);
    (void)snprintf(lines[0].number, sizeof lines[0].number, "03301202000000013");
    (void)snprintf(lines[1].number, sizeof lines[1].number, "03304202000000016");
    l.watched = true;
    watch_mark(&l, lines, 2, &l.cursor);
    assert_int_equal(l.cursor.len, BULK_MARK_LEN);
    for (unsigned change = 0; change < 3; change++) {
        ON_EXIT(buf_free_at) struct buf marks = { 0 };
        struct bulk_result now[2] = { lines[0], lines[1] };
        now[1].deadline += change == 1;
        watch_mark(&l, now, change == 2 ? 1 : 2, &marks);
        assert_true(watch_tells(&l, now, change == 2 ? 1 : 2, buf_span(&marks)) == (change > 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_told_at_first_and_then_nothing),
        cmocka_unit_test(each_thing_that_changes_is_told_once),
        cmocka_unit_test(days_that_pass_are_no_change),
        cmocka_unit_test(what_is_not_checked_is_told_and_changes_nothing),
        cmocka_unit_test(a_line_of_several_is_told_with_its_row),
        cmocka_unit_test(another_person_in_a_row_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
