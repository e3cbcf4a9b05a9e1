#include "issuer/core/worker.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "core/base/dates.h"
#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/core/apply.h"
#include "issuer/register/engine.h"
#include "issuer/register/mirror.h"

#define RETRY_MS  300 /* until the next attempt when something is in the way */
#define TRUST_MS  250 /* between two looks at the trust list */
#define IDLE_MS   500 /* between two looks at clock and disk */
#define SIGNER_S  1.0 /* between two looks at the signer */
#define LEND_MS   10  /* between two looks at whether the register is ours again */
#define GROUP_MS  200 /* the longest that rows wait for others to be committed with */
#define DISK_ROOM ((uint64_t)16 << 20) /* bytes: with less nothing is begun */

#define NO_KEY "signer_refuses" /* orders go on: they are no tokens */

/* An order, or a new pick-up code, that a thread waits for; on its stack. */
struct errand {
    const struct given_order *order; /* NULL: a code is to be made */
    struct span number;
    struct outcome outcome;
    bool over;
    enum rc rc;
    struct diag diag;
    struct errand *next;
};

struct worker {
    struct worker_options o;
    pthread_t thread;
    atomic_bool stop;
    struct home home; /* the thread's: its clock moves on */
    bool demo;
    struct engine *engine;
    struct apply *apply;
    double group_began; /* seconds; when the first row behind the last commit was applied */
    double signer_seen; /* seconds; when it was last fine */
    struct stat trust;  /* of the trust list as it was last looked at */
    double trust_looked;
    bool reopen; /* with another trust list: nothing more is committed before */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t done;
    bool closed; /* no errand is run any more */
    struct errand *errands;
    unsigned borrowers; /* that want the register, or have it */
    bool away, lent;    /* we have closed it; one of them has it */
    struct status status;
};

/* --- how it is --- */

static void set_reason(struct worker *w, const char *reason, const struct diag *why)
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

static void pause_ms(const struct worker *w, unsigned ms)
{
    const struct timespec tick = { .tv_nsec = 10000000 };
    for (unsigned waited = 0; waited < ms && !w->stop; waited += 10)
        (void)nanosleep(&tick, NULL);
}

/* --- errands, between batches --- */

static enum rc ask(struct worker *w, struct errand *e, struct diag *d)
{
    (void)pthread_mutex_lock(&w->lock);
    if (w->closed || (!w->status.ready && strcmp(w->status.reason, NO_KEY) != 0)) {
        (void)pthread_mutex_unlock(&w->lock);
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "nothing is applied now");
    }
    struct errand **last = &w->errands;
    while (*last)
        last = &(*last)->next;
    *last = e;
    (void)pthread_mutex_unlock(&w->lock);
    desk_wake(w->o.desk);
    (void)pthread_mutex_lock(&w->lock);
    while (!e->over)
        (void)pthread_cond_wait(&w->done, &w->lock);
    (void)pthread_mutex_unlock(&w->lock);
    return e->rc == RC_OK ? RC_OK : diag_set(d, e->rc, e->diag.offset, "%s", e->diag.text);
}

enum rc worker_order(struct worker *w, const struct given_order *o, struct outcome *ret,
                     struct diag *d)
{
    assert(w && o && ret);

    struct errand e = { .order = o, .diag = DIAG_INIT };
    const enum rc rc = ask(w, &e, d);
    if (rc == RC_OK)
        *ret = e.outcome;
    return rc;
}

enum rc worker_pickup(struct worker *w, struct span number, char ret[PICKUP_LEN + 1],
                      struct diag *d)
{
    assert(w && ret);

    struct errand e = { .number = number, .diag = DIAG_INIT };
    const enum rc rc = ask(w, &e, d);
    if (rc == RC_OK)
        memcpy(ret, e.outcome.pickup, sizeof e.outcome.pickup);
    return rc;
}

static struct errand *take_errand(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    struct errand *const e = w->errands;
    if (e)
        w->errands = e->next;
    (void)pthread_mutex_unlock(&w->lock);
    return e;
}

