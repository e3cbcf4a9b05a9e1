/*
 * Memory or a commit fails, for the nth time of asking. The engine says so and takes nothing more;
 * opened again, it goes on to the register that no fault has met.
 */
#include "tests/unit/register/engine_script.h"

#include <errno.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdlib.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
static atomic_bool armed; /* tokens are signed on other threads */
static atomic_uint calls;
static unsigned fail_at;
static bool fail_commits;

static bool fails_now(bool is_commit)
{
    return armed && is_commit == fail_commits && atomic_fetch_add(&calls, 1) == fail_at;
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    return fails_now(false) ? NULL : __real_malloc(n);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now(false) ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
    return fails_now(false) ? NULL : __real_realloc(p, n);
}

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    if (!fails_now(true))
        return __real_mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return EIO;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct fixture f;
static struct buf reference;

static void arm(bool on)
{
    armed = on;
}

static int setup(void **state)
{
    (void)state;
    fixture_make(&f);
    script_reference(&f, &reference);
    script_arm = arm;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    script_arm = NULL;
    buf_free(&reference);
    fixture_drop(&f);
    return 0;
}

static void takes_nothing_more(void)
{
    static struct outcome out;
    static const struct reasons none;
    struct diag d = DIAG_INIT;
    struct line_record r;
    fixture_read(&f, "training r9 provider=P1 person=zhao finished_on=2020-03-01", &r);
    assert_int_not_equal(engine_apply(f.engine, &r.record, &none, &out, &d), RC_OK);
    assert_int_not_equal(engine_commit(f.engine, NULL), RC_OK);
    assert_int_not_equal(engine_flush(f.engine, NULL), RC_OK);
    assert_true(d.text[0] != '\0');
    line_record_free(&r);
}

/* True: nothing was left to fail. */
static bool one_fault(unsigned n)
{
    struct diag d = DIAG_INIT;
    fail_at = n;
    calls = 0;
    fixture_clock(&f, "2020-03-10");
    arm(true);
    enum rc rc = engine_open(&f.home, &f.options, &f.engine, &d);
    arm(false);
    const bool opened = rc == RC_OK;
    if (opened)
        rc = script_run(&f, NULL, &d);
    if (opened && rc != RC_OK)
        takes_nothing_more();
    if (rc != RC_OK && d.text[0] == '\0')
        fail_msg("fault %u: %s without a word", n, rc_name(rc));
    fixture_close(&f);
    fail_at = UINT32_MAX;
    script_finish(&f, &reference);
    return calls <= n;
}

static void no_failed_commit_loses_or_repeats_anything(void **state)
{
    (void)state;
    fail_commits = true;
    unsigned n = 0;
    while (!one_fault(n) && n < 100)
        n++;
    assert_in_range(n, 8, 99);
}

static void no_failed_allocation_loses_or_repeats_anything(void **state)
{
    (void)state;
    fail_commits = false;
    unsigned n = 0, faults = 0;
    /* Each of the first, then fewer and fewer: there are thousands. */
    for (; !one_fault(n) && n < 100000; n += 1 + n / 8)
        faults++;
    assert_in_range(faults, 20, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_failed_commit_loses_or_repeats_anything),
        cmocka_unit_test(no_failed_allocation_loses_or_repeats_anything),
    };
    return cmocka_run_group_tests_name("engine faults", tests, setup, teardown);
}
