#include "tests/unit/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/file.h"
#include "core/sys/notify.h"

static int forget(void **state)
{
    (void)state;
    static const char *const names[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                         "LISTEN_FDS",    "LISTEN_PID",    "LISTEN_FDNAMES" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(unsetenv(names[i]), 0);
    return 0;
}

static void set(const char *name, const char *value)
{
    assert_int_equal(setenv(name, value, 1), 0);
}

/* A manager's socket: at path, or under an abstract name with '@'. */
static int listen_as(const char *name)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    const size_t len = strlen(name);
    assert_true(len < sizeof at.sun_path);
    memcpy(at.sun_path, name, len);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
        0);
    set("NOTIFY_SOCKET", name);
    return fd;
}

static const char *heard(int fd)
{
    static char text[1000];
    const ssize_t n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void without_a_manager_nothing_is_sent_and_nothing_fails(void **state)
{
    (void)state;
    assert_int_equal(notify_send(NOTIFY_READY, "fine", NULL), RC_OK);
    set("NOTIFY_SOCKET", "");
    assert_int_equal(notify_send(NOTIFY_READY, "fine", NULL), RC_OK);
}

static void a_socket_that_cannot_be_is_told(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'a', sizeof name - 1);
    name[0] = '/';
    name[sizeof name - 1] = '\0';
    const char *const bad[] = { "relative", "/", "@", name };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        set("NOTIFY_SOCKET", bad[i]);
        assert_int_equal(notify_send(NOTIFY_READY, NULL, NULL), RC_FORMAT);
    }
    set("NOTIFY_SOCKET", "/nowhere/at/all");
    assert_int_equal(notify_send(NOTIFY_READY, NULL, NULL), RC_IO);
}