static void end_errand(struct worker *w, struct errand *e, enum rc rc)
{
    (void)pthread_mutex_lock(&w->lock);
    e->rc = rc;
    e->over = true;
    (void)pthread_cond_broadcast(&w->done);
    (void)pthread_mutex_unlock(&w->lock);
}

static enum rc commit(struct worker *w, struct diag *d);

static enum rc make_pickup(struct worker *w, struct errand *e, struct diag *d)
{
    struct reg_cert c;
    struct reg *const reg = engine_register(w->engine);
    const enum rc rc = register_cert_find(reg, e->number, &c, d);
    return rc == RC_OK ? register_pickup_make(reg, &c, e->outcome.pickup, d) : rc;
}

static enum rc run_errand(struct worker *w, struct errand *e, struct diag *d)
{
    struct diag why = DIAG_INIT;
    enum rc rc =
        e->order ? engine_order(w->engine, e->order, &e->outcome, &why) : make_pickup(w, e, &why);
    const bool refused = rc == (e->order ? RC_BAD_SIGNATURE : RC_NOT_FOUND);
    if (rc == RC_OK)
        rc = commit(w, &why);
    if (rc == RC_OK && w->reopen)
        rc = RC_BUSY; /* dropped with the rest */
    e->diag = why;
    end_errand(w, e, rc); /* and is gone */
    return refused || rc == RC_OK || w->reopen ? RC_OK
                                               : diag_set(d, rc, why.offset, "%s", why.text);
}

static enum rc run_errands(struct worker *w, struct diag *d)
{
    struct errand *e;
    enum rc rc = RC_OK;
    while (rc == RC_OK && (e = take_errand(w)) != NULL)
        rc = run_errand(w, e, d);
    return rc;
}

/* Who still waits is told that nothing came of it. */
static void close_errands(struct worker *w)
{
    struct errand *e;
    (void)pthread_mutex_lock(&w->lock);
    w->closed = true;
    (void)pthread_cond_broadcast(&w->done);
    (void)pthread_mutex_unlock(&w->lock);
    while ((e = take_errand(w)) != NULL)
        end_errand(w, e, RC_BUSY);
}

/* --- the register, lent --- */

enum rc worker_borrow(struct worker *w, struct diag *d)
{
    (void)pthread_mutex_lock(&w->lock);
    w->borrowers++;
    (void)pthread_mutex_unlock(&w->lock);
    desk_wake(w->o.desk);
    (void)pthread_mutex_lock(&w->lock);
    while (!w->closed && (!w->away || w->lent))
        (void)pthread_cond_wait(&w->done, &w->lock);
    const bool closed = w->closed;
    if (closed)
        w->borrowers--;
    else
        w->lent = true;
    (void)pthread_mutex_unlock(&w->lock);
    return closed ? diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "it ends") : RC_OK;
}

void worker_give_back(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    w->lent = false;
    w->borrowers--;
    (void)pthread_cond_broadcast(&w->done);
    (void)pthread_mutex_unlock(&w->lock);
}

static bool is_wanted(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    const bool wanted = w->borrowers > 0;
    (void)pthread_mutex_unlock(&w->lock);
    return wanted;
}

static void set_away(struct worker *w, bool away)
{
    (void)pthread_mutex_lock(&w->lock);
    w->away = away;
    (void)pthread_cond_broadcast(&w->done);
    (void)pthread_mutex_unlock(&w->lock);
}

/* It is closed here: until nobody wants it any more. */
static void lend(struct worker *w)
{
    if (!is_wanted(w))
        return;
    set_reason(w, "register_busy", NULL);
    set_away(w, true);
    while (is_wanted(w) && !w->stop)
        pause_ms(w, LEND_MS);
    set_away(w, false);
}

/* --- what may be in the way --- */

static bool disk_is_full(const struct worker *w)
{
    struct statvfs v;
    return statvfs(w->home.path, &v) == 0 && (uint64_t)v.f_bavail * v.f_frsize < DISK_ROOM;
}

