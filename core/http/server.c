#include "core/http/server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/http/exchange.h"
#include "core/http/limits.h"
#include "core/http/request.h"
#include "core/http/server_state.h"

#define POLL_MS 5

/* --- connections --- */

/*
 * To each thread in turn: by itself libmicrohttpd's threads race for connections. fd is its own
 * from here on, and it may drop it without a word, here or on that thread.
 */
static void deal(void *arg, int fd, const struct sockaddr *from, socklen_t len)
{
    struct http_server *const s = arg;
    (void)MHD_add_connection(s->daemons[s->next++ % s->daemon_count], fd, from, len);
}

/* NULL, and libmicrohttpd is about to find it ended: it is one too many, or there is no memory. */
static struct connection *begin_connection(struct http_server *s, struct MHD_Connection *mhd)
{
    /* Neither is ever NULL. */
    const union MHD_ConnectionInfo *const socket =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *const from =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const bool full = s->open++ >= s->options.limits.connections;
    struct connection *const c = full ? NULL : calloc(1, sizeof *c);
    atomic_fetch_add(full ? &s->refused_limit : &s->connections, 1);
    if (!c) {
        (void)shutdown(socket->connect_fd, SHUT_RDWR);
        return NULL;
    }
    watch_begin(s->watchdog, &c->watch, socket->connect_fd);
    listen_peer(from->client_addr, c->peer);
    return c;
}

static void end_connection(struct http_server *s, struct connection *c)
{
    s->open--;
    if (!c)
        return;
    watch_end(s->watchdog, &c->watch);
    exchange_free(c->exchange);
    free(c);
}

/* Called at the beginning and at the end of each connection that it has; who was dropped has
 * neither. */
static void follow_connection(void *arg, struct MHD_Connection *mhd, void **context,
                              enum MHD_ConnectionNotificationCode what)
{
    struct http_server *const s = arg;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = begin_connection(s, mhd);
        return;
    }
    end_connection(s, *context);
    *context = NULL;
}

/* --- opening --- */

static enum rc start_daemon(struct http_server *s, struct diag *d)
{
    const struct http_limits *const l = &s->options.limits;
    struct MHD_Daemon *const one = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0,
        NULL, NULL, request_part, s,
        /* begin_connection() ends what is too many: nobody is told of those above. */
        MHD_OPTION_CONNECTION_LIMIT, l->connections + 16, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        l->per_address, MHD_OPTION_CONNECTION_TIMEOUT, (l->idle_ms + 999) / 1000,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits_connection_memory(l),
        MHD_OPTION_URI_LOG_CALLBACK, request_line, s, MHD_OPTION_UNESCAPE_CALLBACK,
        request_unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED, request_end, s,
        MHD_OPTION_NOTIFY_CONNECTION, follow_connection, s, MHD_OPTION_END);
    if (!one)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot start the HTTP server on '%s'",
                        s->listening.address);
    s->daemons[s->daemon_count++] = one;
    return RC_OK;
}

static enum rc start_daemons(struct http_server *s, struct diag *d)
{
    const struct acceptor_options o = { .listening = s->listening.fd, .take = deal, .arg = s };
    assert(s->options.limits.io_threads <= HTTP_IO_THREADS_MAX);
    for (uint32_t i = 0; i < s->options.limits.io_threads; i++) {
        const enum rc rc = start_daemon(s, d);
        if (rc != RC_OK)
            return rc;
    }
    return acceptor_open(&o, &s->acceptor, d);
}

static enum rc start_threads(struct http_server *s, struct diag *d)
{
    const struct http_limits *const l = &s->options.limits;
    const uint32_t ms[WATCH_KINDS] = {
        [WATCH_HEAD] = l->head_ms,
        [WATCH_NEXT] = l->idle_ms + l->head_ms,
        [WATCH_BODY] = l->body_ms,
        [WATCH_ANSWER] = l->answer_ms,
    };
    const enum rc rc = watchdog_new(ms, &s->watchdog, d);
    return rc == RC_OK ? pool_new(l->threads, l->waiting, &s->pool, d) : rc;
}

static enum rc take_options(const struct http_options *o, struct http_server *s, struct diag *d)
{
    s->options = *o;
    s->options.limits = limits_settle(&o->limits);
    if (o->spool && !(s->spool = strdup(o->spool)))
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the HTTP server");
    for (const struct http_route *r = o->routes; r->path; r++)
        assert(r->path[0] == '/' && r->handle && (r->body != HTTP_BODY_FILE || o->spool));
    return RC_OK;
}

static enum rc open_server(const struct http_options *o, struct http_server *s, struct diag *d)
{
    enum rc rc = take_options(o, s, d);
    if (rc == RC_OK)
        rc = o->listen ? listen_open(o->listen, &s->listening, d)
                       : listen_adopt(o->listen_fd, &s->listening, d);
    if (rc == RC_OK)
        rc = start_threads(s, d);
    return rc == RC_OK ? start_daemons(s, d) : rc;
}

enum rc http_open(const struct http_options *o, struct http_server **ret, struct diag *d)
{
    assert(o && o->routes && ret);

    struct http_server *const s = calloc(1, sizeof *s);
    if (!s)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the HTTP server");
    s->listening.fd = -1;
    const enum rc rc = open_server(o, s, d);
    if (rc != RC_OK) {
        http_close(s);
        return rc;
    }
    *ret = s;
    return RC_OK;
}

const char *http_address(const struct http_server *s)
{
    return s->listening.address;
}

void http_count(const struct http_server *s, struct http_counts *ret)
{
    *ret = (struct http_counts){
        .connections = s->connections,
        .open = s->open,
        .refused_malformed = s->refused_malformed,
        .refused_limit = s->refused_limit,
        .timed_out = watchdog_timed_out(s->watchdog),
    };
}

/* --- stopping --- */

static void sleep_ms(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    (void)nanosleep(&t, NULL);
}

void http_stop(struct http_server *s, uint32_t grace_ms)
{
    if (!s->acceptor || s->stopping)
        return;
    s->stopping = true;
    acceptor_close(s->acceptor);
    s->acceptor = NULL;
    listen_end(&s->listening);

    watchdog_cut(s->watchdog, false);
    for (uint32_t waited = 0; s->under_way > 0 && waited < grace_ms; waited += POLL_MS)
        sleep_ms(POLL_MS);
    watchdog_cut(s->watchdog, true);
}

void http_close(struct http_server *s)
{
    if (!s)
        return;
    http_stop(s, 0);
    /* Nothing may be suspended when libmicrohttpd stops: whoever works finishes first. */
    if (s->pool)
        pool_close(s->pool);
    while (s->later > 0)
        sleep_ms(1);
    for (size_t i = 0; i < s->daemon_count; i++)
        MHD_stop_daemon(s->daemons[i]);
    watchdog_free(s->watchdog);
    pool_free(s->pool);
    listen_close(&s->listening);
    free(s->spool);
    free(s);
}
