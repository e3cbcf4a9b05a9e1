#include "tests/unit/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ipc/ipc.h"
#include "core/sys/file.h"
#include "tests/unit/ipc/pair.h"

#define SOON_MS  50
#define LIMIT_MS 5000

static struct span text(const char *s)
{
    return (struct span){ (const uint8_t *)s, strlen(s) };
}

static void send_raw(int fd, const char *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void messages_come_whole_and_in_order(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(ipc_send(p.a, text("first"), -1, LIMIT_MS, NULL), RC_OK);
    assert_int_equal(ipc_send(p.a, text(""), -1, LIMIT_MS, NULL), RC_OK);
    assert_int_equal(ipc_send(p.a, text("third"), -1, LIMIT_MS, NULL), RC_OK);
    static const char *const want[] = { "first", "", "third" };
    for (size_t i = 0; i < 3; i++) {
        int fd = 7;
        assert_int_equal(ipc_receive(p.b, &got, &fd, LIMIT_MS, NULL), RC_OK);
        assert_string_equal(buf_cstr(&got), want[i]);
        assert_int_equal(fd, -1);
    }
}

struct big {
    int socket;
    struct buf bytes;
    enum rc rc;
};

static void *send_big(void *arg)
{
    struct big *const b = arg;
    b->rc = ipc_send(b->socket, buf_span(&b->bytes), -1, LIMIT_MS, NULL);
    return NULL;
}

static void the_largest_message_passes_and_one_byte_more_is_refused(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    struct big b = { .socket = p.a };
    uint8_t *const room = buf_reserve(&b.bytes, IPC_MESSAGE_MAX + 1);
    assert_non_null(room);
    memset(room, 'x', IPC_MESSAGE_MAX + 1);
    b.bytes.len = IPC_MESSAGE_MAX + 1;
    assert_int_equal(ipc_send(p.a, buf_span(&b.bytes), -1, LIMIT_MS, NULL), RC_LIMIT);

    b.bytes.len = IPC_MESSAGE_MAX;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_big, &b), 0);
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(ipc_receive(p.b, &got, NULL, LIMIT_MS, NULL), RC_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(got.len, IPC_MESSAGE_MAX);
    buf_free(&b.bytes);
}

static void a_length_over_the_limit_is_no_frame(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    send_raw(p.a, "\x01\x00\x00\x01", 4); /* 16 MiB and one byte */
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(ipc_receive(p.b, &got, NULL, LIMIT_MS, NULL), RC_FORMAT);
}

static void a_descriptor_goes_with_its_message(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(pair_close) struct pair passed = pair_new();
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(ipc_send(p.a, text("here"), passed.a, LIMIT_MS, NULL), RC_OK);
    ON_EXIT(fd_close_at) int fd = -1;
    assert_int_equal(ipc_receive(p.b, &got, &fd, LIMIT_MS, NULL), RC_OK);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(write(fd, "x", 1), 1);
    char c = 0;
    assert_int_equal(read(passed.b, &c, 1), 1);
    assert_int_equal(c, 'x');
}

