#include "issuer/core/desk.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/message/message.h"
#include "issuer/core/nonces.h"
#include "issuer/core/results.h"

#define BUCKETS      4096u /* a power of two */
#define GROUP_MAX    512u  /* entries that go to disk together */
#define GROUP_BYTES  (8u << 20)
#define ATTEMPTS_MAX 4u /* at an id that another sender's batch has */
#define RETRY_S      2u

enum written { WRITING = 0, WRITTEN, NOT_WRITTEN };

/* A batch that is taken, or about to be. */
struct waiting {
    struct reg_batch b;
    enum written written;
    struct waiting *next;      /* in the order of their sequence */
    struct waiting *next_same; /* of its bucket */
};

/* An entry that somebody waits for, on that thread's stack. */
struct draft {
    struct entry entry;
    struct waiting *batch; /* NULL: a nonce */
    enum written written;
    enum rc why;
    struct draft *next;
};

/* Rows of a sender's day: few senders have a bound. */
struct day_rows {
    char sender[BATCH_SENDER_MAX + 1];
    int32_t day;
    uint64_t rows;
    struct day_rows *next;
};

struct desk {
    struct desk_options o;
    pthread_t writer;
    bool has_writer;

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t drafted, written, queued, done;
    struct reg *reg; /* NULL: closed */
    bool taking, stop, woken, working, full_disk, journal_failed;
    struct nonces *nonces;
    struct draft *drafts, **drafts_end;
    struct waiting *first, **end; /* not done; those that are written */
    struct waiting *next_to_work; /* NULL: none */
    struct waiting *buckets[BUCKETS];
    uint64_t count;         /* taken and not done, with those being written */
    uint64_t next_sequence; /* of the next entry */
    uint64_t done_below;
    struct day_rows *days;
};

/* --- the bucket of an id --- */

static struct waiting **bucket(struct desk *k, const uint8_t id[BATCH_ID_BYTES])
{
    return &k->buckets[((size_t)id[0] << 8 | id[1]) & (BUCKETS - 1)];
}

static struct waiting *find_waiting(struct desk *k, const uint8_t id[BATCH_ID_BYTES])
{
    struct waiting *w = *bucket(k, id);
    while (w && memcmp(w->b.id, id, BATCH_ID_BYTES) != 0)
        w = w->next_same;
    return w;
}

static void drop_waiting(struct desk *k, struct waiting *w)
{
    struct waiting **at = bucket(k, w->b.id);
    while (*at != w)
        at = &(*at)->next_same;
    *at = w->next_same;
    k->count--;
    free(w);
}

static struct waiting *add_waiting(struct desk *k, const struct reg_batch *b)
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

/* Written: it waits for the worker. */
static void queue_up(struct desk *k, struct waiting *w)
{
    w->written = WRITTEN;
    *k->end = w;
    k->end = &w->next;
    if (!k->next_to_work)
        k->next_to_work = w;
    (void)pthread_cond_signal(&k->queued);
}

/* --- the thread that writes --- */

static size_t take_drafts(struct desk *k, struct draft *ret[GROUP_MAX])
{
    size_t count = 0, bytes = 0;
    while (k->drafts && count < GROUP_MAX && bytes < GROUP_BYTES) {
        struct draft *const e = k->drafts;
        k->drafts = e->next;
        bytes += e->entry.body.len + e->entry.base.len;
        ret[count++] = e;
    }
    if (!k->drafts)
        k->drafts_end = &k->drafts;
    return count;
}

/* Sequences are given out here: what does not come to disk leaves no gap. */
static enum rc write_drafts(struct desk *k, struct draft *const *drafts, size_t count,
                            uint64_t sequence, struct buf *text, struct journal_place *places)
{
    size_t starts[GROUP_MAX + 1];
    struct span records[GROUP_MAX];
    buf_clear(text);
    for (size_t i = 0; i < count; i++) {
        struct entry *const e = &drafts[i]->entry;
        if (e->type == ENTRY_BATCH)
            e->sequence = sequence++;
        starts[i] = text->len;
        entry_put(text, e);
    }
    starts[count] = text->len;
    if (!buf_ok(text))
        return RC_NOMEM;
    for (size_t i = 0; i < count; i++)
        records[i] = span_of(text->ptr + starts[i], starts[i + 1] - starts[i]);
    return journal_append(k->o.journal, records, count, places, NULL);
}

