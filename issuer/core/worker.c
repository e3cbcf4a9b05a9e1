#include "issuer/core/worker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/core/worker_internal.h"

#define RETRY_MS  300 /* until the next attempt when something is in the way */
#define IDLE_MS   500 /* between two looks at clock and disk */
#define GROUP_MS  200 /* the longest that rows wait for others to be committed with */
#define GATHER_MS 30  /* that they wait to be applied, where nobody waits for the result */

/* --- how it is --- */

void worker_say_reason(struct worker *w, const char *reason, const struct diag *why)
{
    (void)pthread_mutex_lock(&w->lock);
    const bool news = strcmp(w->status.reason, reason) != 0;
    (void)snprintf(w->status.reason, sizeof w->status.reason, "%s", reason);
    w->status.ready = reason[0] == '\0';
    (void)pthread_mutex_unlock(&w->lock);
    if (!news)
        return;
    struct log_line l =
        log_begin(reason[0] ? LEVEL_WARN : LEVEL_INFO, reason[0] ? "not_ready" : "at_work");
    if (reason[0])
        log_word(&l, "reason", reason);
    if (why && why->text[0])
        log_word(&l, "cause", why->text);
    log_end(&l);
}

void worker_reason(struct worker *w, char ret[40])
{
    (void)pthread_mutex_lock(&w->lock);
    (void)snprintf(ret, 40, "%s", w->status.reason);
    (void)pthread_mutex_unlock(&w->lock);
}

void worker_status(struct worker *w, struct status *ret)
{
    struct desk_figures f;
    desk_figures(w->o.desk, &f);
    (void)pthread_mutex_lock(&w->lock);
    *ret = w->status;
    (void)pthread_mutex_unlock(&w->lock);
    ret->queued = f.queued;
    ret->working = f.working ? 1 : 0;
    if (ret->ready && (f.full_disk || f.failed)) {
        ret->ready = false;
        (void)snprintf(ret->reason, sizeof ret->reason, "%s", f.failed ? "failed" : "disk_full");
    }
}

enum rc worker_now(const struct worker *w, int64_t *ret, struct diag *d)
{
    return clock_now(w->demo, ret, d);
}

void worker_pause(const struct worker *w, unsigned ms)
{
    const struct timespec tick = { .tv_nsec = 10000000 };
    for (unsigned waited = 0; waited < ms && !w->stop; waited += 10)
        (void)nanosleep(&tick, NULL);
}

/* --- opening --- */

static enum rc open_once(struct worker *w, struct diag *d)
{
    const struct engine_options options = { .sender = "core", .no_operators = true };
    home_close(&w->home);
    w->reopen = false;
    worker_note_trust(w);
    enum rc rc = home_open(w->o.home, &w->home, d);
    if (rc == RC_OK)
        rc = w->o.ready(w->o.arg, d);
    if (rc == RC_OK)
        rc = engine_open(&w->home, &options, &w->engine, d);
    return rc;
}

/* False: to stop. */
static bool open_engine(struct worker *w)
{
    while (!w->stop) {
        struct diag d = DIAG_INIT;
        worker_lend(w);
        const enum rc rc = open_once(w, &d);
        if (rc == RC_OK)
            return true;
        worker_say_reason(w, worker_why_not_opened(w, rc, &d), &d);
        worker_pause(w, RETRY_MS);
    }
    return false;
}

/* --- working --- */

static void add_figures(struct worker *w, const struct apply_figures *f)
{
    (void)pthread_mutex_lock(&w->lock);
    struct status *const s = &w->status;
    s->recorded += f->rows[OUTCOME_RECORDED];
    s->issued += f->rows[OUTCOME_ISSUED];
    s->renewed += f->rows[OUTCOME_RENEWED];
    s->exchanged += f->rows[OUTCOME_EXCHANGED];
    s->duplicate += f->rows[OUTCOME_DUPLICATE];
    s->refused += f->rows[OUTCOME_REFUSED];
    s->conflict += f->rows[OUTCOME_CONFLICT];
    s->done += f->done;
    s->failed += f->failed;
    s->last_commit_s = w->home.now;
    if (f->rows[OUTCOME_ISSUED] + f->rows[OUTCOME_RENEWED] + f->rows[OUTCOME_EXCHANGED] > 0)
        s->last_signing_s = w->home.now;
    (void)pthread_mutex_unlock(&w->lock);
}

static void say_without_key(uint64_t rows)
{
    struct log_line l = log_begin(LEVEL_WARN, "no_key_for_rows");
    log_number(&l, "refused", (int64_t)rows);
    log_end(&l);
}

/* Rows that were judged by a trust list which holds no more are dropped, and judged again by the
 * new one: the signer goes by it already. */
enum rc worker_commit(struct worker *w, struct diag *d)
{
    struct apply_figures f;
    w->reopen = w->reopen || worker_has_new_trust(w);
    if (w->reopen)
        return RC_OK;
    const enum rc rc = apply_commit(w->apply, &f, d);
    w->group_began = clock_elapsed();
    if (rc == RC_OK)
        add_figures(w, &f);
    if (rc == RC_OK && f.without_key > 0)
        say_without_key(f.without_key);
    return rc;
}

static bool is_time_to_commit(const struct worker *w)
{
    return apply_is_full(w->apply) ||
           (apply_pending(w->apply) && clock_elapsed() - w->group_began > GROUP_MS / 1000.0);
}

/* A commit costs as much as many rows, and its writing holds up that of the journal; and to be
 * woken costs as much as a row: those that nobody waits for are applied and committed together. */