static int count_open(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void a_descriptor_that_nobody_wants_is_closed(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    const int before = count_open();
    assert_int_equal(ipc_send(p.a, text("here"), 0, LIMIT_MS, NULL), RC_OK);
    assert_int_equal(ipc_receive(p.b, &got, NULL, LIMIT_MS, NULL), RC_OK);
    assert_int_equal(count_open(), before);
}

static void two_descriptors_are_refused_and_closed(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    char bytes[] = "\0\0\0\1x";
    struct iovec part = { bytes, 5 };
    struct msghdr m = { .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = control.room,
                        .msg_controllen = sizeof control.room };
    struct cmsghdr *const c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(2 * sizeof(int));
    const int fds[2] = { 0, 1 };
    memcpy(CMSG_DATA(c), fds, sizeof fds);

    const int before = count_open();
    assert_int_equal(sendmsg(p.a, &m, 0), 5);
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    int fd = -1;
    assert_int_equal(ipc_receive(p.b, &got, &fd, LIMIT_MS, NULL), RC_FORMAT);
    assert_int_equal(fd, -1);
    assert_int_equal(count_open(), before);
}

static void half_a_message_ends_with_the_time_or_the_peer(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    send_raw(p.a, "\0\0\0\5ab", 6);
    assert_int_equal(ipc_receive(p.b, &got, NULL, SOON_MS, NULL), RC_BUSY);

    ON_EXIT(pair_close) struct pair q = pair_new();
    send_raw(q.a, "\0\0\0\5ab", 6);
    fd_close_at(&q.a);
    q.a = -1;
    assert_int_equal(ipc_receive(q.b, &got, NULL, LIMIT_MS, NULL), RC_NOT_FOUND);
}

static void a_peer_that_takes_nothing_ends_the_sending(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    struct buf b = { 0 };
    assert_non_null(buf_reserve(&b, IPC_MESSAGE_MAX));
    memset(b.ptr, 0, IPC_MESSAGE_MAX);
    b.len = IPC_MESSAGE_MAX;
    assert_int_equal(ipc_send(p.a, buf_span(&b), -1, SOON_MS, NULL), RC_BUSY);
    buf_free(&b);
    fd_close_at(&p.b);
    p.b = -1;
    assert_int_equal(ipc_send(p.a, text("x"), -1, SOON_MS, NULL), RC_NOT_FOUND);
}

static void a_socket_file_has_its_mode_and_says_who_is_there(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_ipc.XXXXXX";
    char path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/socket", folder);
    ON_EXIT(fd_close_at) int listening = -1;
    assert_int_equal(ipc_listen(path, 0660, &listening, NULL), RC_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);

    ON_EXIT(fd_close_at) int client = -1;
    ON_EXIT(fd_close_at) int served = -1;
    assert_int_equal(ipc_accept(listening, SOON_MS, &served, NULL), RC_BUSY);
    assert_int_equal(ipc_connect(path, LIMIT_MS, &client, NULL), RC_OK);
    assert_int_equal(ipc_accept(listening, LIMIT_MS, &served, NULL), RC_OK);
    pid_t pid = 0;
    uid_t uid = 1;
    gid_t gid = 1;
    assert_int_equal(ipc_peer(served, &pid, &uid, &gid, NULL), RC_OK);
    assert_int_equal(pid, getpid());
    assert_int_equal(gid, getgid());
    assert_int_equal(uid, getuid());

    int second = -1;
    assert_int_equal(ipc_listen(path, 0600, &second, NULL), RC_BUSY);
    fd_close_at(&listening);
    listening = -1;
    assert_int_equal(ipc_connect(path, LIMIT_MS, &second, NULL), RC_NOT_FOUND);
    assert_int_equal(ipc_listen(path, 0600, &listening, NULL), RC_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ipc_connect(path, LIMIT_MS, &second, NULL), RC_NOT_FOUND);
    assert_int_equal(rmdir(folder), 0);
}

static void a_path_too_long_is_refused(void **state)
{
    (void)state;
    char path[200];
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    int fd = -1;
    assert_int_equal(ipc_listen(path, 0600, &fd, NULL), RC_LIMIT);
    assert_int_equal(ipc_connect(path, SOON_MS, &fd, NULL), RC_LIMIT);
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_whole_and_in_order),
        cmocka_unit_test(the_largest_message_passes_and_one_byte_more_is_refused),
        cmocka_unit_test(a_length_over_the_limit_is_no_frame),
        cmocka_unit_test(a_descriptor_goes_with_its_message),
        cmocka_unit_test(a_descriptor_that_nobody_wants_is_closed),
        cmocka_unit_test(two_descriptors_are_refused_and_closed),
        cmocka_unit_test(half_a_message_ends_with_the_time_or_the_peer),
        cmocka_unit_test(a_peer_that_takes_nothing_ends_the_sending),
        cmocka_unit_test(a_socket_file_has_its_mode_and_says_who_is_there),
        cmocka_unit_test(a_path_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
