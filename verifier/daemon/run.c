#define _GNU_SOURCE /* SCHED_BATCH */
#include "verifier/daemon/run.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "core/holder/live.h"
#include "core/sys/clock.h"
#include "core/sys/file.h"
#include "core/sys/helpers.h"
#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "core/sys/signals.h"
#include "verifier/daemon/endpoint.h"
#include "verifier/daemon/shelf.h"

#define TICK_MS        500 /* how soon a new publication is seen */
#define GRACE_MS       10000
#define HELPER_MS      3000 /* for one to end */
#define DIGESTS_KEY    "keys/lookup.key"
#define DIGESTS_SOCKET "run/digests.sock"
#define STAPLE_KEY     "keys/staple-1.pem"
#define ANSWER_KEY     "keys/answer-1.pem"
#define HOME_EMPLOYERS "employers.json"

struct run {
    struct endpoint endpoint;
    struct helpers *helpers; /* those that nobody else starts */
    bool own_digests;
    int signals;
};

static enum rc open_store(const struct run_options *o, struct store **ret, struct diag *d)
{
    const struct store_options so = { .folder = o->published, .root = o->root };
    return store_open(&so, ret, d);
}

enum rc run_check(const struct run_options *o, struct diag *d)
{
    struct store *store = NULL;
    const enum rc rc = open_store(o, &store, d);
    store_close(store);
    return rc;
}

/* --- the server --- */

static void answered(void *arg, const struct http_route *route, unsigned status, uint64_t micros)
{
    struct endpoint *const e = arg;
    const size_t i = route ? (size_t)(route - e->routes) : e->route_count;
    metrics_request(e->metrics, i, status, micros);
    struct log_line l = log_begin(status >= 500 ? LEVEL_WARN : LEVEL_DEBUG, "request");
    log_word(&l, "route", e->route_names[i]);
    log_number(&l, "status", status);
    log_number(&l, "us", (int64_t)micros);
    log_end(&l);
}

static enum rc open_metrics(const struct run_options *o, struct endpoint *e, struct diag *d)
{
    static const struct http_route routes[] = {
        { HTTP_GET, "/metrics", HTTP_BODY_NONE, 0, endpoint_get_metrics, false },
        HTTP_ROUTES_END,
    };
    const struct http_options ho = {
        .listen = o->metrics_listen,
        .listen_fd = -1,
        .routes = routes,
        .arg = e,
        .limits = { .connections = 64, .threads = 2 },
    };
    return http_open(&ho, &e->metrics_server, d);
}

/* Judging is quick and done where requests are read: a processor each. */
static uint32_t io_threads(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1)
        return 1;
    return processors < HTTP_IO_THREADS_MAX ? (uint32_t)processors : HTTP_IO_THREADS_MAX;
}

/*
 * A thread that is woken by a request waits for a processor instead of pushing away who has it, and
 * then finds more requests. All threads from here on, and the helpers. Under the unit, which has
 * said so already, this is refused.
 */
static void be_patient(void)
{
    const struct sched_param none = { 0 };
    (void)sched_setscheduler(0, SCHED_BATCH, &none);
}

static enum rc open_server(const struct run_options *o, struct endpoint *e, struct diag *d)
{
    const char *const headers[] = {
        "X-Content-Type-Options",
        "nosniff",
        "Referrer-Policy",
        "no-referrer",
        "Content-Security-Policy",
        e->policy,
        "Permissions-Policy",
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy",
        "same-origin",
        "X-Frame-Options",
        "DENY",
        NULL,
    };
    _Static_assert(sizeof headers <= sizeof e->headers, "all of them");
    memcpy(e->headers, headers, sizeof headers);

    int fd = -1;
    struct http_server *server = NULL;
    enum rc rc = notify_listen_fd(&fd, d);
    if (rc != RC_OK)
        return rc;
    const struct http_options ho = {
        .listen = fd >= 0 ? NULL : o->listen,
        .listen_fd = fd,
        .routes = e->routes,
        .arg = e,
        .limits = { .body_ms = 120000, .answer_ms = 300000, .io_threads = io_threads() },
        .spool = o->spool,
        .headers = e->headers,
        .answered = answered,
        .refuse = endpoint_refused,
    };
    rc = http_open(&ho, &server, d);
    if (rc != RC_OK)
        return rc;
    e->server = server;
    return o->metrics_listen ? open_metrics(o, e, d) : RC_OK;
}

/* --- the processes that hold a key each --- */