static void gather(struct worker *w)
{
    uint32_t patience_ms = IDLE_MS;
    if (apply_pending(w->apply)) /* signatures */
        patience_ms = desk_is_waited_for(w->o.desk) ? 0 : GATHER_MS;
    desk_gather(w->o.desk, patience_ms, GATHER_MS);
    w->group_began = clock_elapsed();
}

/* The next rows, or the next batch; commits when a group is full, or no more are there. */
static enum rc work_on(struct worker *w, struct diag *d)
{
    struct reg_batch b;
    bool more;
    enum rc rc = RC_OK;
    if (apply_at_work(w->apply))
        rc = apply_batch_step(w->apply, &more, d);
    else if (!apply_changed(w->apply))
        gather(w);
    if (!apply_at_work(w->apply) && rc == RC_OK) {
        if (desk_next(w->o.desk, &b))
            rc = apply_batch_begin(w->apply, &b, d);
        else if (apply_pending(w->apply))
            return worker_commit(w, d);
    }
    return rc == RC_OK && is_time_to_commit(w) ? worker_commit(w, d) : rc;
}

/* What a failed journal holds is seen at the next start. */
static enum rc check_journal(struct worker *w, struct diag *d)
{
    struct desk_figures f;
    desk_figures(w->o.desk, &f);
    return f.failed ? diag_set(d, RC_IO, DIAG_NO_OFFSET, "the journal failed") : RC_OK;
}

static enum rc work(struct worker *w, struct diag *d)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && !w->stop && !w->reopen && !worker_is_wanted(w)) {
        struct diag why = DIAG_INIT;
        const char *const reason = worker_obstacle(w, &why);
        worker_say_reason(w, reason, &why);
        if (strcmp(reason, "register_full") == 0 && worker_register_may_grow(w))
            return diag_set(d, RC_FULL, DIAG_NO_OFFSET, "the register is given more room");
        if (reason[0] == '\0' || strcmp(reason, WORKER_NO_KEY) == 0)
            rc = worker_run_errands(w, d);
        if (reason[0] == '\0' && rc == RC_OK)
            rc = work_on(w, d);
        else
            worker_pause(w, RETRY_MS);
        if (rc == RC_OK)
            rc = check_journal(w, d);
        w->reopen = w->reopen || worker_trust_is_due(w);
    }
    if (rc == RC_OK)
        rc = worker_commit(w, d);
    /* Whoever borrows the register finds nothing unsigned. */
    while (rc == RC_OK && !w->stop && !w->reopen && apply_pending(w->apply))
        rc = worker_commit(w, d);
    return rc;
}

static enum rc begin_work(struct worker *w, struct diag *d)
{
    const struct apply_options o = { .home = &w->home,
                                     .engine = w->engine,
                                     .desk = w->o.desk,
                                     .bodies = w->o.bodies,
                                     .vault = w->o.vault };
    enum rc rc = apply_new(&o, &w->apply, d);
    if (rc == RC_OK)
        rc = desk_open(w->o.desk, engine_register(w->engine), w->home.now, d);
    return rc == RC_OK ? work(w, d) : rc;
}

static const char *why_failed(enum rc rc, const struct diag *d)
{
    if (rc != RC_FULL)
        return "failed";
    return strstr(d->text, REGISTER_AT_LIMIT) ? "register_full" : "disk_full";
}

/* To begin at once would only fail again. */
static void wait_for_room(struct worker *w, const char *why)
{
    if (strcmp(why, "register_full") == 0) {
        while (!w->stop && !worker_register_may_grow(w))
            worker_pause(w, RETRY_MS);
    } else if (strcmp(why, "disk_full") == 0) {
        while (!w->stop && worker_disk_is_full(w))
            worker_pause(w, RETRY_MS);
    }
}

static void let_go(struct worker *w)
{
    desk_rest(w->o.desk);
    apply_free(w->apply);
    engine_close(w->engine);
    w->apply = NULL;
    w->engine = NULL;
}

static void *run_worker(void *arg)
{
    struct worker *const w = arg;
    struct diag d = DIAG_INIT;
    const char *why = "";
    enum rc rc = RC_OK;
    while (rc == RC_OK && open_engine(w)) {
        rc = begin_work(w, &d);
        if (rc != RC_OK) {
            why = why_failed(rc, &d);
            log_failure(LEVEL_ERROR, "worker_failed", rc, &d);
            worker_say_reason(w, why, &d);
            /* Nothing more is said to be done: what the disk holds is seen at the next start. */
            desk_close(w->o.desk);
        }
        let_go(w);
    }
    desk_close(w->o.desk);
    worker_close_errands(w);
    wait_for_room(w, why);
    if (!w->stop)
        w->o.over(w->o.arg);
    return NULL;
}

enum rc worker_start(const struct worker_options *o, struct worker **ret, struct diag *d)
{
    assert(o && o->home && o->desk && o->bodies && o->vault && o->ready && o->over && ret);

    struct worker *const w = calloc(1, sizeof *w);
    if (!w)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the worker");
    w->o = *o;
    (void)snprintf(w->status.reason, sizeof w->status.reason, "starting");
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->done, NULL);
    enum rc rc = home_open(o->home, &w->home, d);
    w->demo = rc == RC_OK && w->home.trust->demo;
    if (rc == RC_OK && pthread_create(&w->thread, NULL, run_worker, w) != 0)
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start a thread");
    if (rc != RC_OK) {
        home_close(&w->home);
        (void)pthread_mutex_destroy(&w->lock);
        free(w);
        return rc;
    }
    *ret = w;
    return RC_OK;
}

void worker_stop(struct worker *w)
{
    if (!w)
        return;
    w->stop = true;
    desk_wake(w->o.desk);
    (void)pthread_join(w->thread, NULL);
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    home_close(&w->home);
    (void)pthread_cond_destroy(&w->done);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}
