#include "issuer/core/run.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "issuer/core/bodies.h"
#include "issuer/core/serve.h"

#define FOLDER "batches"

struct run {
    struct home home; /* settings alone: its clock is when we began */
    int lock;
    char folder[PATH_LEN], bodies[PATH_LEN], socket[PATH_LEN];
    struct vault *vault;
    struct journal *journal;
    struct batch_copy *copy; /* NULL: no mirror */
    struct desk *desk;
    struct roster *roster;
    struct worker *worker;
    struct serve *serve;
    sigset_t signals;
    atomic_bool over; /* the worker has ended by itself */
};

static enum rc make_folder(const struct home *h, const char *name, char ret[PATH_LEN],
                           struct diag *d)
{
    const enum rc rc = home_path(h, name, ret, d);
    return rc == RC_OK ? folder_make(ret, 0700, d) : rc;
}

static enum rc take_home(struct run *r, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = make_folder(&r->home, "run", path, d);
    if (rc == RC_OK)
        rc = home_path(&r->home, "run/core.lock", path, d);
    if (rc != RC_OK)
        return rc;
    rc = lock_take(path, &r->lock, NULL);
    return rc == RC_OK ? RC_OK
                       : diag_set(d, rc, DIAG_NO_OFFSET,
                                  rc == RC_BUSY ? "another sitecert-core serves '%.120s'"
                                                : "cannot lock '%.120s'",
                                  r->home.path);
}

static void set_level(const struct issuer_settings *s)
{
    enum log_level level = LEVEL_INFO;
    if (log_level_from_name(s->log_level, &level))
        log_set_level(level);
}

/* Before any thread is made: they all inherit it. A disk quota is an error of the call, not the
 * end of us. */
static enum rc block_signals(struct run *r, struct diag *d)
{
    (void)sigemptyset(&r->signals);
    (void)sigaddset(&r->signals, SIGTERM);
    (void)sigaddset(&r->signals, SIGINT);
    (void)sigaddset(&r->signals, SIGHUP);
    (void)sigaddset(&r->signals, SIGUSR1);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return sigprocmask(SIG_BLOCK, &r->signals, NULL) == 0
               ? RC_OK
               : diag_set(d, RC_IO, DIAG_NO_OFFSET, "signals cannot be blocked");
}

static void worker_over(void *arg)
{
    struct run *const r = arg;
    r->over = true;
    (void)kill(getpid(), SIGUSR1);
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
    enum rc rc = make_folder(&r->home, FOLDER, r->folder, d);
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
    enum rc rc = take_home(r, d);
    if (rc == RC_OK)
        rc = open_batches(r, d);
    if (rc == RC_OK)
        rc = home_vault(&r->home, &r->vault, d);
    if (rc == RC_OK)
        rc = roster_open(r->home.path, &r->roster, d);
    if (rc == RC_OK)
        rc = home_path(&r->home, CORE_SOCKET, r->socket, d);
    if (rc != RC_OK)
        return rc;

    const struct desk_options o = { .journal = r->journal,
                                    .queue_batches = r->home.settings.issuer.queue_batches };
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
    if (rc == RC_OK)
        set_level(&h.settings.issuer);
    else
        log_failure(LEVEL_ERROR, "settings_not_read", rc, &d);
    struct log_line l = log_begin(LEVEL_INFO, "reloaded");
    log_end(&l);
}

static enum rc run_until_told(struct run *r, struct diag *d)
{
    for (;;) {
        const int signal = sigwaitinfo(&r->signals, NULL);
        if (r->over)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "it cannot go on: see the log");
        if (signal == SIGHUP)
            reload(r);
        else if (signal == SIGTERM || signal == SIGINT)
            return RC_OK;
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
    roster_close(r->roster);
    journal_close(r->journal);
    batch_copy_close(r->copy);
    vault_free(r->vault);
    home_close(&r->home);
    fd_close_at(&r->lock);
}

enum rc run_core(const char *home, struct diag *d)
{
    assert(home);

    ON_EXIT(end) struct run r = { .lock = -1 };
    enum rc rc = block_signals(&r, d);
    if (rc == RC_OK)
        rc = home_open(home, &r.home, d);
    if (rc != RC_OK)
        return rc;
    log_open("sitecert-core", LEVEL_INFO);
    set_level(&r.home.settings.issuer);
    rc = start(&r, d);
    if (rc != RC_OK)
        return rc;
    notify_ready();
    rc = run_until_told(&r, d);
    struct log_line l = log_begin(LEVEL_INFO, "stopping");
    log_end(&l);
    return rc;
}
