#include "issuer/core/run.h"

#include <assert.h>
#include <signal.h>

#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "core/sys/signals.h"
#include "issuer/core/bodies.h"
#include "issuer/core/serve.h"

#define FOLDER "batches"

struct run {
    struct home home; /* settings alone: its clock is when we began */
    int lock, signals;
    char folder[PATH_LEN], bodies[PATH_LEN], socket[PATH_LEN];
    struct vault *vault;
    struct journal *journal;
    struct batch_copy *copy; /* NULL: no mirror */
    struct outlets *outlets;
    struct desk *desk;
    struct roster *roster;
    struct worker *worker;
    struct serve *serve;
    atomic_bool over; /* the worker has ended by itself */
};

/* A disk quota is an error of the call, not the end of us. */
static enum rc open_signals(struct run *r, struct diag *d)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    return signals_open(TOLD_END | TOLD_RELOAD | TOLD_SELF, &r->signals, d);
}

static void worker_over(void *arg)
{
    struct run *const r = arg;
    r->over = true;
    signals_tell_self();
}

/* Asked again until the second disk is there: before the register is opened, so nobody appends. */
static enum rc open_copy(void *arg, struct diag *d)
{
    struct run *const r = arg;
    if (r->copy || r->home.settings.mirror[0] == '\0')
        return RC_OK;
    const enum rc rc = batch_copy_open(r->folder, r->home.settings.mirror, &r->copy, d);
    if (rc == RC_OK)
        journal_mirror(r->journal, r->copy);
    return rc;
}

/* --- starting --- */

static enum rc open_batches(struct run *r, struct diag *d)
{
    enum rc rc = home_folder(&r->home, FOLDER, r->folder, d);
    if (rc == RC_OK)
        rc = path_join(r->folder, "bodies", r->bodies, d);
    if (rc == RC_OK)
        rc = bodies_open(r->bodies, d);
    if (rc == RC_OK)
        rc = journal_open(r->folder, &r->journal, d);
    if (rc == RC_OK && journal_torn(r->journal) > 0) {
        struct log_line l = log_begin(LEVEL_WARN, "journal_cut");
        log_number(&l, "bytes", (int64_t)journal_torn(r->journal));
        log_end(&l);
    }
    return rc;
}

static enum rc start_serving(struct run *r, struct diag *d)
{
    const struct issuer_settings *const s = &r->home.settings.issuer;
    const struct serve_options o = {
        .socket = r->socket,
        .desk = r->desk,
        .outlets = r->outlets,
        .worker = r->worker,
        .roster = r->roster,
        .bodies = r->bodies,
        .copy = &r->copy,
        .vault = r->vault,
        .limits = { .rows = s->rows_max, .row_bytes = s->row_bytes_max },
        .body_max_bytes = s->body_max_bytes,
    };
    return serve_start(&o, &r->serve, d);
}

static enum rc start(struct run *r, struct diag *d)
{
    enum rc rc = home_claim(&r->home, "sitecert-core", &r->lock, d);
    if (rc == RC_OK)
        rc = open_batches(r, d);
    if (rc == RC_OK)
        rc = home_vault(&r->home, &r->vault, d);
    if (rc == RC_OK)
        rc = roster_open(r->home.path, &r->roster, d);
    if (rc == RC_OK)
        rc = home_path(&r->home, CORE_SOCKET, r->socket, d);
    if (rc == RC_OK)
        rc = outlets_new(&r->outlets, d);
    if (rc != RC_OK)
        return rc;

    const struct desk_options o = { .journal = r->journal,
                                    .queue_batches = r->home.settings.issuer.queue_batches,
                                    .all_told = outlets_flush,
                                    .arg = r->outlets };
    rc = desk_new(&o, &r->desk, d);
    const struct worker_options worker = { .home = r->home.path,
                                           .desk = r->desk,
                                           .bodies = r->bodies,
                                           .vault = r->vault,
                                           .ready = open_copy,
                                           .over = worker_over,
                                           .arg = r };
    if (rc == RC_OK)
        rc = worker_start(&worker, &r->worker, d);
    return rc == RC_OK ? start_serving(r, d) : rc;
}

/* --- while it runs, and its end --- */

static void reload(struct run *r)
{
    ON_EXIT(home_close) struct home h = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = home_open(r->home.path, &h, &d);
    roster_refresh(r->roster);
    worker_retry_trust(r->worker);
    if (rc == RC_OK)
        home_set_log_level(&h);
    else
        log_failure(LEVEL_ERROR, "settings_not_read", rc, &d);
    log_event(LEVEL_INFO, "reloaded");
}

static enum rc run_until_told(struct run *r, struct diag *d)
{
    for (;;) {
        const unsigned told = signals_take(r->signals, TOLD_FOR_EVER);
        if (r->over)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "it cannot go on: see the log");
        if (told & TOLD_END)
            return RC_OK;
        if (told & TOLD_RELOAD)
            reload(r);
    }
}

static void end(struct run *r)
{
    notify_stopping();
    desk_stop_taking(r->desk);
    worker_stop(r->worker);
    serve_stop(r->serve);
    worker_free(r->worker);
    desk_free(r->desk);
    outlets_free(r->outlets);
    roster_close(r->roster);
    journal_close(r->journal);
    batch_copy_close(r->copy);
    vault_free(r->vault);
    home_close(&r->home);
    fd_close_at(&r->lock);
    fd_close_at(&r->signals);
}

enum rc run_core(const char *home, struct diag *d)
{
    assert(home);

    ON_EXIT(end) struct run r = { .lock = -1, .signals = -1 };
    enum rc rc = open_signals(&r, d);
    if (rc == RC_OK)
        rc = home_open(home, &r.home, d);
    if (rc != RC_OK)
        return rc;
    log_open("sitecert-core", LEVEL_INFO);
    home_set_log_level(&r.home);
    rc = start(&r, d);
    if (rc != RC_OK)
        return rc;
    notify_ready();
    rc = run_until_told(&r, d);
    log_event(LEVEL_INFO, "stopping");
    return rc;
}
