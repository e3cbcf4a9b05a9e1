#include "core/http/request.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "core/http/exchange.h"
#include "core/http/kept.h"
#include "core/http/server_state.h"

/* A refused body up to this length is read and dropped, so that the connection can go on. */
#define DROPPED_BODY_MAX 65536u

static int64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void set_watch(struct http_exchange *x, enum watch_for what)
{
    watch_for(x->server->watchdog, &x->connection->watch, what);
}

/* --- the answer --- */

static enum MHD_Result send_answer(struct http_exchange *x)
{
    assert(x->response || x->kept);

    const bool closing = x->close || x->server->stopping;
    if (closing && x->response)
        (void)MHD_add_response_header(x->response, "Connection", "close");
    x->phase = EXCHANGE_ANSWERED;
    x->took_us = now_us() - x->began_us;
    set_watch(x, WATCH_ANSWER);
    if (x->kept)
        return MHD_queue_response(x->mhd, x->status, kept_response(x->kept, closing));
    const enum MHD_Result sent = MHD_queue_response(x->mhd, x->status, x->response);
    MHD_destroy_response(x->response);
    x->response = NULL;
    return sent;
}

/* In the call that brings the request's end: what is answered later needs another. */
static bool answers_at_once(const struct http_route *route)
{
    return route->quick && route->body == HTTP_BODY_NONE;
}

static void run_handle(struct http_exchange *x)
{
    x->handle(x, x->server->options.arg);
    if (!x->later && !x->moved && x->status == 0)
        refusal_answer(x, REFUSED_INTERNAL, NULL);
}

/* When it is the last that has x, x is libmicrohttpd's thread's again, which calls again. */
static void let_go(struct http_exchange *x)
{
    struct http_server *const s = x->server;
    const bool later = x->later;
    if (atomic_fetch_sub(&x->hands, 1) != 1)
        return;
    MHD_resume_connection(x->mhd);
    if (later)
        s->later--;
}

void http_answer_later(struct http_exchange *x)
{
    assert(!x->later && !answers_at_once(x->head->match.route));
    x->later = true;
    x->server->later++;
    x->hands++;
}

void http_answered(struct http_exchange *x)
{
    if (x->status == 0)
        refusal_answer(x, REFUSED_INTERNAL, NULL);
    let_go(x);
}

void http_on_thread(struct http_exchange *x, void (*handle)(struct http_exchange *x, void *arg))
{
    assert(x->head->match.route->quick && x->head->match.route->body != HTTP_BODY_NONE);
    x->handle = handle;
    x->moved = true;
}

static void run_handler(struct pool_job *job, bool cut)
{
    struct http_exchange *const x = (struct http_exchange *)(void *)job;
    if (cut)
        refusal_answer(x, REFUSED_STOPPING, NULL);
    else
        run_handle(x);
    let_go(x);
}

static enum MHD_Result hand_over(struct http_exchange *x)
{
    x->phase = EXCHANGE_WORKING;
    x->hands = 1;
    x->moved = false;
    x->job.run = run_handler;
    set_watch(x, WATCH_NOTHING);
    MHD_suspend_connection(x->mhd);
    if (!pool_give(x->server->pool, &x->job)) {
        refusal_answer(x, x->server->stopping ? REFUSED_STOPPING : REFUSED_BUSY, NULL);
        let_go(x);
    }
    return MHD_YES;
}

/* A quick one, on this thread: it is suspended only when the answer is another's. */
static enum MHD_Result handle_here(struct http_exchange *x)
{
    x->hands = 1;
    run_handle(x);
    if (x->moved)
        return hand_over(x);
    if (!x->later)
        return send_answer(x);
    x->phase = EXCHANGE_WORKING;
    set_watch(x, WATCH_NOTHING);
    MHD_suspend_connection(x->mhd);
    let_go(x);
    return MHD_YES;
}

/* --- all of the request is here --- */

static void refuse_body(struct http_exchange *x)
{
    struct diag d = DIAG_INIT;
    (void)diag_set(&d, RC_LIMIT, (size_t)x->body.max, "a body of over %llu bytes",
                   (unsigned long long)x->body.max);
    refusal_answer(x, REFUSED_BODY_LEN, &d);
}

static enum MHD_Result finish_request(struct http_exchange *x)
{
    const enum rc rc = body_end(&x->body);
    if (!x->response && x->body.too_large)
        refuse_body(x);
    if (!x->response && rc != RC_OK)
        refusal_answer(x, REFUSED_STORAGE, NULL);

    /*
     * Not suspended yet: libmicrohttpd would still want to read when the connection is resumed, and
     * hang up on a client that has closed its own direction. It calls again at once.
     */
    if (!x->response && !answers_at_once(x->head->match.route)) {
        x->phase = EXCHANGE_WHOLE;
        return MHD_YES;
    }
    return x->response ? send_answer(x) : handle_here(x);
}

