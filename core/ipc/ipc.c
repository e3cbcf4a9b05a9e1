#include "core/ipc/ipc.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/file.h"

#define LENGTH_LEN 4
#define NEVER      (-1)

/* A control message with one descriptor, aligned as the kernel wants it. */
union one_fd {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
};

static enum rc failed_to(const char *what, struct diag *d)
{
    const int error = errno;
    if (error == EPIPE || error == ECONNRESET)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the peer has closed");
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot %s: %s", what, strerror(error));
}

/* until_ms: on the clock of clock_elapsed_ms(), or NEVER. */
static enum rc wait_for(int socket, short events, int64_t until_ms, struct diag *d)
{
    struct pollfd p = { .fd = socket, .events = events };
    for (;;) {
        int64_t left = NEVER;
        if (until_ms != NEVER) {
            left = until_ms - clock_elapsed_ms();
            left = left > 0 ? left : 0;
        }
        const int n = poll(&p, 1, (int)left);
        if (n > 0)
            return RC_OK;
        if (n == 0)
            return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "the peer took too long");
        if (errno != EINTR)
            return failed_to("wait for the peer", d);
    }
}

static bool is_later(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* --- sending --- */

static void attach(struct msghdr *m, union one_fd *room, int fd)
{
    memset(room, 0, sizeof *room);
    m->msg_control = room->room;
    m->msg_controllen = sizeof room->room;
    struct cmsghdr *const c = CMSG_FIRSTHDR(m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
}

static void step_over(struct msghdr *m, size_t sent)
{
    while (m->msg_iovlen > 0 && sent >= m->msg_iov[0].iov_len) {
        sent -= m->msg_iov[0].iov_len;
        m->msg_iov++;
        m->msg_iovlen--;
    }
    if (m->msg_iovlen > 0) {
        m->msg_iov[0].iov_base = (char *)m->msg_iov[0].iov_base + sent;
        m->msg_iov[0].iov_len -= sent;
    }
    m->msg_control = NULL; /* the descriptor went with the first bytes */
    m->msg_controllen = 0;
}

enum rc ipc_send(int socket, struct span message, int fd, uint32_t timeout_ms, struct diag *d)
{
    if (message.len > IPC_MESSAGE_MAX)
        return diag_set(d, RC_LIMIT, IPC_MESSAGE_MAX, "a message of %zu bytes", message.len);

    const uint32_t n = (uint32_t)message.len;
    uint8_t length[LENGTH_LEN] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
                                   (uint8_t)n };
    struct iovec parts[] = { { length, sizeof length },
                             { (void *)(uintptr_t)message.ptr, message.len } };
    struct msghdr m = { .msg_iov = parts, .msg_iovlen = message.len > 0 ? 2 : 1 };
    union one_fd room;
    if (fd >= 0)
        attach(&m, &room, fd);
    const int64_t until = timeout_ms > 0 ? clock_elapsed_ms() + timeout_ms : NEVER;
    while (m.msg_iovlen > 0) {
        const ssize_t sent = sendmsg(socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            step_over(&m, (size_t)sent);
            continue;
        }
        if (!is_later(errno))
            return failed_to("send to the peer", d);
        const enum rc rc = wait_for(socket, POLLOUT, until, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* --- receiving --- */

/* One descriptor may come with a message; more, or a second one, is no frame of ours. */
static bool take_fd(struct msghdr *m, int *ret_fd)
{
    bool fine = (m->msg_flags & MSG_CTRUNC) == 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (*ret_fd < 0) {
                *ret_fd = fd;
            } else {
                (void)close(fd);
                fine = false;
            }
        }
    }
    return fine;
}

static enum rc receive_some(int socket, uint8_t *to, size_t len, int *fd, size_t *ret_got,
                            struct diag *d)
{
    union one_fd room;
    struct iovec part = { to, len };
    struct msghdr m = { .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = room.room,
                        .msg_controllen = sizeof room.room };
    *ret_got = 0;
    const ssize_t n = recvmsg(socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return is_later(errno) ? RC_OK : failed_to("receive from the peer", d);
    if (!take_fd(&m, fd))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "more than one descriptor in a message");
    if (n == 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the peer has closed");
    *ret_got = (size_t)n;
    return RC_OK;
}

/* here: the bytes have most likely come with others, so they are read before anybody waits. */
static enum rc receive_all(int socket, uint8_t *to, size_t len, bool here, int *fd, int64_t until,
                           struct diag *d)
{
    size_t at = 0;
    for (bool wait = !here; at < len; wait = true) {
        size_t got = 0;
        enum rc rc = wait ? wait_for(socket, POLLIN, until, d) : RC_OK;
        if (rc == RC_OK)
            rc = receive_some(socket, to + at, len - at, fd, &got, d);
        if (rc != RC_OK)
            return rc;
        at += got;
    }
    return RC_OK;
}

enum rc ipc_receive(int socket, struct buf *ret, int *ret_fd, uint32_t timeout_ms, struct diag *d)
{
    assert(ret);

    uint8_t length[LENGTH_LEN];
    ON_EXIT(fd_close_at) int fd = -1;
    const int64_t until = timeout_ms > 0 ? clock_elapsed_ms() + timeout_ms : NEVER;
    enum rc rc = receive_all(socket, length, sizeof length, false, &fd, until, d);
    if (rc != RC_OK)
        return rc;
    const uint32_t len = (uint32_t)length[0] << 24 | (uint32_t)length[1] << 16 |
                         (uint32_t)length[2] << 8 | length[3];
    if (len > IPC_MESSAGE_MAX)
        return diag_set(d, RC_FORMAT, 0, "a message said to be of %u bytes", len);

    buf_clear(ret);
    uint8_t *const to = buf_reserve(ret, len);
    if (!to)
        return buf_rc(ret, d);
    rc = receive_all(socket, to, len, true, &fd, until, d);
    if (rc != RC_OK)
        return rc;
    ret->len = len;
    if (ret_fd) {
        *ret_fd = fd;
        fd = -1;
    }
    return RC_OK;
}
