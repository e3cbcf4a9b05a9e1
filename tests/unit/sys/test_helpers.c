/* Helper processes: this program itself, told by its arguments what to be. */
#include "tests/unit/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/helpers.h"

#define OURS "test_helpers"

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct helpers *started(const char *what)
{
    struct helpers *h = NULL;
    const char *const words[] = { OURS, what, NULL };
    assert_int_equal(helpers_new(&h, NULL), RC_OK);
    assert_int_equal(helpers_add(h, words, NULL), RC_OK);
    helpers_tend(h, now_ms());
    assert_true(helpers_count(h, 0).pid > 0);
    return h;
}

/* Until the first has been started so often again; tending as a daemon does. */
static void tend_until(struct helpers *h, uint32_t restarts)
{
    const struct timespec tick = { .tv_nsec = 2000000 };
    const int64_t until = now_ms() + 20000;
    while (helpers_count(h, 0).restarts < restarts || helpers_count(h, 0).pid == 0) {
        assert_true(now_ms() < until);
        (void)nanosleep(&tick, NULL);
        helpers_tend(h, now_ms());
    }
}

static void one_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct helpers *h = NULL;
    struct diag d = DIAG_INIT;
    const char *const words[] = { "no-such-program", NULL };
    assert_int_equal(helpers_new(&h, NULL), RC_OK);
    assert_int_equal(helpers_add(h, words, &d), RC_NOT_FOUND);
    assert_non_null(strstr(d.text, "no-such-program"));
    helpers_tend(h, now_ms());
    assert_int_equal(helpers_wait_ms(h, now_ms()), -1);
    helpers_stop(h, 0);
}

static void one_that_is_killed_comes_back(void **state)
{
    (void)state;
    struct helpers *const h = started("wait");
    const pid_t first = helpers_count(h, 0).pid;
    assert_int_equal(helpers_wait_ms(h, now_ms()), -1);
    assert_int_equal(kill(first, SIGKILL), 0);
    tend_until(h, 1);
    assert_int_not_equal(helpers_count(h, 0).pid, first);
    helpers_stop(h, 1000);
    assert_int_equal(kill(first, 0), -1);
}

static void one_that_ends_again_and_again_is_started_ever_later(void **state)
{
    (void)state;
    const int64_t began = now_ms();
    struct helpers *const h = started("end");
    tend_until(h, 3);
    /* 100, 200 and 400 ms. */
    assert_true(now_ms() - began >= 7 * HELPER_PAUSE_MIN_MS);
    helpers_stop(h, 1000);
}

static void one_that_does_not_want_to_end_is_killed(void **state)
{
    (void)state;
    struct helpers *const h = started("stay");
    const pid_t pid = helpers_count(h, 0).pid;
    const struct timespec tick = { .tv_nsec = 100000000 };
    (void)nanosleep(&tick, NULL); /* until it ignores the signal */
    helpers_stop(h, 50);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

int main(int argc, char *argv[])
{
    if (argc > 1) {
        if (strcmp(argv[1], "stay") == 0)
            (void)signal(SIGTERM, SIG_IGN);
        while (strcmp(argv[1], "end") != 0)
            (void)pause();
        return 3;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_not_there_is_told),
        cmocka_unit_test(one_that_is_killed_comes_back),
        cmocka_unit_test(one_that_ends_again_and_again_is_started_ever_later),
        cmocka_unit_test(one_that_does_not_want_to_end_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