/* A group must fit in what is left of the map. */
static bool register_is_full(struct worker *w)
{
    uint64_t used = 0, max = 0;
    if (register_peek_size(engine_register(w->engine), &used, &max, NULL) != RC_OK)
        return true;
    (void)pthread_mutex_lock(&w->lock);
    w->status.register_bytes = used;
    w->status.register_max_bytes = max;
    (void)pthread_mutex_unlock(&w->lock);
    const uint64_t room = max / 16 < (uint64_t)64 << 20 ? max / 16 : (uint64_t)64 << 20;
    return used > max - room;
}

/* The clock of the rows moves on, never back. */
static bool clock_is_behind(struct worker *w, struct diag *d)
{
    int64_t now;
    if (clock_now(w->demo, &now, d) != RC_OK || now < w->home.now)
        return true;
    w->home.now = now;
    return false;
}

/* Once sitecert.ini gives it more room, it has to be opened anew. */
static bool register_may_grow(struct worker *w)
{
    ON_EXIT(home_close) struct home now = { 0 };
    (void)pthread_mutex_lock(&w->lock);
    const uint64_t max = w->status.register_max_bytes;
    (void)pthread_mutex_unlock(&w->lock);
    return home_open(w->o.home, &now, NULL) == RC_OK && now.settings.register_map_bytes > max;
}

/* Rows that nobody could sign now are not begun. While rows are at work, signing them tells. */
static const char *signer_is_away(struct worker *w, struct diag *d)
{
    struct signer_status s;
    if (apply_pending(w->apply) || apply_at_work(w->apply) ||
        clock_elapsed() - w->signer_seen < SIGNER_S)
        return "";
    if (!signer_is_there(engine_signer(w->engine)))
        set_reason(w, "signer_gone", NULL); /* said before we wait for it */
    const enum rc rc = signer_status(engine_signer(w->engine), &s, d);
    if (rc != RC_OK)
        return "signer_gone";
    if (s.hsm[0]) {
        (void)diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "%s", s.hsm);
        return "hsm_gone";
    }
    w->signer_seen = clock_elapsed();
    return "";
}

/* No token key fits, whatever the row: they wait, in the queue and with their senders. */
static bool has_no_key(struct worker *w, struct diag *d)
{
    const char *const why = engine_no_key(w->engine);
    if (why)
        (void)diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "%s", why);
    return why != NULL;
}

static const char *what_is_in_the_way(struct worker *w, struct diag *d)
{
    if (clock_is_behind(w, d))
        return "clock_behind";
    if (disk_is_full(w))
        return "disk_full";
    if (register_is_full(w))
        return "register_full";
    const char *const signer = signer_is_away(w, d);
    if (signer[0])
        return signer;
    return has_no_key(w, d) ? NO_KEY : "";
}

static bool begins_with(const struct diag *d, const char *words)
{
    return strncmp(d->text, words, strlen(words)) == 0;
}

static const char *why_not_opened(const struct worker *w, enum rc rc, const struct diag *d)
{
    if (begins_with(d, SIGNER_WORDS))
        return "signer_gone";
    if (begins_with(d, MIRROR_WORDS))
        return "mirror_failed";
    if (begins_with(d, SIGNER_HSM))
        return "hsm_gone";
    if (rc == RC_BUSY)
        return "register_busy";
    if (begins_with(d, ENGINE_CLOCK_BEHIND))
        return "clock_behind";
    if (begins_with(d, ENGINE_SIGNER_REFUSES))
        return NO_KEY;
    if (rc == RC_FULL)
        return disk_is_full(w) ? "disk_full" : "register_full";
    return "failed";
}

/* --- opening --- */

static bool stat_trust(const struct worker *w, struct stat *ret)
{
    char path[PATH_LEN];
    return path_join(w->o.home, "trust.cbor", path, NULL) == RC_OK && stat(path, ret) == 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* A trust list came into force: the register is opened anew with it. One that cannot be read is
 * said once, and that of before stays. */
static bool has_new_trust(struct worker *w)
{
    struct stat now;
    if (!stat_trust(w, &now) || same_file(&now, &w->trust))
        return false;

    ON_EXIT(home_close) struct home h = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = home_open(w->o.home, &h, &d);
    w->trust = now;
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "trust_list_not_taken", rc, &d);
    return rc == RC_OK;
}

