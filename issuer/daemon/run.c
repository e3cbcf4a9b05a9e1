#include "issuer/daemon/run.h"

#include <assert.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/helpers.h"
#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "core/sys/program.h"
#include "core/sys/signals.h"
#include "issuer/daemon/front.h"

#define TICK_MS        1000
#define TICK_READY_MS  50     /* until all parts are ready */
#define START_LIMIT_MS 120000 /* for helpers that we have started ourselves */
#define SPARE_FILES    256u   /* beyond connections and requests */
#define IO_THREADS_MAX 16u

static const char *const helper_names[FRONT_HELPERS] = { "sitecert-signer", "sitecert-core",
                                                         "sitecert-reader" };

struct run {
    struct front front;
    struct helpers *helpers;
    int lock, signals;
    bool ready; /* has been said */
    int64_t began_ms;
};

const char *front_helper_name(size_t i)
{
    assert(i < FRONT_HELPERS);
    return helper_names[i];
}

/* --- what has to be there --- */

static const char *listen_of(const struct run_options *o, const struct home *h)
{
    return o->listen ? o->listen : h->settings.issuer.listen;
}

static enum rc check_helpers(struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < FRONT_HELPERS; i++)
        rc = program_beside(front_helper_name(i), path, d);
    return rc;
}

enum rc run_check(const struct run_options *o, struct diag *d)
{
    ON_EXIT(home_close) struct home h = { 0 };
    ON_EXIT(who_close_at) struct who *who = NULL;
    enum rc rc = home_open(o->home, &h, d);
    if (rc == RC_OK)
        rc = who_open(o->home, &who, d);
    if (rc == RC_OK && o->helpers)
        rc = check_helpers(d);
    if (rc != RC_OK)
        return rc;
    if (h.settings.issuer.external_url[0] &&
        !target_base_valid(span_text(h.settings.issuer.external_url)))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "sitecert.ini: 'external_url' is no base of URLs");
    return RC_OK;
}

static enum rc open_link(const struct home *h, const char *name, struct link **ret, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, name, path, d);
    return rc == RC_OK ? link_new(path, ret, d) : rc;
}

static enum rc open_relay(const struct home *h, struct relay **ret, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, CORE_SOCKET, path, d);
    return rc == RC_OK ? relay_new(path, ret, d) : rc;
}

static void raise_file_limit(const struct issuer_settings *s)
{
    struct rlimit l;
    const rlim_t want = (rlim_t)s->connections + 3 * (rlim_t)s->requests + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= want)
        return;
    l.rlim_cur = want < l.rlim_max ? want : l.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur < want) {
        struct log_line line = log_begin(LEVEL_WARN, "few_files");
        log_number(&line, "open_files", (int64_t)l.rlim_cur);
        log_number(&line, "wanted", (int64_t)want);
        log_end(&line);
    }
}

/* --- the server --- */

static void answered(void *arg, const struct http_route *route, unsigned status, uint64_t micros)
{
    struct front *const f = arg;
    const size_t i = route ? (size_t)(route - f->routes) : f->route_count;
    metrics_request(f->metrics, i, status, micros);
    struct log_line l = log_begin(status >= 500 ? LEVEL_WARN : LEVEL_DEBUG, "request");
    log_word(&l, "route", f->route_names[i]);
    log_number(&l, "status", status);
    log_number(&l, "us", (int64_t)micros);
    log_end(&l);
}

static void answered_metrics(void *arg, const struct http_route *route, unsigned status,
                             uint64_t micros)
{
    struct front *const f = arg;
    const bool is_metrics = route && route->handle == front_get_metrics;
    metrics_request(f->metrics, is_metrics ? f->route_count - 1 : f->route_count, status, micros);
}

static enum rc open_metrics(struct front *f, struct diag *d)
{
    static struct http_route routes[] = {
        { HTTP_GET, "/metrics", HTTP_BODY_NONE, 0, front_get_metrics, false },
        { HTTP_GET, "/", HTTP_BODY_NONE, 0, front_get_overview, false },
        HTTP_ROUTES_END,
    };
    const struct http_options o = {
        .listen = f->home.settings.issuer.metrics_listen,
        .listen_fd = -1,
        .routes = routes,
        .arg = f,
        .limits = { .connections = 64, .threads = 2 },
        .answered = answered_metrics,
    };
    return http_open(&o, &f->metrics_server, d);
}

