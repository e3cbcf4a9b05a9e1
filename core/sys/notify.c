#include "core/sys/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/file.h"

#define FIRST_FD    3
#define MESSAGE_LEN 512

/* --- telling --- */

/* An abstract name is written with '@' where its NUL is. */
static enum rc read_address(const char *text, struct sockaddr_un *ret, socklen_t *ret_len,
                            struct diag *d)
{
    const size_t len = strlen(text);
    if ((text[0] != '/' && text[0] != '@') || len < 2 || len >= sizeof ret->sun_path)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "NOTIFY_SOCKET names no socket");

    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(ret->sun_path, text, len);
    const bool is_path = text[0] == '/';
    if (!is_path)
        ret->sun_path[0] = '\0';
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + is_path);
    return RC_OK;
}

static int compose(enum notify_state state, char to[MESSAGE_LEN])
{
    struct timespec now = { 0 };
    switch (state) {
    case NOTIFY_READY:
        return snprintf(to, MESSAGE_LEN, "READY=1");
    case NOTIFY_RELOADING:
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return snprintf(to, MESSAGE_LEN, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                        (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    case NOTIFY_STOPPING:
        return snprintf(to, MESSAGE_LEN, "STOPPING=1");
    case NOTIFY_ALIVE:
        return snprintf(to, MESSAGE_LEN, "WATCHDOG=1");
    }
    return 0;
}

static void add_status(const char *status, char *message, size_t len)
{
    (void)snprintf(message + len, MESSAGE_LEN - len, "\nSTATUS=%s", status);
    for (char *c = message + len + 1; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
}

enum rc notify_send(enum notify_state state, const char *status, struct diag *d)
{
    const char *const name = getenv("NOTIFY_SOCKET");
    if (!name || !*name)
        return RC_OK;

    struct sockaddr_un to;
    socklen_t to_len = 0;
    const enum rc rc = read_address(name, &to, &to_len, d);
    if (rc != RC_OK)
        return rc;
    char message[MESSAGE_LEN];
    const int len = compose(state, message);
    if (status)
        add_status(status, message, (size_t)len);

    ON_EXIT(fd_close_at) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || sendto(fd, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *)&to,
                         to_len) < 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot tell the service manager: %s",
                        strerror(errno));
    return RC_OK;
}

void notify_ready(void)
{
    (void)!notify_send(NOTIFY_READY, NULL, NULL);
}

void notify_reloading(void)
{
    (void)!notify_send(NOTIFY_RELOADING, NULL, NULL);
}

void notify_stopping(void)
{
    (void)!notify_send(NOTIFY_STOPPING, NULL, NULL);
}

void notify_watchdog(void)
{
    (void)!notify_send(NOTIFY_ALIVE, NULL, NULL);
}

/* --- what is handed over --- */

/* A whole number up to max; false: none. */
static bool read_number(const char *text, uint64_t max, uint64_t *ret)
{
    if (!text || *text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    const unsigned long long n = strtoull(text, &end, 10);
    if (*end != '\0' || errno != 0 || n > max)
        return false;
    *ret = n;
    return true;
}

/* Without the variable the message is for everybody; with another number for another process. */
static bool is_for_us(const char *variable, bool without)
{
    const char *const text = getenv(variable);
    if (!text)
        return without;
    uint64_t pid;
    return read_number(text, INT32_MAX, &pid) && pid == (uint64_t)getpid();
}

uint32_t notify_watchdog_ms(void)
{
    uint64_t us;
    if (!is_for_us("WATCHDOG_PID", true) ||
        !read_number(getenv("WATCHDOG_USEC"), (uint64_t)UINT32_MAX * 1000, &us))
        return 0;
    return us > 0 && us < 1000 ? 1 : (uint32_t)(us / 1000);
}

int notify_tick_ms(int most_ms)
{
    const uint32_t half = notify_watchdog_ms() / 2;
    return half > 0 && half < (uint32_t)most_ms ? (int)half : most_ms;
}

static enum rc take(size_t count, int ret_fds[NOTIFY_FDS_MAX], struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        const int fd = FIRST_FD + (int)i;
        const int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) != 0)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "LISTEN_FDS names descriptor %d: %s", fd,
                            strerror(errno));
    }
    for (size_t i = 0; i < count; i++)
        ret_fds[i] = FIRST_FD + (int)i;
    return RC_OK;
}

enum rc notify_take_fds(int ret_fds[NOTIFY_FDS_MAX], size_t *ret_count, struct diag *d)
{
    *ret_count = 0;
    const char *const text = getenv("LISTEN_FDS");
    if (!text || !is_for_us("LISTEN_PID", false))
        return RC_OK;

    uint64_t count = 0;
    enum rc rc = RC_OK;
    if (!read_number(text, INT32_MAX, &count))
        rc = diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "LISTEN_FDS is no number");
    else if (count > NOTIFY_FDS_MAX)
        rc = diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %u sockets were handed over",
                      NOTIFY_FDS_MAX);
    else
        rc = take((size_t)count, ret_fds, d);
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDNAMES");
    if (rc == RC_OK)
        *ret_count = (size_t)count;
    return rc;
}

enum rc notify_listen_fd(int *ret_fd, struct diag *d)
{
    int fds[NOTIFY_FDS_MAX] = { -1 };
    size_t count;
    const enum rc rc = notify_take_fds(fds, &count, d);
    if (rc != RC_OK)
        return rc;
    if (count > 1)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "%zu sockets were handed over instead of one",
                        count);
    *ret_fd = count == 1 ? fds[0] : -1;
    return RC_OK;
}
