/* Orders, pick-up codes and checkpoints between batches, and the register lent. */
#include <assert.h>
#include <string.h>

#include "issuer/core/worker_internal.h"
#include "issuer/register/log_checkpoint.h"

#define LEND_MS 10 /* between two looks at whether the register is ours again */

/* --- errands, between batches --- */

static enum rc ask(struct worker *w, struct errand *e, struct diag *d)
{
    (void)pthread_mutex_lock(&w->lock);
    if (w->closed || (!w->status.ready && strcmp(w->status.reason, WORKER_NO_KEY) != 0)) {
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

enum rc worker_cover(struct worker *w, struct diag *d)
{
    assert(w);

    struct errand e = { .cover = true, .diag = DIAG_INIT };
    return ask(w, &e, d);
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

static enum rc make_pickup(struct worker *w, struct errand *e, struct diag *d)
{
    struct reg_cert c;
    struct reg *const reg = engine_register(w->engine);
    const enum rc rc = register_cert_find(reg, e->number, &c, d);
    return rc == RC_OK ? register_pickup_make(reg, &c, e->outcome.pickup, d) : rc;
}

/* What the signer fails at leaves the register as it was, and is the asker's affair alone. */
static enum rc make_checkpoint(struct worker *w, bool *ret_refused, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct reg *const reg = engine_register(w->engine);
    bool fresh = false;
    enum rc rc = RC_OK;
    /* One commit stores what the one before it had signed; more are of no use. */
    for (unsigned i = 0; rc == RC_OK && !w->reopen && i < 2 && apply_pending(w->apply); i++)
        rc = worker_commit(w, d);
    if (rc != RC_OK || w->reopen)
        return rc;
    *ret_refused = apply_pending(w->apply);
    if (*ret_refused)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "tokens are not signed now");

    rc = log_checkpoint_sign(reg, &w->home, engine_signer(w->engine), &note, &fresh, d);
    *ret_refused = rc != RC_OK;
    return rc == RC_OK && fresh ? log_checkpoint_store(reg, buf_span(&note), d) : rc;
}

static enum rc run_errand(struct worker *w, struct errand *e, struct diag *d)
{
    struct diag why = DIAG_INIT;
    bool refused = false;
    enum rc rc = e->cover   ? make_checkpoint(w, &refused, &why)
                 : e->order ? engine_order(w->engine, e->order, &e->outcome, &why)
                            : make_pickup(w, e, &why);
    refused = refused || (!e->cover && rc == (e->order ? RC_BAD_SIGNATURE : RC_NOT_FOUND));
    if (rc == RC_OK)
        rc = worker_commit(w, &why);
    if (rc == RC_OK && w->reopen)
        rc = RC_BUSY; /* dropped with the rest */
    e->diag = why;
    end_errand(w, e, rc); /* and is gone */
    return refused || rc == RC_OK || w->reopen ? RC_OK
                                               : diag_set(d, rc, why.offset, "%s", why.text);
}

enum rc worker_run_errands(struct worker *w, struct diag *d)
{
    struct errand *e;
    enum rc rc = RC_OK;
    while (rc == RC_OK && (e = take_errand(w)) != NULL)
        rc = run_errand(w, e, d);
    return rc;
}

/* Who still waits is told that nothing came of it. */
void worker_close_errands(struct worker *w)
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

bool worker_is_wanted(struct worker *w)
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
void worker_lend(struct worker *w)
{
    if (!worker_is_wanted(w))
        return;
    worker_say_reason(w, "register_busy", NULL);
    set_away(w, true);
    while (worker_is_wanted(w) && !w->stop)
        worker_pause(w, LEND_MS);
    set_away(w, false);
}