/* Only a base of ours makes signatures hold: nobody is let in before it stands (front_identify). */
static void set_base(struct front *f, struct http_server *server)
{
    const char *const url = f->home.settings.issuer.external_url;
    if (url[0])
        (void)snprintf(f->base, sizeof f->base, "%s", url);
    else
        target_base_of_listen(http_address(server), f->base);
    f->server = server;
}

/* Signatures of small batches are checked where requests are read: a processor each. */
static uint32_t io_threads(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1)
        return 1;
    return processors < IO_THREADS_MAX ? (uint32_t)processors : IO_THREADS_MAX;
}

static enum rc open_server(struct front *f, const char *listen, struct diag *d)
{
    static const char *const headers[] = { "X-Content-Type-Options", "nosniff", NULL };
    const struct issuer_settings *const s = &f->home.settings.issuer;
    char spool[PATH_LEN];
    struct http_server *server = NULL;
    int fd = -1;
    enum rc rc = home_folder(&f->home, "spool", spool, d);
    if (rc == RC_OK)
        rc = notify_listen_fd(&fd, d);
    if (rc != RC_OK)
        return rc;

    const struct http_options o = {
        .listen = fd >= 0 ? NULL : listen,
        .listen_fd = fd,
        .routes = f->routes,
        .arg = f,
        .limits = { .connections = s->connections,
                    .threads = s->requests,
                    .io_threads = io_threads() },
        .spool = spool,
        .headers = headers,
        .answered = answered,
    };
    rc = http_open(&o, &server, d);
    if (rc != RC_OK)
        return rc;
    set_base(f, server);
    return s->metrics_listen[0] ? open_metrics(f, d) : RC_OK;
}

/* --- starting and ending --- */

static enum rc open_front(struct run *r, const struct run_options *o, struct diag *d)
{
    struct front *const f = &r->front;
    enum rc rc = home_claim(&f->home, "sitecert-issuerd", &r->lock, d);
    if (rc == RC_OK)
        rc = who_open(f->home.path, &f->who, d);
    if (rc == RC_OK)
        rc = open_link(&f->home, CORE_SOCKET, &f->core, d);
    if (rc == RC_OK)
        rc = open_link(&f->home, READER_SOCKET, &f->reader, d);
    if (rc == RC_OK)
        rc = open_relay(&f->home, &f->relay, d);
    if (rc != RC_OK)
        return rc;

    raise_file_limit(&f->home.settings.issuer);
    front_routes_fill(f, f->home.settings.issuer.metrics_listen[0] != '\0');
    f->metrics = metrics_new(f->route_names, f->route_count + 1);
    if (!f->metrics)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "metrics");
    f->has_helpers = o->helpers;
    return open_server(f, listen_of(o, &f->home), d);
}

static void close_front(struct run *r)
{
    struct front *const f = &r->front;
    link_cut(f->core);
    link_cut(f->reader);
    relay_cut(f->relay);
    http_close(f->metrics_server);
    http_close(f->server);
    helpers_stop(r->helpers, f->home.settings.issuer.grace_s * 1000);
    link_free(f->core);
    link_free(f->reader);
    relay_free(f->relay);
    who_close(f->who);
    metrics_free(f->metrics);
    home_close(&f->home);
    fd_close_at(&r->lock);
    fd_close_at(&r->signals);
}

/* --- while it runs --- */

static void reload(struct run *r)
{
    ON_EXIT(home_close) struct home h = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = home_open(r->front.home.path, &h, &d);
    who_reload(r->front.who);
    if (rc == RC_OK)
        home_set_log_level(&h);
    else
        log_failure(LEVEL_ERROR, "settings_not_read", rc, &d);
    log_event(LEVEL_INFO, "reloaded");
}