static void settle_drafts(struct desk *k, struct draft *const *drafts, size_t count, enum rc rc,
                          const struct journal_place *places)
{
    for (size_t i = 0; i < count; i++) {
        struct draft *const e = drafts[i];
        e->why = rc;
        e->written = rc == RC_OK ? WRITTEN : NOT_WRITTEN;
        if (rc != RC_OK || !e->batch)
            continue;
        e->batch->b.sequence = e->entry.sequence;
        e->batch->b.segment = places[i].segment;
        e->batch->b.offset = places[i].offset;
        k->next_sequence = e->entry.sequence + 1;
        queue_up(k, e->batch);
    }
    k->full_disk = rc == RC_FULL;
    k->journal_failed = k->journal_failed || (rc != RC_OK && rc != RC_FULL && rc != RC_NOMEM);
    (void)pthread_cond_broadcast(&k->written);
}

static void *write_entries(void *arg)
{
    struct desk *const k = arg;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct draft *drafts[GROUP_MAX];
    struct journal_place places[GROUP_MAX];
    (void)pthread_mutex_lock(&k->lock);
    for (;;) {
        while (!k->drafts && !k->stop)
            (void)pthread_cond_wait(&k->drafted, &k->lock);
        if (!k->drafts)
            break;
        const size_t count = take_drafts(k, drafts);
        const uint64_t sequence = k->next_sequence;
        (void)pthread_mutex_unlock(&k->lock);
        const enum rc rc = write_drafts(k, drafts, count, sequence, &text, places);
        (void)pthread_mutex_lock(&k->lock);
        settle_drafts(k, drafts, count, rc, places);
    }
    (void)pthread_mutex_unlock(&k->lock);
    return NULL;
}

/* With the lock; it is given up meanwhile. */
static void write_draft(struct desk *k, struct draft *e)
{
    *k->drafts_end = e;
    k->drafts_end = &e->next;
    (void)pthread_cond_signal(&k->drafted);
    while (e->written == WRITING)
        (void)pthread_cond_wait(&k->written, &k->lock);
}

/* --- beginning and ending --- */

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
    (void)pthread_cond_init(&k->written, NULL);
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
    while (k->first) {
        struct waiting *const w = k->first;
        k->first = w->next;
        free(w);
    }
    while (k->days) {
        struct day_rows *const day = k->days;
        k->days = day->next;
        free(day);
    }
    nonces_free(k->nonces);
    (void)pthread_cond_destroy(&k->drafted);
    (void)pthread_cond_destroy(&k->written);
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

/* --- rows of a day --- */

/* A sender's day; NULL: no memory. An older day than the one that is counted counts nothing. */
static struct day_rows *day_of(struct desk *k, struct span sender, int32_t day)
{
    struct day_rows *r = k->days;
    while (r && !span_equal(span_text(r->sender), sender))
        r = r->next;
    if (!r) {
        r = calloc(1, sizeof *r);
        if (!r)
            return NULL;
        memcpy(r->sender, sender.ptr, sender.len);
        r->day = day;
        r->next = k->days;
        k->days = r;
    }
    if (r->day < day) {
        r->day = day;
        r->rows = 0;
    }
    return r;
}

