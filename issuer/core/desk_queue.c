/* Batches that are taken and not done: found by their ids, worked on in their order. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/sys/clock.h"
#include "issuer/core/desk_internal.h"

#define BODY_BYTES_MAX ((uint64_t)32 << 20) /* held in memory; what is beyond is read again */

/* --- the bucket of an id --- */

static struct waiting **bucket(struct desk *k, const uint8_t id[BATCH_ID_BYTES])
{
    return &k->buckets[((size_t)id[0] << 8 | id[1]) & (DESK_BUCKETS - 1)];
}

struct waiting *queue_find(struct desk *k, const uint8_t id[BATCH_ID_BYTES])
{
    struct waiting *w = *bucket(k, id);
    while (w && memcmp(w->b.id, id, BATCH_ID_BYTES) != 0)
        w = w->next_same;
    return w;
}

static void forget_body(struct desk *k, struct waiting *w)
{
    if (!w->body)
        return;
    explicit_bzero(w->body, w->b.bytes);
    free(w->body);
    w->body = NULL;
    k->body_bytes -= w->b.bytes;
}

void queue_drop(struct desk *k, struct waiting *w)
{
    struct waiting **at = bucket(k, w->b.id);
    while (*at != w)
        at = &(*at)->next_same;
    *at = w->next_same;
    k->count--;
    forget_body(k, w);
    free(w);
}

struct waiting *queue_add(struct desk *k, const struct reg_batch *b)
{
    struct waiting *const w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->b = *b;
    struct waiting **const at = bucket(k, b->id);
    w->next_same = *at;
    *at = w;
    k->count++;
    return w;
}

void queue_keep(struct desk *k, struct waiting *w, struct span body)
{
    if (body.len == 0 || body.len != w->b.bytes || k->body_bytes + body.len > BODY_BYTES_MAX)
        return;
    w->body = malloc(body.len);
    if (!w->body)
        return;
    memcpy(w->body, body.ptr, body.len);
    k->body_bytes += body.len;
}

/* A batch without rows is some, too. */
static uint64_t work_of(const struct waiting *w)
{
    return w->b.rows + 1;
}

void queue_up(struct desk *k, struct waiting *w)
{
    w->written = true;
    const uint64_t before = k->work_left;
    *k->end = w;
    k->end = &w->next;
    k->work_left += work_of(w);
    if (!k->next_to_work)
        k->next_to_work = w;
    else if (before >= DESK_GATHER_ROWS || k->work_left < DESK_GATHER_ROWS)
        return; /* the worker does not wait for this one */
    (void)pthread_cond_signal(&k->queued);
}

void queue_again(struct desk *k)
{
    k->next_to_work = k->first;
    k->work_left = 0;
    for (const struct waiting *w = k->first; w; w = w->next)
        k->work_left += work_of(w);
}

void queue_free(struct desk *k)
{
    while (k->first) {
        struct waiting *const w = k->first;
        k->first = w->next;
        queue_drop(k, w);
    }
}

bool desk_wait(struct desk *k, uint64_t sequence, uint32_t timeout_ms)
{
    const struct timespec until = clock_in_ms(timeout_ms);
    int error = 0;
    (void)pthread_mutex_lock(&k->lock);
    k->waiters++;
    if (k->done_below <= sequence) { /* the worker may be waiting for more rows */
        k->woken = true;
        (void)pthread_cond_signal(&k->queued);
    }
    while (k->done_below <= sequence && !k->stop && error == 0)
        error = pthread_cond_timedwait(&k->done, &k->lock, &until);
    const bool done = k->done_below > sequence;
    k->waiters--;
    (void)pthread_mutex_unlock(&k->lock);
    return done;
}

bool desk_is_waited_for(struct desk *k)
{
    (void)pthread_mutex_lock(&k->lock);
    const bool waited_for = k->waiters > 0;
    (void)pthread_mutex_unlock(&k->lock);
    return waited_for;
}

/* --- the worker's --- */

/* With the lock. */
static void wait_for_work(struct desk *k, uint64_t enough, uint32_t timeout_ms)
{
    const struct timespec until = clock_in_ms(timeout_ms);
    int error = 0;
    while (k->work_left < enough && !k->woken && error == 0)
        error = pthread_cond_timedwait(&k->queued, &k->lock, &until);
}

void desk_gather(struct desk *k, uint32_t timeout_ms, uint32_t gather_ms)
{
    (void)pthread_mutex_lock(&k->lock);
    wait_for_work(k, 1, timeout_ms);
    if (k->next_to_work && k->waiters == 0)
        wait_for_work(k, DESK_GATHER_ROWS, gather_ms);
    k->woken = false;
    (void)pthread_mutex_unlock(&k->lock);
}

bool desk_next(struct desk *k, struct reg_batch *ret)
{
    (void)pthread_mutex_lock(&k->lock);
    const bool found = k->next_to_work && !k->stop;
    if (found) {
        *ret = k->next_to_work->b;
        k->work_left -= work_of(k->next_to_work);
        k->next_to_work = k->next_to_work->next;
    }
    k->working = found;
    (void)pthread_mutex_unlock(&k->lock);
    return found;
}

void desk_wake(struct desk *k)
{
    (void)pthread_mutex_lock(&k->lock);
    k->woken = true;
    (void)pthread_cond_signal(&k->queued);
    (void)pthread_mutex_unlock(&k->lock);
}

bool desk_kept(struct desk *k, const struct reg_batch *b, struct span *ret, uint32_t *ret_unit)
{
    (void)pthread_mutex_lock(&k->lock);
    const struct waiting *const w = queue_find(k, b->id);
    const bool kept = w && w->body;
    if (kept) {
        *ret = span_of(w->body, w->b.bytes);
        *ret_unit = w->unit;
    }
    (void)pthread_mutex_unlock(&k->lock);
    return kept;
}

enum rc desk_entry(struct desk *k, const struct reg_batch *b, struct buf *text, struct entry *ret,
                   struct diag *d)
{
    struct journal_place next;
    const struct journal_place at = { (uint32_t)b->segment, b->offset };
    enum rc rc = journal_read(k->o.journal, at, text, &next, d);
    if (rc == RC_OK)
        rc = entry_read(buf_span(text), ret, d);
    if (rc == RC_OK && (ret->type != ENTRY_BATCH || ret->sequence != b->sequence))
        rc = diag_set(d, RC_FORMAT, (size_t)at.offset, "the journal holds another entry here");
    return rc;
}

void desk_committed(struct desk *k, const struct reg_batch *b)
{
    (void)pthread_mutex_lock(&k->lock);
    struct waiting *const w = queue_find(k, b->id);
    if (w)
        w->b = *b;
    (void)pthread_mutex_unlock(&k->lock);
}

void desk_done(struct desk *k, uint64_t below)
{
    (void)pthread_mutex_lock(&k->lock);
    while (k->first && k->first->b.sequence < below) {
        struct waiting *const w = k->first;
        k->first = w->next;
        if (!k->first)
            k->end = &k->first;
        queue_drop(k, w);
    }
    if (below > k->done_below)
        k->done_below = below;
    (void)pthread_cond_broadcast(&k->done);
    (void)pthread_mutex_unlock(&k->lock);
}
