/* What journal and register hold when the desk opens. */
#include "core/base/dates.h"
#include "core/message/message.h"
#include "issuer/core/desk_internal.h"

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
    desk_fill_batch(p->reg, e, at, &b);
    enum rc rc = register_batch(p->reg, e->sequence, &b, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    struct waiting *const w = queue_add(p->k, &b);
    struct day_rows *const day = day_rows_of(&p->k->days, e->sender, date_of_time(e->received_at));
    if (!w || !day)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the queue");
    w->unit = e->unit;
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

enum rc desk_replay(struct desk *k, struct reg *reg, int64_t now, struct diag *d)
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
        rc = day_rows_load(&k->days, reg, date_of_time(now), d);
    if (rc == RC_OK)
        rc = find_window(k, now, &at, d);
    if (rc == RC_OK)
        rc = replay_from(&p, at, d);
    k->done_below = p.from;
    return rc;
}