/* What the register knows of today. */
static enum rc load_days(struct desk *k, struct reg *reg, int32_t today, struct diag *d)
{
    char sender[BATCH_SENDER_MAX + 1] = "";
    uint64_t rows;
    enum rc rc;
    while ((rc = register_batch_day_next(reg, today, sender, &rows, d)) == RC_OK) {
        struct day_rows *const day = day_of(k, span_text(sender), today);
        if (!day)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "rows of a day");
        day->rows = rows;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* --- what the journal holds --- */

static void fill_batch(const struct reg *reg, const struct entry *e, struct journal_place at,
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
    for (unsigned i = 0; i < ATTEMPTS_MAX; i++) {
        register_batch_name(reg, e->sender, e->key, i, b->name);
        if (memcmp(b->name, b->id, sizeof b->id) == 0)
            break;
    }
}

/* The first batch that the register does not know as done, and its place, or the next one's. */
static enum rc find_place(struct reg *reg, uint64_t *ret_sequence, struct journal_place *ret_place,
                          bool *ret_known, struct diag *d)
{
    struct reg_batch last;
    uint64_t count;
    enum rc rc = register_batch_count(reg, &count, d);
    *ret_sequence = 0;
    *ret_known = false;
    if (rc != RC_OK || count == 0)
        return rc;
    rc = register_batch(reg, count - 1, &last, d);
    if (rc != RC_OK)
        return rc;
    *ret_known = true;
    *ret_place = (struct journal_place){ (uint32_t)last.segment, last.offset };
    *ret_sequence = count - (last.done_at == 0 ? 1 : 0);
    return RC_OK;
}

static enum rc does_not_fit(struct journal_place at, struct diag *d)
{
    return diag_set(
        d, RC_FORMAT, (size_t)at.offset,
        "the register knows batches that segment %u of the journal does not hold: restore "
        "both from one backup",
        at.segment);
}

struct replay {
    struct desk *k;
    struct reg *reg;
    uint64_t from; /* batches below are done */
    int64_t now;
};

static enum rc take_entry(const struct replay *p, const struct entry *e, struct journal_place at,
                          struct diag *d)
{
    const int64_t until = e->created + MESSAGE_WINDOW_S;
    if (until >= p->now) {
        const enum rc rc = nonces_add(p->k->nonces, e->sender, e->nonce, until, p->now, d);
        if (rc != RC_OK)
            return rc;
    }
    if (e->type != ENTRY_BATCH)
        return RC_OK;
    p->k->next_sequence = e->sequence + 1;
    if (e->sequence < p->from)
        return RC_OK;

