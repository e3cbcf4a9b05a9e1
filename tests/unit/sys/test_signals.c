/* What a daemon hears of signals. Each case blocks what it wants in this process. */
#include "tests/unit/check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/file.h"
#include "core/sys/signals.h"

static int opened(unsigned wanted)
{
    int fd = -1;
    assert_int_equal(signals_open(wanted, &fd, NULL), RC_OK);
    return fd;
}

static void what_was_sent_is_told_once(void **state)
{
    (void)state;
    ON_EXIT(fd_close_at) int fd = opened(TOLD_END | TOLD_RELOAD | TOLD_CHILD);
    assert_int_equal(signals_take(fd, 0), 0);
    static const struct {
        int number;
        unsigned told;
    } cases[] = { { SIGTERM, TOLD_END },
                  { SIGINT, TOLD_END },
                  { SIGHUP, TOLD_RELOAD },
                  { SIGCHLD, TOLD_CHILD } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(kill(getpid(), cases[i].number), 0);
        assert_int_equal(signals_take(fd, TOLD_FOR_EVER), cases[i].told);
        assert_int_equal(signals_take(fd, 0), 0);
    }
}

static void several_are_told_together(void **state)
{
    (void)state;
    ON_EXIT(fd_close_at) int fd = opened(TOLD_END | TOLD_RELOAD);
    assert_int_equal(kill(getpid(), SIGHUP), 0);
    assert_int_equal(kill(getpid(), SIGINT), 0);
    assert_int_equal(signals_take(fd, 0), TOLD_END | TOLD_RELOAD);
}

static void nothing_is_told_after_the_time(void **state)
{
    (void)state;
    ON_EXIT(fd_close_at) int fd = opened(TOLD_END);
    assert_int_equal(signals_take(fd, 10), 0);
}

static void *tell(void *arg)
{
    (void)arg;
    signals_tell_self();
    return NULL;
}

static void a_thread_wakes_the_one_that_waits(void **state)
{
    (void)state;
    ON_EXIT(fd_close_at) int fd = opened(TOLD_END | TOLD_SELF);
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, tell, NULL), 0);
    assert_int_equal(signals_take(fd, TOLD_FOR_EVER), TOLD_SELF);
    assert_int_equal(pthread_join(other, NULL), 0);
}

/* In a child: what was not asked for still ends it, a closed pipe does not. */
static int end_of(unsigned wanted, int number)
{
    int fd = -1, status = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        sigset_t none;
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        if (signals_open(wanted, &fd, NULL) != RC_OK)
            _exit(1);
        (void)kill(getpid(), number);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void only_what_is_wanted_is_blocked(void **state)
{
    (void)state;
    const int status = end_of(TOLD_END, SIGHUP);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    assert_int_equal(end_of(TOLD_END | TOLD_RELOAD, SIGHUP), 0);
    assert_int_equal(end_of(0, SIGPIPE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_told_once),
        cmocka_unit_test(several_are_told_together),
        cmocka_unit_test(nothing_is_told_after_the_time),
        cmocka_unit_test(a_thread_wakes_the_one_that_waits),
        cmocka_unit_test(only_what_is_wanted_is_blocked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