static enum rc start_helpers(struct run *r, struct diag *d)
{
    enum rc rc = helpers_new(&r->helpers, d);
    for (size_t i = 0; rc == RC_OK && i < FRONT_HELPERS; i++) {
        const char *const words[] = { front_helper_name(i), "--home", r->front.home.path, NULL };
        rc = helpers_add(r->helpers, words, d);
    }
    if (rc == RC_OK)
        helpers_tend(r->helpers, clock_elapsed_ms());
    return rc;
}

static void tend_helpers(struct run *r)
{
    if (!r->helpers)
        return;
    helpers_tend(r->helpers, clock_elapsed_ms());
    for (size_t i = 0; i < FRONT_HELPERS; i++) {
        const struct helper_count c = helpers_count(r->helpers, i);
        r->front.helper[i].running = c.pid > 0;
        r->front.helper[i].restarts = c.restarts;
    }
}

static void say_ready(struct run *r)
{
    const char *const address = http_address(r->front.server);
    struct log_line l = log_begin(LEVEL_INFO, "ready");
    log_word(&l, "address", address);
    log_number(&l, "after_ms", clock_elapsed_ms() - r->began_ms);
    log_end(&l);
    (void)printf("listening %s\n", address);
    (void)fflush(stdout);
    notify_ready();
    r->ready = true;
}

/* RC_OK: is ready now, or may still become so. */
static enum rc look_whether_ready(struct run *r, struct diag *d)
{
    struct front_part parts[FRONT_PARTS];
    if (front_parts(&r->front, parts, NULL)) {
        say_ready(r);
        return RC_OK;
    }
    if (!r->helpers || clock_elapsed_ms() - r->began_ms < START_LIMIT_MS)
        return RC_OK;
    for (size_t i = 0; i < FRONT_PARTS; i++) {
        if (!parts[i].ready)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "not ready after %d s: %s: %s",
                            START_LIMIT_MS / 1000, parts[i].name, parts[i].reason);
    }
    return RC_OK;
}

static int wait_ms(const struct run *r)
{
    int ms = r->ready ? TICK_MS : TICK_READY_MS;
    const int due = r->helpers ? helpers_wait_ms(r->helpers, clock_elapsed_ms()) : -1;
    if (due >= 0 && due < ms)
        ms = due;
    return notify_tick_ms(ms);
}

static enum rc run_until_told(struct run *r, struct diag *d)
{
    for (;;) {
        const unsigned told = signals_take(r->signals, wait_ms(r));
        if (told & TOLD_END)
            return RC_OK;
        if (told & TOLD_RELOAD)
            reload(r);
        tend_helpers(r);
        who_refresh(r->front.who);
        notify_watchdog();
        const enum rc rc = r->ready ? RC_OK : look_whether_ready(r, d);
        if (rc != RC_OK)
            return rc;
    }
}

/* Requests under way end first, then what they need. */
static void wind_down(struct run *r)
{
    log_event(LEVEL_INFO, "stopping");
    notify_stopping();
    r->front.stopping = true;
    if (r->front.metrics_server)
        http_stop(r->front.metrics_server, 100);
    http_stop(r->front.server, r->front.home.settings.issuer.grace_s * 1000);
}

enum rc run_daemon(const struct run_options *o, struct diag *d)
{
    ON_EXIT(close_front)
    struct run r = { .lock = -1, .signals = -1, .began_ms = clock_elapsed_ms() };
    enum rc rc = signals_open(TOLD_END | TOLD_RELOAD | TOLD_CHILD, &r.signals, d);
    if (rc == RC_OK)
        rc = home_open(o->home, &r.front.home, d);
    if (rc != RC_OK)
        return rc;

    log_open("sitecert-issuerd", LEVEL_INFO);
    home_set_log_level(&r.front.home);
    rc = run_check(o, d);
    if (rc == RC_OK)
        rc = open_front(&r, o, d);
    if (rc == RC_OK && o->helpers)
        rc = start_helpers(&r, d);
    if (rc != RC_OK)
        return rc;

    rc = run_until_told(&r, d);
    wind_down(&r);
    return rc;
}
