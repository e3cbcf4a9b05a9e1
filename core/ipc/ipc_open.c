#define _GNU_SOURCE /* struct ucred, O_PATH */
#include "core/ipc/ipc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/sys/file.h"

#define BACKLOG 256

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    enum rc rc = RC_IO;
    if (error == EADDRINUSE || error == EAGAIN || error == EINPROGRESS)
        rc = RC_BUSY;
    else if (error == ENOENT || error == ECONNREFUSED)
        rc = RC_NOT_FOUND;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%s': %s", what, path, strerror(error));
}

/* An address, and the folder it goes through when its path is too long for one (−1: none). */
struct place {
    struct sockaddr_un a;
    int folder;
};

static void place_leave(struct place *p)
{
    fd_close_at(&p->folder);
}

static enum rc too_long(const char *path, struct diag *d)
{
    return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the socket path '%.120s' is empty or too long",
                    path);
}

/* By way of the folder's descriptor: sun_path has room for 107 bytes, homes may lie deeper. */
static enum rc address_far(const char *path, struct place *ret, struct diag *d)
{
    char folder[PATH_LEN];
    const char *const slash = strrchr(path, '/');
    if (!slash || (size_t)(slash - path) >= sizeof folder)
        return too_long(path, d);
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = '\0';
    ret->folder = open(folder[0] ? folder : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (ret->folder < 0)
        return failed_to("open", folder, d);
    const int n = snprintf(ret->a.sun_path, sizeof ret->a.sun_path, "/proc/self/fd/%d/%s",
                           ret->folder, slash + 1);
    return n > 0 && (size_t)n < sizeof ret->a.sun_path ? RC_OK : too_long(path, d);
}

/* *ret: folder -1 before. */
static enum rc address(const char *path, struct place *ret, struct diag *d)
{
    const size_t len = strlen(path);
    ret->a = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (len == 0)
        return too_long(path, d);
    if (len >= sizeof ret->a.sun_path)
        return address_far(path, ret, d);
    memcpy(ret->a.sun_path, path, len + 1);
    return RC_OK;
}

static bool try_connect(int fd, const struct sockaddr_un *a)
{
    return connect(fd, (const struct sockaddr *)a, sizeof *a) == 0;
}

/* Nobody answers there: what is left of a server that was killed. */
static bool is_dead(const struct sockaddr_un *a)
{
    ON_EXIT(fd_close_at) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && !try_connect(fd, a) && errno == ECONNREFUSED;
}

/* The mode is set before anybody can connect: listen() comes last. */
static bool bind_there(int fd, const struct sockaddr_un *a, unsigned mode)
{
    return bind(fd, (const struct sockaddr *)a, sizeof *a) == 0 && chmod(a->sun_path, mode) == 0 &&
           listen(fd, BACKLOG) == 0;
}

enum rc ipc_listen(const char *path, unsigned mode, int *ret_fd, struct diag *d)
{
    assert(path && ret_fd);

    ON_EXIT(place_leave) struct place p = { .folder = -1 };
    const enum rc rc = address(path, &p, d);
    if (rc != RC_OK)
        return rc;
    if (is_dead(&p.a))
        (void)unlink(path);

    ON_EXIT(fd_close_at) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !bind_there(fd, &p.a, mode))
        return failed_to("listen at", path, d);
    *ret_fd = fd;
    fd = -1;
    return RC_OK;
}

/* connect() to a full backlog waits as long as the socket's send time-out. */
enum rc ipc_connect(const char *path, uint32_t timeout_ms, int *ret_fd, struct diag *d)
{
    assert(path && ret_fd);

    ON_EXIT(place_leave) struct place p = { .folder = -1 };
    const enum rc rc = address(path, &p, d);
    if (rc != RC_OK)
        return rc;
    const struct timeval limit = { .tv_sec = timeout_ms / 1000,
                                   .tv_usec = (long)(timeout_ms % 1000) * 1000 };
    ON_EXIT(fd_close_at) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        !try_connect(fd, &p.a))
        return failed_to("connect to", path, d);
    *ret_fd = fd;
    fd = -1;
    return RC_OK;
}

enum rc ipc_accept(int listening, uint32_t timeout_ms, int *ret_fd, struct diag *d)
{
    assert(ret_fd);

    struct pollfd p = { .fd = listening, .events = POLLIN };
    const int n = poll(&p, 1, timeout_ms > 0 ? (int)timeout_ms : -1);
    if (n == 0 || (n < 0 && errno == EINTR))
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "nobody came");
    const int fd = n > 0 ? accept4(listening, NULL, NULL, SOCK_CLOEXEC) : -1;
    if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "nobody came");
    if (fd < 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot accept: %s", strerror(errno));
    *ret_fd = fd;
    return RC_OK;
}

enum rc ipc_call(const char *path, uint32_t timeout_ms, struct buf *message, struct diag *d)
{
    assert(path && message);

    ON_EXIT(fd_close_at) int socket = -1;
    enum rc rc = buf_rc(message, d);
    if (rc == RC_OK)
        rc = ipc_connect(path, timeout_ms, &socket, d);
    if (rc == RC_OK)
        rc = ipc_send(socket, buf_span(message), -1, timeout_ms, d);
    buf_wipe(message); /* a larger answer would leave the question behind */
    return rc == RC_OK ? ipc_receive(socket, message, NULL, timeout_ms, d) : rc;
}

enum rc ipc_peer(int socket, pid_t *ret_pid, uid_t *ret_uid, gid_t *ret_gid, struct diag *d)
{
    struct ucred c;
    socklen_t len = sizeof c;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &c, &len) != 0 || len != sizeof c)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot tell who the peer is: %s",
                        strerror(errno));
    if (ret_pid)
        *ret_pid = c.pid;
    if (ret_uid)
        *ret_uid = c.uid;
    if (ret_gid)
        *ret_gid = c.gid;
    return RC_OK;
}
