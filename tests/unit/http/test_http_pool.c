#include "tests/unit/check.h"

#include <pthread.h>
#include <stdatomic.h>

#include "core/http/pool.h"

#define JOBS 2000u

static atomic_uint ran, cut_off, at_once, most_at_once;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void count_one(struct pool_job *job, bool cut)
{
    (void)job;
    const unsigned now = ++at_once;
    if (now > most_at_once)
        most_at_once = now;
    (void)pthread_mutex_lock(&gate);
    (void)pthread_mutex_unlock(&gate);
    at_once--;
    if (cut)
        cut_off++;
    else
        ran++;
}

static int start_over(void **state)
{
    (void)state;
    ran = cut_off = at_once = most_at_once = 0;
    return 0;
}

static void every_job_that_is_taken_is_run_once(void **state)
{
    (void)state;
    static struct pool_job jobs[JOBS];
    struct pool *p = NULL;
    assert_int_equal(pool_new(4, JOBS, &p, NULL), RC_OK);
    for (unsigned i = 0; i < JOBS; i++) {
        jobs[i].run = count_one;
        assert_true(pool_give(p, &jobs[i]));
    }
    pool_free(p);
    assert_int_equal(ran + cut_off, JOBS);
    assert_true(most_at_once <= 4);
}

static void more_than_may_wait_are_not_taken(void **state)
{
    (void)state;
    struct pool_job jobs[6];
    struct pool *p = NULL;
    assert_int_equal(pool_new(1, 2, &p, NULL), RC_OK);
    (void)pthread_mutex_lock(&gate);
    unsigned taken = 0;
    jobs[0].run = count_one;
    assert_true(pool_give(p, &jobs[0]));
    while (at_once == 0)
        ;
    for (unsigned i = 1; i < 6; i++) {
        jobs[i].run = count_one;
        taken += pool_give(p, &jobs[i]);
    }
    assert_int_equal(taken, 2);
    (void)pthread_mutex_unlock(&gate);
    pool_free(p);
    assert_int_equal(ran + cut_off, 3);
}

static void a_closed_pool_takes_nothing_and_cuts_what_waits(void **state)
{
    (void)state;
    struct pool_job job = { .run = count_one };
    struct pool *p = NULL;
    assert_int_equal(pool_new(1, 2, &p, NULL), RC_OK);
    pool_close(p);
    assert_false(pool_give(p, &job));
    pool_free(p);
    assert_int_equal(ran + cut_off, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_job_that_is_taken_is_run_once, start_over),
        cmocka_unit_test_setup(more_than_may_wait_are_not_taken, start_over),
        cmocka_unit_test_setup(a_closed_pool_takes_nothing_and_cuts_what_waits, start_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
