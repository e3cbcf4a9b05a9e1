#include "core/http/listen.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/sys/file.h"

#define BACKLOG 4096
/* What the kernel keeps of an answer that a client does not take, bytes: else it is megabytes. */
#define SEND_BUFFER 65536
#define UNIX_PREFIX "unix:"
#define UNIX_MODE   0660

union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
    struct sockaddr_storage room;
};

static enum rc failed_to(const char *what, const char *text, struct diag *d)
{
    const int error = errno;
    return diag_set(d, error == EADDRINUSE ? RC_BUSY : RC_IO, DIAG_NO_OFFSET, "cannot %s '%s': %s",
                    what, text, strerror(error));
}

static enum rc not_understood(const char *text, struct diag *d)
{
    return diag_set(d, RC_USAGE, DIAG_NO_OFFSET,
                    "'%s' is no address to listen on: ADDR:PORT, [V6]:PORT or unix:PATH", text);
}

/* --- what an address says --- */

static void describe(const union any_address *a, char ret[LISTEN_ADDRESS_LEN])
{
    char host[INET6_ADDRSTRLEN] = "";
    switch (a->any.sa_family) {
    case AF_INET:
        (void)inet_ntop(AF_INET, &a->v4.sin_addr, host, sizeof host);
        (void)snprintf(ret, LISTEN_ADDRESS_LEN, "%s:%u", host, ntohs(a->v4.sin_port));
        break;
    case AF_INET6:
        (void)inet_ntop(AF_INET6, &a->v6.sin6_addr, host, sizeof host);
        (void)snprintf(ret, LISTEN_ADDRESS_LEN, "[%s]:%u", host, ntohs(a->v6.sin6_port));
        break;
    default:
        (void)snprintf(ret, LISTEN_ADDRESS_LEN, UNIX_PREFIX "%.*s", (int)sizeof a->local.sun_path,
                       a->local.sun_path);
        break;
    }
}

void listen_peer(const struct sockaddr *from, char ret[LISTEN_PEER_LEN])
{
    (void)snprintf(ret, LISTEN_PEER_LEN, "unix");
    if (from && from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        (void)inet_ntop(AF_INET, &v4.sin_addr, ret, LISTEN_PEER_LEN);
    } else if (from && from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        (void)inet_ntop(AF_INET6, &v6.sin6_addr, ret, LISTEN_PEER_LEN);
    }
}

/* --- opening --- */

static enum rc set_up(int fd, const union any_address *a, socklen_t len, const char *text,
                      struct diag *d)
{
    const int on = 1;
    if (a->any.sa_family != AF_UNIX)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->any.sa_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, &a->any, len) != 0)
        return failed_to("bind", text, d);
    if (a->any.sa_family == AF_UNIX && chmod(a->local.sun_path, UNIX_MODE) != 0)
        return failed_to("set the mode of", text, d);
    return listen(fd, BACKLOG) == 0 ? RC_OK : failed_to("listen on", text, d);
}

/* *ret_fd is the caller's to close even after an error. */
static enum rc open_socket(const union any_address *a, socklen_t len, const char *text, int *ret_fd,
                           struct diag *d)
{
    *ret_fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*ret_fd < 0)
        return failed_to("make a socket for", text, d);
    return set_up(*ret_fd, a, len, text, d);
}

/* Nobody answers there: what is left of a server that was killed. */
static bool is_dead(const struct sockaddr_un *a)
{
    ON_EXIT(fd_close_at) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof *a) != 0 &&
           errno == ECONNREFUSED;
}

static enum rc open_unix(const char *text, struct listening *l, struct diag *d)
{
    const char *const path = text + strlen(UNIX_PREFIX);
    union any_address a = { .local = { .sun_family = AF_UNIX } };
    const size_t len = strlen(path);
    if (len == 0)
        return not_understood(text, d);
    if (len >= sizeof a.local.sun_path)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "the socket path '%s' is over %zu bytes", path,
                        sizeof a.local.sun_path - 1);
    memcpy(a.local.sun_path, path, len + 1);

    if (is_dead(&a.local))
        (void)unlink(path);
    const enum rc rc = open_socket(&a, sizeof a.local, text, &l->fd, d);
    if (rc == RC_OK)
        memcpy(l->unlink_path, path, len + 1);
    return rc;
}

/* "HOST:PORT" or "[HOST]:PORT" into two texts; false: neither. */
static bool split(const char *text, char host[INET6_ADDRSTRLEN], const char **ret_port)
{
    const char *const colon = strrchr(text, ':');
    if (!colon || colon == text || colon[1] == '\0' || strspn(colon + 1, "0123456789") > 5 ||
        colon[1 + strspn(colon + 1, "0123456789")] != '\0')
        return false;

    if (strtoul(colon + 1, NULL, 10) > UINT16_MAX)
        return false;
    const bool bracketed = text[0] == '[';
    const char *const from = text + bracketed;
    const char *const end = colon - bracketed;
    if (end <= from || (bracketed && *end != ']') || (size_t)(end - from) >= INET6_ADDRSTRLEN)
        return false;
    memcpy(host, from, (size_t)(end - from));
    host[end - from] = '\0';
    *ret_port = colon + 1;
    return bracketed == (strchr(host, ':') != NULL);
}

static enum rc open_internet(const char *text, struct listening *l, struct diag *d)
{
    char host[INET6_ADDRSTRLEN];
    const char *port;
    if (!split(text, host, &port))
        return not_understood(text, d);

    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return not_understood(text, d);
    union any_address a = { 0 };
    const socklen_t len = found->ai_addrlen;
    memcpy(&a, found->ai_addr, len);
    freeaddrinfo(found);
    return open_socket(&a, len, text, &l->fd, d);
}

/* What it accepts inherits the bound. */
static enum rc finish(struct listening *l, struct diag *d)
{
    const int send_buffer = SEND_BUFFER;
    (void)setsockopt(l->fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    union any_address a = { 0 };
    socklen_t len = sizeof a;
    if (getsockname(l->fd, &a.any, &len) != 0)
        return failed_to("find the address of", "the socket", d);
    describe(&a, l->address);
    return RC_OK;
}

enum rc listen_open(const char *text, struct listening *ret, struct diag *d)
{
    assert(text && ret);

    struct listening l = { .fd = -1 };
    const bool is_unix = strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0;
    enum rc rc = is_unix ? open_unix(text, &l, d) : open_internet(text, &l, d);
    if (rc == RC_OK)
        rc = finish(&l, d);
    if (rc != RC_OK) {
        listen_close(&l);
        return rc;
    }
    *ret = l;
    return RC_OK;
}

enum rc listen_adopt(int fd, struct listening *ret, struct diag *d)
{
    struct listening l = { .fd = fd, .adopted = true };
    int listens = 0;
    socklen_t len = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0 || !listens)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "descriptor %d is no socket that listens", fd);
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return failed_to("set up", "the socket handed over", d);
    const enum rc rc = finish(&l, d);
    if (rc == RC_OK)
        *ret = l;
    return rc;
}

void listen_end(struct listening *l)
{
    if (l->fd >= 0 && !l->adopted)
        (void)shutdown(l->fd, SHUT_RDWR);
    if (l->unlink_path[0])
        (void)unlink(l->unlink_path);
    l->unlink_path[0] = '\0';
}

void listen_close(struct listening *l)
{
    listen_end(l);
    fd_close_at(&l->fd);
}
