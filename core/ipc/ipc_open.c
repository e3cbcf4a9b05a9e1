#define _GNU_SOURCE /* struct ucred */
#include "core/ipc/ipc.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
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

static enum rc address(const char *path, struct sockaddr_un *ret, struct diag *d)
{
    const size_t len = strlen(path);
    if (len == 0 || len >= sizeof ret->sun_path)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the socket path '%.120s' is over %zu bytes",
                        path, sizeof ret->sun_path - 1);
    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(ret->sun_path, path, len + 1);
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

    struct sockaddr_un a;
    const enum rc rc = address(path, &a, d);
    if (rc != RC_OK)
        return rc;
    if (is_dead(&a))
        (void)unlink(path);

    ON_EXIT(fd_close_at) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !bind_there(fd, &a, mode))
        return failed_to("listen at", path, d);
    *ret_fd = fd;
    fd = -1;
    return RC_OK;
}

/* connect() to a full backlog waits as long as the socket's send time-out. */
enum rc ipc_connect(const char *path, uint32_t timeout_ms, int *ret_fd, struct diag *d)
{
    assert(path && ret_fd);

    struct sockaddr_un a;
    const enum rc rc = address(path, &a, d);
    if (rc != RC_OK)
        return rc;
    const struct timeval limit = { .tv_sec = timeout_ms / 1000,
                                   .tv_usec = (long)(timeout_ms % 1000) * 1000 };
    ON_EXIT(fd_close_at) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        !try_connect(fd, &a))
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

enum rc ipc_peer(int socket, pid_t *ret_pid, uid_t *ret_uid, struct diag *d)
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
    return RC_OK;
}