static enum MHD_Result take_body(struct http_exchange *x, const char *data, size_t *len)
{
    const bool goes_on = body_add(&x->body, span_of(data, *len));
    *len = 0;
    return goes_on ? MHD_YES : MHD_NO;
}

/* --- its head is here --- */

static enum MHD_Result wait_for_body(struct http_exchange *x)
{
    x->phase = EXCHANGE_BODY;
    set_watch(x, WATCH_BODY);
    return MHD_YES;
}

static void count_refusal(struct http_server *s, enum refusal r)
{
    switch (r) {
    case REFUSED_MALFORMED:
    case REFUSED_TARGET:
    case REFUSED_CODING:
    case REFUSED_EXPECTATION:
        s->refused_malformed++;
        break;
    case REFUSED_NO_BODY:
    case REFUSED_BODY_LEN:
    case REFUSED_TARGET_LEN:
    case REFUSED_HEADERS:
        s->refused_limit++;
        break;
    case REFUSED_NOT:
    case REFUSED_NO_ROUTE:
    case REFUSED_METHOD:
    case REFUSED_INTERNAL:
    case REFUSED_BUSY:
    case REFUSED_STOPPING:
    case REFUSED_STORAGE:
        break;
    }
}

/* The client is heard out when that is cheap; else this answer ends the connection. */
static enum MHD_Result refuse(struct http_exchange *x, enum refusal r, const struct diag *d)
{
    count_refusal(x->server, r);
    if (r == REFUSED_METHOD)
        http_answer_header(x, "Allow", route_allow(&x->head->match));
    refusal_answer(x, r, d);

    const struct field_body *const b = &x->head->body;
    if (!x->close && !b->chunked && !b->expects_continue && b->len <= DROPPED_BODY_MAX)
        return wait_for_body(x);
    x->close = true;
    x->unheard = true;
    return send_answer(x);
}

static enum MHD_Result start_request(struct http_exchange *x, const struct head_given *given)
{
    x->server->under_way++;
    x->began_us = now_us();

    struct diag d = DIAG_INIT;
    const struct http_options *const o = &x->server->options;
    const enum refusal r = head_read(given, &o->limits, o->routes, x->head, &d);
    x->close = x->head->close;
    if (r != REFUSED_NOT)
        return refuse(x, r, &d);

    const struct http_route *const route = x->head->match.route;
    x->handle = route->handle;
    if (body_begin(&x->body, route->body, route->body_max, x->server->spool, &d) != RC_OK)
        return refuse(x, REFUSED_STORAGE, NULL);
    return wait_for_body(x);
}

/* --- callbacks --- */

void *request_line(void *arg, const char *uri, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *const c = info->socket_context;
    if (c && !c->exchange)
        c->exchange = exchange_new(arg, c);
    const bool begun = c && c->exchange && exchange_begin(c->exchange, connection, uri ? uri : "");
    return begun ? c->exchange : NULL;
}

/* core/http/target.c decodes; what stands here in place of the target is not looked at. */
size_t request_unescape(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return strlen(text);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are the library's */
enum MHD_Result request_part(void *arg, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *data_len, void **context)
{
    (void)arg;
    struct http_exchange *const x = *context;
    if (!x)
        return MHD_NO;

    switch (x->phase) {
    case EXCHANGE_NEW:
        return start_request(
            x, &(struct head_given){ .connection = connection,
                                     .method = method,
                                     .url = url,
                                     .version = version,
                                     .target = (const char *)x->targets.ptr,
                                     .room = (char *)x->targets.ptr + x->targets.len });
    case EXCHANGE_BODY:
        return *data_len > 0 ? take_body(x, data, data_len) : finish_request(x);
    case EXCHANGE_WHOLE:
        return x->head->match.route->quick ? handle_here(x) : hand_over(x);
    case EXCHANGE_WORKING:
        return send_answer(x);
    case EXCHANGE_ANSWERED:
        break;
    }
    return MHD_NO;
}

static void linger(struct http_exchange *x)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(x->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        watchdog_linger(x->server->watchdog, info->connect_fd);
}

void request_end(void *arg, struct MHD_Connection *connection, void **context,
                 enum MHD_RequestTerminationCode why)
{
    (void)connection;
    struct http_server *const s = arg;
    struct http_exchange *const x = *context;
    if (!x)
        return;

    if (x->phase == EXCHANGE_ANSWERED && s->options.answered)
        s->options.answered(s->options.arg, x->head->match.route, x->status,
                            (uint64_t)(x->took_us > 0 ? x->took_us : 0));
    if (x->unheard && why == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        linger(x);
    set_watch(x, WATCH_NEXT);
    if (x->began_us != 0)
        s->under_way--;
    exchange_end(x);
    *context = NULL;
}
