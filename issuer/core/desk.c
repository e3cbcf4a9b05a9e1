#include "issuer/core/desk_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "issuer/core/results.h"

enum rc desk_new(const struct desk_options *o, struct desk **ret, struct diag *d)
{
    assert(o && o->journal && ret);

    ON_EXIT(desk_free_at) struct desk *k = calloc(1, sizeof *k);
    if (!k)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the desk");
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&k->lock, NULL);
    (void)pthread_cond_init(&k->drafted, NULL);
    (void)pthread_cond_init(&k->queued, &attr);
    (void)pthread_cond_init(&k->done, &attr);
    (void)pthread_condattr_destroy(&attr);
    k->o = *o;
    k->drafts_end = &k->drafts;
    k->end = &k->first;
    k->taking = true;
    k->nonces = nonces_new();
    if (!k->nonces)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the desk");
    *ret = TAKE(k);
    return RC_OK;
}

void desk_free(struct desk *k)
{
    if (!k)
        return;
    desk_close(k);
    queue_free(k);
    desk_free_group(k->group);
    day_rows_free(&k->days);
    nonces_free(k->nonces);
    (void)pthread_cond_destroy(&k->drafted);
    (void)pthread_cond_destroy(&k->queued);
    (void)pthread_cond_destroy(&k->done);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}

void desk_stop_taking(struct desk *k)
{
    if (!k)
        return;
    (void)pthread_mutex_lock(&k->lock);
    k->taking = false;
    (void)pthread_mutex_unlock(&k->lock);
}

void desk_close(struct desk *k)
{
    (void)pthread_mutex_lock(&k->lock);
    k->reg = NULL;
    k->stop = k->woken = true;
    (void)pthread_cond_broadcast(&k->drafted);
    (void)pthread_cond_broadcast(&k->queued);
    (void)pthread_cond_broadcast(&k->done);
    const bool join = k->has_writer;
    k->has_writer = false;
    (void)pthread_mutex_unlock(&k->lock);
    if (join)
        (void)pthread_join(k->writer, NULL);
}

enum rc desk_open(struct desk *k, struct reg *reg, int64_t now, struct diag *d)
{
    assert(k && reg && !k->reg);

    (void)pthread_mutex_lock(&k->lock);
    enum rc rc = RC_OK;
    if (!k->has_writer) {
        rc = desk_replay(k, reg, now, d);
        if (rc == RC_OK && !k->stop)
            rc = desk_start_writing(k, d);
    }
    if (rc == RC_OK && !k->stop) {
        k->reg = reg;
        queue_again(k); /* what was at work goes on behind its last commit */
    }
    (void)pthread_mutex_unlock(&k->lock);
    return rc;
}

void desk_rest(struct desk *k)
{
    (void)pthread_mutex_lock(&k->lock);
    k->reg = NULL;
    k->working = false;
    (void)pthread_mutex_unlock(&k->lock);
}

/* --- asking --- */

enum rc desk_find(struct desk *k, struct span id, struct reg_batch *ret, bool *ret_done,
                  struct diag *d)
{
    assert(k && ret && ret_done);

    uint8_t bytes[BATCH_ID_BYTES];
    if (!hex_decode(id, bytes, sizeof bytes))
        return RC_NOT_FOUND;
    (void)pthread_mutex_lock(&k->lock);
    const struct waiting *const w = queue_find(k, bytes);
    enum rc rc = RC_NOT_FOUND;
    if (w && w->written) {
        *ret = w->b;
        rc = RC_OK;
    } else if (!w) {
        rc = k->reg ? register_peek_batch(k->reg, bytes, ret, d)
                    : diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "starting");
    }
    if (rc == RC_OK)
        *ret_done = ret->sequence < k->done_below;
    (void)pthread_mutex_unlock(&k->lock);
    return rc;
}

enum rc desk_results(struct desk *k, const struct reg_batch *b, bool chinese, uint64_t after,
                     struct buf *to, struct diag *d)
{
    assert(k && b && to);

    ON_EXIT(buf_free_at) struct buf kept = { 0 };
    uint64_t at = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK && at < b->done) {
        uint64_t first = 0, rows = 0;
        buf_clear(&kept);
        (void)pthread_mutex_lock(&k->lock);
        rc = k->reg ? register_peek_results(k->reg, b->sequence, at, &kept, &first, d)
                    : diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "starting");
        (void)pthread_mutex_unlock(&k->lock);
        if (rc == RC_OK)
            rc = results_tell(buf_span(&kept), chinese, after, to, &rows, d);
        if (rc == RC_NOT_FOUND || (rc == RC_OK && first != at))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "results of a batch are missing");
        at += rows;
    }
    return rc;
}

void desk_figures(struct desk *k, struct desk_figures *ret)
{
    (void)pthread_mutex_lock(&k->lock);
    *ret = (struct desk_figures){
        .working = k->working,
        .queued = k->count - (k->working ? 1 : 0),
        .full_disk = k->full_disk,
        .failed = k->journal_failed,
    };
    (void)pthread_mutex_unlock(&k->lock);
}