/* By hand a helper is ours to start, where there is a home with its key. */
static enum rc is_ours(const struct run_options *o, const char *key_file, bool *ret, struct diag *d)
{
    char key[PATH_LEN], folder[PATH_LEN];
    enum rc rc = path_join(o->home, "run", folder, d);
    if (rc == RC_OK)
        rc = path_join(o->home, key_file, key, d);
    *ret = rc == RC_OK && access(key, R_OK) == 0;
    return *ret ? folder_make(folder, 0700, d) : rc;
}

/* --- look-ups --- */

/* given, else what stands beside the published folder. */
static enum rc beside(const struct run_options *o, const char *given, const char *suffix,
                      char ret[PATH_LEN], struct diag *d)
{
    size_t len = strlen(o->published);
    while (len > 1 && o->published[len - 1] == '/')
        len--;
    if (given)
        return path_join("", given, ret, d);
    const int n = snprintf(ret, PATH_LEN, "%.*s%s", (int)len, o->published, suffix);
    return n > 0 && n < PATH_LEN ? RC_OK : diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a path too long");
}

static enum rc start_digests(const struct run_options *o, const char *employers,
                             char socket[PATH_LEN], struct run *r, struct diag *d)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(r->endpoint.store);
    const bool demo = bundle_trust(publication_bundle(p))->demo;
    const enum rc rc = path_join(o->home, DIGESTS_SOCKET, socket, d);
    const char *const words[] = {
        "sitecert-digests",     "--home", o->home, "--socket", socket, "--employers", employers,
        demo ? "--demo" : NULL, NULL
    };
    return r->own_digests && rc == RC_OK ? helpers_add(r->helpers, words, d) : rc;
}

/* By hand, in the home, a key holds from the moment on in which it was printed, and a suspended one
 * no longer than that. Elsewhere there is only what was published. */
static enum rc find_employers(const struct run_options *o, bool at_home, char ret[PATH_LEN],
                              struct diag *d)
{
    return at_home && !o->employers ? path_join(o->home, HOME_EMPLOYERS, ret, d)
                                    : beside(o, o->employers, ".employers", ret, d);
}

static enum rc open_lookups(const struct run_options *o, struct run *r, struct diag *d)
{
    char table[PATH_LEN], socket[PATH_LEN], employers[PATH_LEN];
    enum rc rc = beside(o, o->lookup, ".lookup", table, d);
    if (rc == RC_OK && !o->digests)
        rc = is_ours(o, DIGESTS_KEY, &r->own_digests, d);
    if (rc == RC_OK)
        rc = find_employers(o, r->own_digests, employers, d);
    if (rc == RC_OK)
        rc = roll_open(employers, &r->endpoint.employers, d);
    if (rc == RC_OK)
        rc = o->digests ? path_join("", o->digests, socket, d)
                        : start_digests(o, employers, socket, r, d);
    return rc == RC_OK ? lookups_open(table, socket, &r->endpoint.lookups, d) : rc;
}

static void refresh_lookups(struct endpoint *e)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    lookups_refresh(e->lookups, bundle_trust(publication_bundle(p))->deployment);
    struct diag d = DIAG_INIT;
    const enum rc rc = roll_refresh(e->employers, &d);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "employers_not_taken", rc, &d);
}

/* --- what holders come for --- */

static enum rc start_staple(const struct run_options *o, char socket[PATH_LEN], struct helpers *h,
                            struct diag *d)
{
    bool ours = false;
    enum rc rc = path_join(o->home, LIVE_SOCKET, socket, d);
    if (rc == RC_OK)
        rc = is_ours(o, STAPLE_KEY, &ours, d);
    const char *const words[] = { "sitecert-staple", "--home",     o->home,
                                  "--published",     o->published, NULL };
    return ours && rc == RC_OK ? helpers_add(h, words, d) : rc;
}

static enum rc open_holders(const struct run_options *o, struct run *r, struct diag *d)
{
    char reader[PATH_LEN], staple[PATH_LEN];
    enum rc rc = o->holder ? path_join("", o->holder, reader, d)
                           : path_join(o->home, HOLDER_SOCKET, reader, d);
    if (rc == RC_OK)
        rc = o->staple ? path_join("", o->staple, staple, d)
                       : start_staple(o, staple, r->helpers, d);
    r->endpoint.live = live_pages_new();
    if (rc == RC_OK && !r->endpoint.live)
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "pages of live codes");
    return rc == RC_OK ? holders_open(reader, staple, &r->endpoint.holders, d) : rc;
}

