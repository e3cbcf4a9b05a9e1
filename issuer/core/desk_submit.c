/* Whether a batch is taken, and what becomes of it when it has been written. */
#include <assert.h>
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/message/message.h"
#include "issuer/core/desk_internal.h"

void desk_fill_batch(const struct reg *reg, const struct entry *e, struct journal_place at,
                     struct reg_batch *b)
{
    *b = (struct reg_batch){
        .sequence = e->sequence,
        .kind = e->kind,
        .is_csv = e->is_csv,
        .received_at = e->received_at,
        .bytes = e->body_len,
        .rows = e->rows,
        .segment = at.segment,
        .offset = at.offset,
    };
    memcpy(b->id, e->id, sizeof b->id);
    memcpy(b->digest, e->digest.ptr, sizeof b->digest);
    memcpy(b->sender, e->sender.ptr, e->sender.len);
    for (unsigned i = 0; i < DESK_ATTEMPTS; i++) {
        register_batch_name(reg, e->sender, e->key, i, b->name);
        if (memcmp(b->name, b->id, sizeof b->id) == 0)
            break;
    }
}

enum known { KNOWN_NOT = 0, KNOWN_SAME, KNOWN_OTHER, KNOWN_FAILED };

/* Whether this sender has used this key before, and which batch it was. ret_name: what a new one is
 * called. */
static enum known look_up(struct desk *k, const struct question *q, struct reg_batch *ret,
                          uint8_t ret_name[BATCH_NAME_LEN], struct diag *d)
{
    for (unsigned i = 0; i < DESK_ATTEMPTS; i++) {
        register_batch_name(k->reg, q->sender, q->key, i, ret_name);
        const struct waiting *const w = queue_find(k, ret_name);
        const enum rc rc = w ? RC_OK : register_peek_batch(k->reg, ret_name, ret, d);
        if (rc == RC_NOT_FOUND)
            return KNOWN_NOT;
        if (rc != RC_OK)
            return KNOWN_FAILED;
        if (w)
            *ret = w->b;
        if (memcmp(ret->name, ret_name, BATCH_NAME_LEN) != 0)
            continue;
        return ret->kind == q->kind && ret->is_csv == q->is_csv &&
                       span_equal(q->digest, span_of(ret->digest, sizeof ret->digest))
                   ? KNOWN_SAME
                   : KNOWN_OTHER;
    }
    diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "no id is free for this batch");
    return KNOWN_FAILED;
}

static void refuse(struct taking *t, enum reply reply, uint32_t retry_s, const char *detail)
{
    t->answer = (struct answer){ .reply = reply, .retry_s = retry_s };
    (void)snprintf(t->answer.detail, sizeof t->answer.detail, "%s", detail);
}

static void refuse_unwritten(struct taking *t, enum rc why)
{
    refuse(t, REPLY_NOT_READY, DESK_RETRY_S, why == RC_FULL ? "disk_full" : "failed");
}

static void answer_taken(struct taking *t, const struct reg_batch *b, enum reply reply)
{
    t->batch = *b;
    t->answer = (struct answer){ .reply = reply };
    hex_encode(b->id, sizeof b->id, t->answer.batch);
}

/* --- what has been written --- */

/* The same again: only its nonce was new. Entries go to disk in order: what was before this one is
 * there, or has failed. */
static void settle_again(struct desk *k, struct taking *t)
{
    struct reg_batch b;
    const struct waiting *const w = queue_find(k, t->name);
    if (!w && !k->reg) { /* lent meanwhile */
        refuse(t, REPLY_NOT_READY, DESK_RETRY_S, "register_busy");
        return;
    }
    const enum rc rc = w ? RC_OK : register_peek_batch(k->reg, t->name, &b, NULL);
    if (rc != RC_OK || (w && !w->written))
        refuse_unwritten(t, RC_FULL);
    else
        answer_taken(t, w ? &w->b : &b, REPLY_REPLAY);
}

static void settle_new(struct desk *k, struct taking *t, struct journal_place at)
{
    struct waiting *const w = t->waiting;
    w->b.sequence = t->entry.sequence;
    w->b.segment = at.segment;
    w->b.offset = at.offset;
    w->unit = t->entry.unit;
    queue_keep(k, w, t->q->body);
    k->next_sequence = t->entry.sequence + 1;
    answer_taken(t, &w->b, REPLY_ACCEPTED);
    queue_up(k, w);
}

static void settle_unwritten(struct desk *k, struct taking *t, enum rc why)
{
    refuse_unwritten(t, why);
    if (!t->waiting)
        return;
    struct day_rows *const day =
        day_rows_of(&k->days, t->q->sender, date_of_time(t->entry.received_at));
    if (day)
        day->rows -= day->rows < t->rows ? day->rows : t->rows;
    queue_drop(k, t->waiting);
}

void desk_settle(struct desk *k, struct taking *t, enum rc rc, struct journal_place at)
{
    if (rc != RC_OK)
        settle_unwritten(k, t, rc);
    else if (t->waiting)
        settle_new(k, t, at);
    else
        settle_again(k, t);
}

/* --- what is to be written --- */

static void fill_entry(struct taking *t, enum entry_type type)
{
    const struct question *const q = t->q;
    t->entry = (struct entry){
        .type = type,
        .sender = q->sender,
        .nonce = q->nonce,
        .created = q->created,
        .received_at = t->now,
        .kind = q->kind,
        .is_csv = q->is_csv,
        .key = q->key,
        .digest = q->digest,
        .base = q->base,
        .signature = q->signature,
        .signer = q->signer,
        .body_len = q->body_len,
    };
}