static void each_state_is_heard_at_a_path_and_an_abstract_name(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_notify.XXXXXX";
    assert_non_null(mkdtemp(folder));
    char names[2][64];
    (void)snprintf(names[0], sizeof names[0], "%s/notify", folder);
    (void)snprintf(names[1], sizeof names[1], "@%s", folder);
    for (size_t i = 0; i < 2; i++) {
        ON_EXIT(fd_close_at) int fd = listen_as(names[i]);
        assert_int_equal(notify_send(NOTIFY_READY, NULL, NULL), RC_OK);
        assert_string_equal(heard(fd), "READY=1");
        assert_int_equal(notify_send(NOTIFY_STOPPING, "two\nlines", NULL), RC_OK);
        assert_string_equal(heard(fd), "STOPPING=1\nSTATUS=two lines");
        notify_watchdog();
        assert_string_equal(heard(fd), "WATCHDOG=1");
        notify_reloading();
        assert_memory_equal(heard(fd), "RELOADING=1\nMONOTONIC_USEC=", 27);
    }
    assert_int_equal(unlink(names[0]), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void a_long_status_is_cut_and_not_a_second_assignment(void **state)
{
    (void)state;
    ON_EXIT(fd_close_at) int fd = listen_as("@test_notify_long");
    char status[2000];
    memset(status, 'a', sizeof status - 1);
    status[sizeof status - 1] = '\0';
    memcpy(status, "x\nMAINPID=1\r", 12);
    assert_int_equal(notify_send(NOTIFY_READY, status, NULL), RC_OK);
    const char *const text = heard(fd);
    assert_memory_equal(text, "READY=1\nSTATUS=x MAINPID=1 ", 27);
    assert_int_equal(strlen(text), 511);
}

static void the_watchdogs_time_is_meant_for_us(void **state)
{
    (void)state;
    assert_int_equal(notify_watchdog_ms(), 0);
    static const struct {
        const char *us;
        uint32_t ms;
    } cases[] = {
        { "30000000", 30000 },        { "1", 1 }, { "0", 0 }, { "", 0 }, { "-1", 0 }, { "5x", 0 },
        { "99999999999999999999", 0 }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set("WATCHDOG_USEC", cases[i].us);
        assert_int_equal(notify_watchdog_ms(), cases[i].ms);
    }
    set("WATCHDOG_USEC", "30000000");
    set("WATCHDOG_PID", "1");
    assert_int_equal(notify_watchdog_ms(), 0);
    char pid[20];
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    set("WATCHDOG_PID", pid);
    assert_int_equal(notify_watchdog_ms(), 30000);
}

static void a_loop_goes_round_twice_as_often_as_the_watchdog_wants(void **state)
{
    (void)state;
    assert_int_equal(notify_tick_ms(1000), 1000);
    set("WATCHDOG_USEC", "2000000");
    assert_int_equal(notify_tick_ms(1000), 1000);
    set("WATCHDOG_USEC", "1998000");
    assert_int_equal(notify_tick_ms(1000), 999);
    set("WATCHDOG_USEC", "1");
    assert_int_equal(notify_tick_ms(1000), 1000);
}

/* In a child: descriptors 3 and on are its own. Returns what it exits with. */
static int in_child(int (*run)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        char pid[20];
        (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
        set("LISTEN_PID", pid);
        _exit(run());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int take_two(void)
{
    (void)close(3);
    (void)close(4);
    if (dup2(0, 3) != 3 || dup2(0, 4) != 4)
        return 1;
    set("LISTEN_FDS", "2");
    int fds[NOTIFY_FDS_MAX];
    size_t count;
    if (notify_take_fds(fds, &count, NULL) != RC_OK || count != 2 || fds[0] != 3 || fds[1] != 4)
        return 2;
    if (!(fcntl(3, F_GETFD) & FD_CLOEXEC) || !(fcntl(4, F_GETFD) & FD_CLOEXEC))
        return 3;
    return getenv("LISTEN_FDS") || getenv("LISTEN_PID") ? 4 : 0;
}

static int take_one_of_two(void)
{
    (void)close(3);
    (void)close(4);
    if (dup2(0, 3) != 3 || dup2(0, 4) != 4)
        return 1;
    int fd = 9;
    if (notify_listen_fd(&fd, NULL) != RC_OK || fd != -1)
        return 2;
    char pid[20];
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    set("LISTEN_FDS", "2");
    if (notify_listen_fd(&fd, NULL) != RC_LIMIT)
        return 3;
    set("LISTEN_FDS", "1");
    set("LISTEN_PID", pid);
    return notify_listen_fd(&fd, NULL) == RC_OK && fd == 3 ? 0 : 4;
}

static int take_bad(void)
{
    static const struct {
        const char *text;
        enum rc rc;
    } bad[] = { { "x", RC_FORMAT }, { "-1", RC_FORMAT }, { "17", RC_LIMIT }, { "1", RC_FORMAT } };
    char pid[20];
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    (void)close(3);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        set("LISTEN_PID", pid);
        set("LISTEN_FDS", bad[i].text);
        int fds[NOTIFY_FDS_MAX];
        size_t count = 9;
        if (notify_take_fds(fds, &count, NULL) != bad[i].rc || count != 0)
            return (int)i + 1;
    }
    return 0;
}

static void sockets_are_taken_once_and_not_inherited(void **state)
{
    (void)state;
    assert_int_equal(in_child(take_two), 0);
}

static void a_program_with_one_socket_refuses_two(void **state)
{
    (void)state;
    assert_int_equal(in_child(take_one_of_two), 0);
}

static void a_count_that_is_none_or_has_no_socket_is_refused(void **state)
{
    (void)state;
    assert_int_equal(in_child(take_bad), 0);
}

static void sockets_of_another_process_are_left_alone(void **state)
{
    (void)state;
    set("LISTEN_FDS", "1");
    int fds[NOTIFY_FDS_MAX];
    size_t count = 9;
    assert_int_equal(notify_take_fds(fds, &count, NULL), RC_OK);
    assert_int_equal(count, 0);
    set("LISTEN_PID", "1");
    assert_int_equal(notify_take_fds(fds, &count, NULL), RC_OK);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_a_manager_nothing_is_sent_and_nothing_fails, forget),
        cmocka_unit_test_setup(a_socket_that_cannot_be_is_told, forget),
        cmocka_unit_test_setup(each_state_is_heard_at_a_path_and_an_abstract_name, forget),
        cmocka_unit_test_setup(a_long_status_is_cut_and_not_a_second_assignment, forget),
        cmocka_unit_test_setup(the_watchdogs_time_is_meant_for_us, forget),
        cmocka_unit_test_setup(a_loop_goes_round_twice_as_often_as_the_watchdog_wants, forget),
        cmocka_unit_test_setup(sockets_are_taken_once_and_not_inherited, forget),
        cmocka_unit_test_setup(a_program_with_one_socket_refuses_two, forget),
        cmocka_unit_test_setup(a_count_that_is_none_or_has_no_socket_is_refused, forget),
        cmocka_unit_test_setup(sockets_of_another_process_are_left_alone, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