/* --- summaries of employers' lists --- */

static enum rc open_answer(const struct run_options *o, struct run *r, struct diag *d)
{
    bool ours = false;
    if (o->answer)
        return path_join("", o->answer, r->endpoint.answer, d);
    enum rc rc = path_join(o->home, ANSWER_SOCKET, r->endpoint.answer, d);
    if (rc == RC_OK)
        rc = is_ours(o, ANSWER_KEY, &ours, d);
    const char *const words[] = { "sitecert-answer", "--home",     o->home,
                                  "--published",     o->published, NULL };
    return ours && rc == RC_OK ? helpers_add(r->helpers, words, d) : rc;
}

/* --- starting and ending --- */

static enum rc open_endpoint(const struct run_options *o, struct run *r, struct diag *d)
{
    struct endpoint *const e = &r->endpoint;
    enum rc rc = open_store(o, &e->store, d);
    if (rc == RC_OK)
        rc = helpers_new(&r->helpers, d);
    if (rc == RC_OK)
        rc = open_lookups(o, r, d);
    if (rc == RC_OK)
        rc = open_holders(o, r, d);
    if (rc == RC_OK)
        rc = open_answer(o, r, d);
    if (rc != RC_OK)
        return rc;
    helpers_tend(r->helpers, clock_elapsed_ms());
    refresh_lookups(e);
    if (r->own_digests)
        lookups_wait(e->lookups);
    e->address_header = o->address_header;
    endpoint_fill(e);
    e->shelf = shelf_new();
    e->metrics = metrics_new(e->route_names, e->route_count + 1);
    if (!e->shelf || !e->metrics)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "metrics");
    return open_server(o, e, d);
}

static void close_run(struct run *r)
{
    struct endpoint *const e = &r->endpoint;
    http_close(e->metrics_server);
    http_close(e->server);
    helpers_stop(r->helpers, HELPER_MS);
    lookups_close(e->lookups);
    roll_close(e->employers);
    holders_close(e->holders);
    live_pages_free(e->live);
    store_close(e->store);
    shelf_free(e->shelf);
    metrics_free(e->metrics);
    fd_close_at(&r->signals);
}

/* --- while it runs --- */

static void refresh(struct endpoint *e)
{
    bool changed;
    struct diag d = DIAG_INIT;
    const enum rc rc = store_refresh(e->store, &changed, &d);
    if (!changed)
        return;
    if (rc == RC_OK)
        e->publications++;
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    log_take_up("publication", rc, bundle_times(publication_bundle(p)).sequence, &d);
}

static void say_ready(const struct endpoint *e)
{
    const char *const address = http_address(e->server);
    struct log_line l = log_begin(LEVEL_INFO, "ready");
    log_word(&l, "address", address);
    if (e->metrics_server)
        log_word(&l, "metrics", http_address(e->metrics_server));
    log_end(&l);
    (void)printf("listening %s\n", address);
    (void)fflush(stdout);
    notify_ready();
}

static int wait_ms(const struct run *r)
{
    const int due = helpers_wait_ms(r->helpers, clock_elapsed_ms());
    return notify_tick_ms(due >= 0 && due < TICK_MS ? due : TICK_MS);
}

static void run_until_told(struct run *r)
{
    while (!(signals_take(r->signals, wait_ms(r)) & TOLD_END)) {
        refresh(&r->endpoint);
        refresh_lookups(&r->endpoint);
        helpers_tend(r->helpers, clock_elapsed_ms());
        notify_watchdog();
    }
}

static void wind_down(struct endpoint *e)
{
    log_event(LEVEL_INFO, "stopping");
    notify_stopping();
    e->stopping = true;
    if (e->metrics_server)
        http_stop(e->metrics_server, 100);
    http_stop(e->server, GRACE_MS);
}

enum rc run_endpoint(const struct run_options *o, struct diag *d)
{
    ON_EXIT(close_run) struct run r = { .signals = -1 };
    enum rc rc = signals_open(TOLD_END | TOLD_RELOAD, &r.signals, d);
    if (rc != RC_OK)
        return rc;

    log_open("sitecert-verifierd", LEVEL_INFO);
    be_patient();
    rc = open_endpoint(o, &r, d);
    if (rc != RC_OK)
        return rc;
    say_ready(&r.endpoint);
    run_until_told(&r);
    wind_down(&r.endpoint);
    return RC_OK;
}
