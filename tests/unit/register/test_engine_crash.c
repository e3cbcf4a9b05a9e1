/*
 * The process ends at every commit, before and after it, and behind every row; then it is started
 * again and sends the same rows: the register must be the one that no crash has met.
 */
#include "tests/unit/register/engine_script.h"

#include <lmdb.h>
#include <sys/wait.h>
#include <unistd.h>

#define CRASHED 77

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
static unsigned commits, die_before, die_after; /* the nth, from 1; 0: never */

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    commits++;
    if (commits == die_before)
        _exit(CRASHED);
    const int error = __real_mdb_txn_commit(txn);
    if (commits == die_after)
        _exit(CRASHED);
    return error;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static unsigned die_at_row;

static void die_at(unsigned row)
{
    if (row == die_at_row)
        _exit(CRASHED);
}

/* True: it crashed. False: it came to its end. */
static bool run_in_child(struct fixture *f)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        commits = 0;
        fixture_clock(f, "2020-03-10");
        if (engine_open(&f->home, &f->options, &f->engine, NULL) != RC_OK)
            _exit(1);
        _exit(script_run(f, die_at, NULL) == RC_OK ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    const int code = WEXITSTATUS(status);
    assert_true(code == CRASHED || code == 0);
    return code == CRASHED;
}

static struct fixture f;
static struct buf reference;

static int setup(void **state)
{
    (void)state;
    fixture_make(&f);
    script_reference(&f, &reference);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_free(&reference);
    fixture_drop(&f);
    return 0;
}

/* Counts the crashes until a run comes to its end. */
static unsigned crash_everywhere(unsigned *where)
{
    for (*where = 1; *where < 100; (*where)++) {
        const bool crashed = run_in_child(&f);
        const unsigned at = *where;
        *where = 0;
        script_finish(&f, &reference);
        *where = at;
        if (!crashed)
            break;
    }
    const unsigned crashes = *where - 1;
    *where = 0;
    return crashes;
}

static void a_crash_before_any_commit_loses_nothing_and_repeats_nothing(void **state)
{
    (void)state;
    assert_in_range(crash_everywhere(&die_before), 8, 99);
}

static void a_crash_after_any_commit_loses_nothing_and_repeats_nothing(void **state)
{
    (void)state;
    assert_in_range(crash_everywhere(&die_after), 8, 99);
}

static void a_crash_behind_any_row_loses_nothing_and_repeats_nothing(void **state)
{
    (void)state;
    assert_in_range(crash_everywhere(&die_at_row), 20, 99);
}

static void two_crashes_in_a_row_lose_nothing_and_repeat_nothing(void **state)
{
    (void)state;
    die_after = 5;
    assert_true(run_in_child(&f));
    die_after = 3; /* while the leftovers are being stored */
    assert_true(run_in_child(&f));
    die_after = 0;
    script_finish(&f, &reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_before_any_commit_loses_nothing_and_repeats_nothing),
        cmocka_unit_test(a_crash_after_any_commit_loses_nothing_and_repeats_nothing),
        cmocka_unit_test(a_crash_behind_any_row_loses_nothing_and_repeats_nothing),
        cmocka_unit_test(two_crashes_in_a_row_lose_nothing_and_repeat_nothing),
    };
    return cmocka_run_group_tests_name("engine crash", tests, setup, teardown);
}
