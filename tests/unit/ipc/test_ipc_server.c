/* The answering end: several connections at once, a bound on them, an end that loses no answer. */
#include "tests/unit/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ipc/ipc_server.h"
#include "core/sys/file.h"

#define LIMIT_MS    5000
#define CONNECTIONS 3

struct scene {
    char folder[64], path[96];
    struct ipc_server *server;
    atomic_uint under_way, most;
    atomic_bool hold;
};

/* Repeats the question in capitals; "nothing" has no answer; "held" waits. */
static bool answer(void *arg, struct span question, struct buf *to, int *ret_fd)
{
    struct scene *const s = arg;
    (void)ret_fd;
    const unsigned now = atomic_fetch_add(&s->under_way, 1) + 1;
    unsigned most = atomic_load(&s->most);
    while (now > most && !atomic_compare_exchange_weak(&s->most, &most, now))
        ;
    while (atomic_load(&s->hold))
        (void)usleep(1000);
    for (size_t i = 0; i < question.len; i++)
        buf_put_u8(to, question.ptr[i] >= 'a' && question.ptr[i] <= 'z'
                           ? (uint8_t)(question.ptr[i] - 32)
                           : question.ptr[i]);
    atomic_fetch_sub(&s->under_way, 1);
    return !span_equal(question, SPAN_LITERAL("nothing"));
}

static int setup(void **state)
{
    static struct scene s;
    memset(&s, 0, sizeof s);
    (void)snprintf(s.folder, sizeof s.folder, "%s", "/tmp/sitecert-ipc-XXXXXX");
    assert_non_null(mkdtemp(s.folder));
    (void)snprintf(s.path, sizeof s.path, "%s/s", s.folder);
    const struct ipc_server_options o = {
        .path = s.path, .mode = 0600, .connections_max = CONNECTIONS, .arg = &s, .answer = answer
    };
    assert_int_equal(ipc_server_open(&o, &s.server, NULL), RC_OK);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *const s = *state;
    ipc_server_close(s->server);
    assert_int_equal(access(s->path, F_OK), -1);
    assert_int_equal(rmdir(s->folder), 0);
    return 0;
}

static int connect_to(const struct scene *s)
{
    int fd = -1;
    assert_int_equal(ipc_connect(s->path, LIMIT_MS, &fd, NULL), RC_OK);
    return fd;
}

static enum rc ask(int fd, const char *question, struct buf *got)
{
    const enum rc rc = ipc_send(fd, span_text(question), -1, LIMIT_MS, NULL);
    return rc == RC_OK ? ipc_receive(fd, got, NULL, LIMIT_MS, NULL) : rc;
}

static void a_connection_is_answered_one_question_after_another(void **state)
{
    ON_EXIT(fd_close_at) int fd = connect_to(*state);
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(fd, "who", &got), RC_OK);
        assert_string_equal(buf_cstr(&got), "WHO");
    }
}

static void what_has_no_answer_ends_the_connection_alone(void **state)
{
    ON_EXIT(fd_close_at) int fd = connect_to(*state);
    ON_EXIT(fd_close_at) int other = connect_to(*state);
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(ask(fd, "nothing", &got), RC_NOT_FOUND);
    assert_int_equal(ask(other, "who", &got), RC_OK);
}

static void connections_are_answered_at_once_and_one_too_many_is_closed(void **state)
{
    struct scene *const s = *state;
    int fds[CONNECTIONS];
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    atomic_store(&s->hold, true);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        fds[i] = connect_to(s);
        assert_int_equal(ipc_send(fds[i], SPAN_LITERAL("held"), -1, LIMIT_MS, NULL), RC_OK);
    }
    for (int i = 0; i < 5000 && atomic_load(&s->under_way) < CONNECTIONS; i++)
        (void)usleep(1000);
    assert_int_equal(atomic_load(&s->most), CONNECTIONS);
    ON_EXIT(fd_close_at) int more = connect_to(s);
    assert_int_equal(ipc_receive(more, &got, NULL, LIMIT_MS, NULL), RC_NOT_FOUND);

    atomic_store(&s->hold, false);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        assert_int_equal(ipc_receive(fds[i], &got, NULL, LIMIT_MS, NULL), RC_OK);
        assert_string_equal(buf_cstr(&got), "HELD");
        fd_close_at(&fds[i]);
    }
    /* A place is free again, soon. */
    enum rc rc = RC_NOT_FOUND;
    for (int i = 0; i < 100 && rc != RC_OK; i++) {
        ON_EXIT(fd_close_at) int fd = connect_to(s);
        rc = ask(fd, "who", &got);
    }
    assert_int_equal(rc, RC_OK);
}

static void *close_server(void *arg)
{
    struct scene *const s = arg;
    ipc_server_close(s->server);
    s->server = NULL;
    return NULL;
}

static void the_end_waits_for_answers_under_way(void **state)
{
    struct scene *const s = *state;
    pthread_t closing;
    ON_EXIT(fd_close_at) int fd = connect_to(s);
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    atomic_store(&s->hold, true);
    assert_int_equal(ipc_send(fd, SPAN_LITERAL("held"), -1, LIMIT_MS, NULL), RC_OK);
    for (int i = 0; i < 5000 && atomic_load(&s->under_way) == 0; i++)
        (void)usleep(1000);
    assert_int_equal(pthread_create(&closing, NULL, close_server, s), 0);
    (void)usleep(50000);
    atomic_store(&s->hold, false);
    assert_int_equal(ipc_receive(fd, &got, NULL, LIMIT_MS, NULL), RC_OK);
    assert_string_equal(buf_cstr(&got), "HELD");
    assert_int_equal(pthread_join(closing, NULL), 0);
    assert_int_equal(ipc_receive(fd, &got, NULL, LIMIT_MS, NULL), RC_NOT_FOUND);
}

static void a_second_server_finds_the_first(void **state)
{
    struct scene *const s = *state;
    struct ipc_server *second = NULL;
    const struct ipc_server_options o = {
        .path = s->path, .mode = 0600, .connections_max = 1, .arg = s, .answer = answer
    };
    assert_int_equal(ipc_server_open(&o, &second, NULL), RC_BUSY);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_connection_is_answered_one_question_after_another),
        T(what_has_no_answer_ends_the_connection_alone),
        T(connections_are_answered_at_once_and_one_too_many_is_closed),
        T(the_end_waits_for_answers_under_way),
        T(a_second_server_finds_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