/* Now and then, when nothing is committed. */
static bool trust_is_due(struct worker *w)
{
    const double now = clock_elapsed();
    if (now - w->trust_looked < TRUST_MS / 1000.0)
        return false;
    w->trust_looked = now;
    return has_new_trust(w);
}

static enum rc open_once(struct worker *w, struct diag *d)
{
    const struct engine_options options = { .sender = "core", .no_operators = true };
    home_close(&w->home);
    w->reopen = false;
    (void)stat_trust(w, &w->trust);
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
        lend(w);
        const enum rc rc = open_once(w, &d);
        if (rc == RC_OK)
            return true;
        set_reason(w, why_not_opened(w, rc, &d), &d);
        pause_ms(w, RETRY_MS);
    }
    return false;
}

/* --- working --- */

static void add_figures(struct worker *w, const struct apply_figures *f)
{
    (void)pthread_mutex_lock(&w->lock);
    struct status *const s = &w->status;
    s->recorded += f->rows.recorded;
    s->issued += f->rows.issued;
    s->renewed += f->rows.renewed;
    s->exchanged += f->rows.exchanged;
    s->duplicate += f->rows.duplicate;
    s->refused += f->rows.refused;
    s->conflict += f->rows.conflict;
    s->done += f->done;
    s->failed += f->failed;
    s->last_commit_s = w->home.now;
    if (f->rows.issued + f->rows.renewed + f->rows.exchanged > 0)
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
static enum rc commit(struct worker *w, struct diag *d)
{
    struct apply_figures f;
    w->reopen = w->reopen || has_new_trust(w);
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

/* The next rows, or the next batch; commits when a group is full or nothing waits. */
static enum rc work_on(struct worker *w, struct diag *d)
{
    struct reg_batch b;
    bool more;
    enum rc rc = RC_OK;
    if (!apply_pending(w->apply))
        w->group_began = clock_elapsed();
    if (apply_at_work(w->apply))
        rc = apply_batch_step(w->apply, &more, d);
    else if (desk_next(w->o.desk, apply_pending(w->apply) ? 0 : IDLE_MS, &b))
        rc = apply_batch_begin(w->apply, &b, d);
    else if (apply_pending(w->apply))
        return commit(w, d);
    return rc == RC_OK && is_time_to_commit(w) ? commit(w, d) : rc;
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
    while (rc == RC_OK && !w->stop && !w->reopen && !is_wanted(w)) {
        struct diag why = DIAG_INIT;
        const char *const reason = what_is_in_the_way(w, &why);
        set_reason(w, reason, &why);
        if (strcmp(reason, "register_full") == 0 && register_may_grow(w))
            return diag_set(d, RC_FULL, DIAG_NO_OFFSET, "the register is given more room");
        if (reason[0] == '\0' || strcmp(reason, NO_KEY) == 0)
            rc = run_errands(w, d);
        if (reason[0] == '\0' && rc == RC_OK)
            rc = work_on(w, d);
        else
            pause_ms(w, RETRY_MS);
        if (rc == RC_OK)
            rc = check_journal(w, d);
        w->reopen = w->reopen || trust_is_due(w);
    }
    if (rc == RC_OK)
        rc = commit(w, d);
    /* Whoever borrows the register finds nothing unsigned. */
    while (rc == RC_OK && !w->stop && !w->reopen && apply_pending(w->apply))
        rc = commit(w, d);
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
        while (!w->stop && !register_may_grow(w))
            pause_ms(w, RETRY_MS);
    } else if (strcmp(why, "disk_full") == 0) {
        while (!w->stop && disk_is_full(w))
            pause_ms(w, RETRY_MS);
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
            set_reason(w, why, &d);
            /* Nothing more is said to be done: what the disk holds is seen at the next start. */
            desk_close(w->o.desk);
        }
        let_go(w);
    }
    desk_close(w->o.desk);
    close_errands(w);
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
    home_close(&w->home);
    (void)pthread_cond_destroy(&w->done);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}