/* False: refused. */
static bool draft_new(struct desk *k, struct taking *t)
{
    struct reg_batch b;
    fill_entry(t, ENTRY_BATCH);
    memcpy(t->entry.id, t->name, sizeof t->entry.id);
    t->entry.unit = t->unit;
    t->entry.rows = t->rows;
    t->entry.body = t->sealed;
    desk_fill_batch(k->reg, &t->entry, (struct journal_place){ 0 }, &b);
    t->waiting = queue_add(k, &b);
    if (!t->waiting)
        refuse(t, REPLY_FAILED, 0, "out of memory");
    return t->waiting != NULL;
}

/* --- whether it may be --- */

/* Days end at midnight in China. */
static uint32_t seconds_left_of(int32_t today, int64_t now)
{
    const int64_t end = ((int64_t)today + 1) * 86400 - 8 * 3600;
    return end > now ? (uint32_t)(end - now) : 1;
}

/* A place in the queue, and among the rows of the day. False: refused. */
static bool find_room(struct desk *k, struct taking *t, struct day_rows **ret)
{
    const int32_t today = date_of_time(t->now);
    const uint64_t bound = t->rows_per_day;
    struct day_rows *const day = day_rows_of(&k->days, t->q->sender, today);
    *ret = day;
    if (k->count >= k->o.queue_batches)
        refuse(t, REPLY_QUEUE_FULL, DESK_RETRY_S, "");
    else if (!day)
        refuse(t, REPLY_FAILED, 0, "out of memory");
    else if (bound > 0 && (day->rows > bound || t->rows > bound - day->rows))
        refuse(t, REPLY_ROWS_PER_DAY, seconds_left_of(today, t->now), "");
    else
        return true;
    return false;
}

/* False: refused. */
static bool take_nonce(struct desk *k, struct taking *t)
{
    struct diag d = DIAG_INIT;
    const struct question *const q = t->q;
    if (nonces_add(k->nonces, q->sender, q->nonce, q->created + MESSAGE_WINDOW_S, t->now, &d) ==
        RC_OK)
        return true;
    refuse(t, REPLY_FAILED, 0, d.text);
    return false;
}

static bool nonce_is_new(struct desk *k, struct taking *t)
{
    const enum nonce_answer seen = nonces_look(k->nonces, t->q->sender, t->q->nonce, t->now);
    if (seen == NONCE_SEEN)
        refuse(t, REPLY_NONCE_USED, 0, "");
    else if (seen == NONCE_NO_ROOM)
        refuse(t, REPLY_QUEUE_FULL, DESK_RETRY_S, "");
    return seen == NONCE_NEW;
}

/* True: it is to be written. */
static bool take(struct desk *k, struct taking *t)
{
    struct diag d = DIAG_INIT;
    struct reg_batch first;
    struct day_rows *day = NULL;
    if (!k->reg || !k->taking || k->stop || k->journal_failed) {
        refuse(t, REPLY_NOT_READY, DESK_RETRY_S, k->journal_failed ? "failed" : "starting");
        return false;
    }
    const enum known known = look_up(k, t->q, &first, t->name, &d);
    if (known == KNOWN_FAILED || known == KNOWN_OTHER) {
        refuse(t, known == KNOWN_OTHER ? REPLY_KEY_REUSED : REPLY_FAILED, 0, d.text);
        return false;
    }
    if (!nonce_is_new(k, t) || (known == KNOWN_NOT && !find_room(k, t, &day)) || !take_nonce(k, t))
        return false;
    if (known == KNOWN_SAME) {
        memcpy(t->name, first.id, sizeof first.id);
        fill_entry(t, ENTRY_NONCE);
        return true;
    }
    if (!draft_new(k, t))
        return false;
    /* Counted before it is written: another thread may come in meanwhile. */
    day->rows += t->rows;
    return true;
}

void desk_take(struct desk *k, struct taking *t)
{
    assert(k && t && t->q && t->told);

    t->waiting = NULL;
    (void)pthread_mutex_lock(&k->lock);
    const bool drafted = take(k, t);
    if (drafted)
        desk_draft(k, t);
    (void)pthread_mutex_unlock(&k->lock);
    if (!drafted)
        t->told(t);
}

/* --- the same, waited for --- */

static void note_told(struct taking *t)
{
    sem_t *const told = t->arg;
    (void)sem_post(told);
}

void desk_submit(struct desk *k, struct taking *t)
{
    sem_t told;
    (void)sem_init(&told, 0, 0);
    t->told = note_told;
    t->arg = &told;
    desk_take(k, t);
    desk_have_written(k);
    while (sem_wait(&told) != 0 && errno == EINTR)
        ;
    (void)sem_destroy(&told);
}

bool desk_knows_key(struct desk *k, const struct question *q)
{
    struct reg_batch b;
    uint8_t name[BATCH_NAME_LEN];
    (void)pthread_mutex_lock(&k->lock);
    const enum known known = k->reg ? look_up(k, q, &b, name, NULL) : KNOWN_NOT;
    (void)pthread_mutex_unlock(&k->lock);
    return known == KNOWN_SAME || known == KNOWN_OTHER;
}