    struct reg_batch b;
    fill_batch(p->reg, e, at, &b);
    enum rc rc = register_batch(p->reg, e->sequence, &b, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    struct waiting *const w = add_waiting(p->k, &b);
    struct day_rows *const day = day_of(p->k, e->sender, date_of_time(e->received_at));
    if (!w || !day)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the queue");
    day->rows += e->rows;
    queue_up(p->k, w);
    return RC_OK;
}

/* From a place on, in order. */
static enum rc replay_from(const struct replay *p, struct journal_place at, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct journal_place next;
    struct entry e;
    enum rc rc;
    while ((rc = journal_read(p->k->o.journal, at, &text, &next, d)) == RC_OK) {
        rc = entry_read(buf_span(&text), &e, d);
        if (rc == RC_OK)
            rc = take_entry(p, &e, at, d);
        if (rc != RC_OK)
            return rc;
        at = next;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The last segment that begins before the window of nonces, but not behind `at`. */
static enum rc find_window(struct desk *k, int64_t now, struct journal_place *at, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    const struct journal_place first = journal_start(k->o.journal);
    struct journal_place next;
    struct entry e;
    at->offset = 0;
    for (;;) {
        enum rc rc = journal_read(k->o.journal, *at, &text, &next, d);
        const bool is_empty = rc == RC_NOT_FOUND;
        if (rc == RC_OK)
            rc = entry_read(buf_span(&text), &e, d);
        if (rc != RC_OK && !is_empty)
            return rc;
        if (at->segment <= first.segment ||
            (!is_empty && e.received_at < now - 2 * MESSAGE_WINDOW_S))
            return RC_OK;
        at->segment--;
    }
}

static enum rc look_at_place(struct desk *k, struct journal_place at, uint64_t sequence,
                             struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct journal_place next;
    struct entry e;
    enum rc rc = journal_read(k->o.journal, at, &text, &next, NULL);
    if (rc == RC_OK)
        rc = entry_read(buf_span(&text), &e, NULL);
    return rc == RC_OK && e.type == ENTRY_BATCH && e.sequence == sequence ? RC_OK
                                                                          : does_not_fit(at, d);
}

static enum rc go_on(struct desk *k, struct reg *reg, int64_t now, struct diag *d)
{
    struct replay p = { .k = k, .reg = reg, .now = now };
    struct journal_place at = journal_start(k->o.journal);
    bool known;
    uint64_t count;
    enum rc rc = find_place(reg, &p.from, &at, &known, d);
    if (rc == RC_OK)
        rc = register_batch_count(reg, &count, d);
    if (rc == RC_OK && known)
        rc = look_at_place(k, at, count - 1, d);
    if (rc == RC_OK)
        rc = load_days(k, reg, date_of_time(now), d);
    if (rc == RC_OK)
        rc = find_window(k, now, &at, d);
    if (rc == RC_OK)
        rc = replay_from(&p, at, d);
    k->done_below = p.from;
    return rc;
}

enum rc desk_open(struct desk *k, struct reg *reg, int64_t now, struct diag *d)
{
    assert(k && reg && !k->reg && !k->has_writer);

    (void)pthread_mutex_lock(&k->lock);
    enum rc rc = go_on(k, reg, now, d);
    if (rc == RC_OK && !k->stop) {
        k->has_writer = pthread_create(&k->writer, NULL, write_entries, k) == 0;
        if (!k->has_writer)
            rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start a thread");
        else
            k->reg = reg;
    }
    (void)pthread_mutex_unlock(&k->lock);
    return rc;
}

/* --- taking --- */

enum known { KNOWN_NOT = 0, KNOWN_SAME, KNOWN_OTHER, KNOWN_FAILED };

/* Whether this sender has used this key before, and which batch it was. ret_name: what a new one is
 * called. */
static enum known look_up(struct desk *k, const struct question *q, struct reg_batch *ret,
                          uint8_t ret_name[BATCH_NAME_LEN], struct diag *d)
{
    for (unsigned i = 0; i < ATTEMPTS_MAX; i++) {
        register_batch_name(k->reg, q->sender, q->key, i, ret_name);
        const struct waiting *const w = find_waiting(k, ret_name);
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

static void refuse(struct answer *a, enum reply reply, uint32_t retry_s, const char *detail)
{
    a->reply = reply;
    a->retry_s = retry_s;
    (void)snprintf(a->detail, sizeof a->detail, "%s", detail);
}

static void refuse_unwritten(struct answer *a, enum rc why)
{
    if (why == RC_FULL)
        refuse(a, REPLY_NOT_READY, RETRY_S, "disk_full");
    else
        refuse(a, REPLY_NOT_READY, RETRY_S, "failed");
}

static enum nonce_answer look_at_nonce(struct desk *k, const struct question *q, int64_t now,
                                       struct answer *a)
{
    const enum nonce_answer seen = nonces_look(k->nonces, q->sender, q->nonce, now);
    if (seen == NONCE_SEEN)
        refuse(a, REPLY_NONCE_USED, 0, "");
    else if (seen == NONCE_NO_ROOM)
        refuse(a, REPLY_QUEUE_FULL, RETRY_S, "");
    return seen;
}

static void fill_entry(const struct question *q, enum entry_type type, int64_t now, struct entry *e)
{
    *e = (struct entry){
        .type = type,
        .sender = q->sender,
        .nonce = q->nonce,
        .created = q->created,
        .received_at = now,
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

static void answer_taken(const struct reg_batch *b, enum reply reply, struct answer *a)
{
    a->reply = reply;
    hex_encode(b->id, sizeof b->id, a->batch);
}

struct submission {
    const struct question *q;
    struct span sealed;
    const struct sender *sender;
    uint64_t rows;
    int64_t now;
    uint8_t name[BATCH_NAME_LEN];
};

/* The same again: only its nonce is new. Waits until the first one is on disk. */
static void submit_again(struct desk *k, const struct submission *s, const struct reg_batch *first,
                         struct answer *a, uint64_t *ret_sequence)
{
    struct draft e = { .written = WRITING };
    uint8_t id[BATCH_ID_BYTES];
    memcpy(id, first->id, sizeof id);
    fill_entry(s->q, ENTRY_NONCE, s->now, &e.entry);
    write_draft(k, &e);
    if (e.written != WRITTEN) {
        refuse_unwritten(a, e.why);
        return;
    }
    /* Entries go to disk in order: what was before this one is there, or has failed. */
    struct reg_batch b;
    const struct waiting *const w = find_waiting(k, id);
    const enum rc rc = w         ? RC_OK
                       : !k->reg ? RC_NOT_FOUND
                                 : register_peek_batch(k->reg, id, &b, NULL);
    if (rc != RC_OK || (w && w->written != WRITTEN)) {
        refuse_unwritten(a, RC_FULL);
        return;
    }
    answer_taken(w ? &w->b : &b, REPLY_REPLAY, a);
    *ret_sequence = w ? w->b.sequence : b.sequence;
}

static void submit_new(struct desk *k, const struct submission *s, struct answer *a,
                       uint64_t *ret_sequence)
{
    struct draft e = { .written = WRITING };
    struct reg_batch b;
    fill_entry(s->q, ENTRY_BATCH, s->now, &e.entry);
    memcpy(e.entry.id, s->name, sizeof e.entry.id);
    e.entry.unit = s->sender->unit;
    e.entry.rows = s->rows;
    e.entry.body = s->sealed;
    fill_batch(k->reg, &e.entry, (struct journal_place){ 0 }, &b);
    e.batch = add_waiting(k, &b);
    if (!e.batch) {
        refuse(a, REPLY_FAILED, 0, "out of memory");
        return;
    }
    write_draft(k, &e);
    if (e.written != WRITTEN) {
        drop_waiting(k, e.batch);
        refuse_unwritten(a, e.why);
        return;
    }
    answer_taken(&b, REPLY_ACCEPTED, a);
    *ret_sequence = e.entry.sequence;
}

/* Days end at midnight in China. */
static uint32_t seconds_left_of(int32_t today, int64_t now)
{
    const int64_t end = ((int64_t)today + 1) * 86400 - 8 * 3600;
    return end > now ? (uint32_t)(end - now) : 1;
}

/* A place in the queue, and among the rows of the day. False: refused. */
static bool find_room(struct desk *k, const struct submission *s, struct answer *a)
{
    const int32_t today = date_of_time(s->now);
    const struct day_rows *const day = day_of(k, s->q->sender, today);
    const uint64_t bound = s->sender->rows_per_day;
    if (k->count >= k->o.queue_batches) {
        refuse(a, REPLY_QUEUE_FULL, RETRY_S, "");
        return false;
    }
    if (!day) {
        refuse(a, REPLY_FAILED, 0, "out of memory");
        return false;
    }
    if (bound > 0 && (day->rows > bound || s->rows > bound - day->rows)) {
        refuse(a, REPLY_ROWS_PER_DAY, seconds_left_of(today, s->now), "");
        return false;
    }
    return true;
}

static void submit(struct desk *k, struct submission *s, struct answer *a, uint64_t *ret_sequence)
{
    struct diag d = DIAG_INIT;
    struct reg_batch first;
    if (!k->reg || !k->taking || k->stop || k->journal_failed) {
        refuse(a, REPLY_NOT_READY, RETRY_S, k->journal_failed ? "failed" : "starting");
        return;
    }
    const enum known known = look_up(k, s->q, &first, s->name, &d);
    if (known == KNOWN_FAILED || known == KNOWN_OTHER) {
        refuse(a, known == KNOWN_OTHER ? REPLY_KEY_REUSED : REPLY_FAILED, 0, d.text);
        return;
    }
    if (look_at_nonce(k, s->q, s->now, a) != NONCE_NEW ||
        (known == KNOWN_NOT && !find_room(k, s, a)))
        return;
    if (nonces_add(k->nonces, s->q->sender, s->q->nonce, s->q->created + MESSAGE_WINDOW_S, s->now,
                   &d) != RC_OK) {
        refuse(a, REPLY_FAILED, 0, d.text);
        return;
    }
    if (known == KNOWN_SAME) {
        submit_again(k, s, &first, a, ret_sequence);
        return;
    }
    /* Counted before it is written: another thread may come in meanwhile. */
    struct day_rows *const day = day_of(k, s->q->sender, date_of_time(s->now));
    day->rows += s->rows;
    submit_new(k, s, a, ret_sequence);
    if (a->reply != REPLY_ACCEPTED)
        day->rows -= day->rows < s->rows ? day->rows : s->rows;
}

void desk_submit(struct desk *k, const struct question *q, struct span sealed, uint64_t rows,
                 const struct sender *sender, int64_t now, struct answer *ret,
                 uint64_t *ret_sequence)
{
    assert(k && q && sender && ret && ret_sequence);

    struct submission s = { .q = q, .sealed = sealed, .sender = sender, .rows = rows, .now = now };
    (void)pthread_mutex_lock(&k->lock);
    submit(k, &s, ret, ret_sequence);
    (void)pthread_mutex_unlock(&k->lock);
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

/* --- asking --- */

enum rc desk_find(struct desk *k, struct span id, struct reg_batch *ret, bool *ret_done,
                  struct diag *d)
{
    assert(k && ret && ret_done);

    uint8_t bytes[BATCH_ID_BYTES];
    if (!hex_decode(id, bytes, sizeof bytes))
        return RC_NOT_FOUND;
    (void)pthread_mutex_lock(&k->lock);
    const struct waiting *const w = find_waiting(k, bytes);
    enum rc rc = RC_NOT_FOUND;
    if (w && w->written == WRITTEN) {
        *ret = w->b;
        rc = RC_OK;
    } else if (!w && k->reg)
        rc = register_peek_batch(k->reg, bytes, ret, d);
    if (rc == RC_OK)
        *ret_done = ret->sequence < k->done_below;
    (void)pthread_mutex_unlock(&k->lock);
    return rc;
}

static struct timespec in_ms(uint32_t ms)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

bool desk_wait(struct desk *k, uint64_t sequence, uint32_t timeout_ms)
{
    const struct timespec until = in_ms(timeout_ms);
    int error = 0;
    (void)pthread_mutex_lock(&k->lock);
    while (k->done_below <= sequence && !k->stop && error == 0)
        error = pthread_cond_timedwait(&k->done, &k->lock, &until);
    const bool done = k->done_below > sequence;
    (void)pthread_mutex_unlock(&k->lock);
    return done;
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

/* --- the worker's --- */

bool desk_next(struct desk *k, uint32_t timeout_ms, struct reg_batch *ret)
{
    const struct timespec until = in_ms(timeout_ms);
    int error = 0;
    (void)pthread_mutex_lock(&k->lock);
    while (!k->next_to_work && !k->woken && timeout_ms > 0 && error == 0)
        error = pthread_cond_timedwait(&k->queued, &k->lock, &until);
    const bool found = k->next_to_work && !k->stop;
    k->woken = false;
    if (found) {
        *ret = k->next_to_work->b;
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
    struct waiting *const w = find_waiting(k, b->id);
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
        drop_waiting(k, w);
    }
    if (below > k->done_below)
        k->done_below = below;
    (void)pthread_cond_broadcast(&k->done);
    (void)pthread_mutex_unlock(&k->lock);
}
