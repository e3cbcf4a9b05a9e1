#include "issuer/core/apply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/core/bodies.h"
#include "issuer/core/results.h"
#include "issuer/intake/feed.h"

#define NO_FOLDER "/dev/null" /* where photo rows find no file: theirs come within */

/* The batch at work. */
struct body {
    struct reg_batch b;
    bool is_new; /* to the register */
    bool active;
    uint32_t unit; /* of its sender */
    struct rows *rows;
    struct feed *feed; /* large ones are read by a thread of their own */
    int fd;
};

struct apply {
    struct apply_options o;
    struct body body;
    struct batch batch; /* of small ones */
    struct buf entry, small, results;

    /* since the last commit */
    struct apply_figures group;
    uint64_t rows;
    bool changed;
    size_t touched_count, touched_cap;
    struct reg_batch *touched;
    /* batches below are in a commit; those below signed have their certificates signed too */
    uint64_t applied_below, committed_below, signed_below;
};

enum rc apply_new(const struct apply_options *o, struct apply **ret, struct diag *d)
{
    assert(o && ret);

    struct apply *const a = calloc(1, sizeof *a);
    if (!a)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "batches");
    a->o = *o;
    a->body.fd = -1;
    const enum rc rc = batch_open(BATCH_ROWS, &a->batch, d);
    if (rc != RC_OK) {
        apply_free(a);
        return rc;
    }
    *ret = a;
    return RC_OK;
}

static void close_body(struct body *b)
{
    feed_close(b->feed);
    rows_close(b->rows);
    fd_close_at(&b->fd);
    *b = (struct body){ .fd = -1 };
}

void apply_free(struct apply *a)
{
    if (!a)
        return;
    close_body(&a->body);
    batch_close(&a->batch);
    buf_free(&a->entry);
    buf_free(&a->small);
    buf_free(&a->results);
    free(a->touched);
    free(a);
}

bool apply_at_work(const struct apply *a)
{
    return a->body.active;
}

bool apply_changed(const struct apply *a)
{
    return a->changed;
}

bool apply_pending(const struct apply *a)
{
    return a->changed || a->signed_below < a->applied_below;
}

bool apply_is_full(const struct apply *a)
{
    return a->rows >= a->o.home->settings.group_rows;
}

/* --- beginning --- */

static enum rc open_rows(struct apply *a, struct span kept, const struct entry *e, struct diag *why)
{
    struct body *const b = &a->body;
    const struct rows_limits none = { UINT64_MAX, UINT64_MAX };
    const enum rows_format format = b->b.is_csv ? FORMAT_CSV : FORMAT_NDJSON;
    const enum record_kind kind = b->b.kind;
    enum rc rc = RC_OK;
    buf_clear(&a->small);
    if (kept.len == 0 && e->body.len == 0)
        rc = bodies_take(a->o.bodies, a->o.vault, b->b.digest, &b->fd, why);
    else if (kept.len == 0)
        rc = body_unseal(a->o.vault, b->b.digest, e->body, &a->small, why);
    if (rc != RC_OK)
        return rc;
    const struct span small = kept.len > 0 ? kept : buf_span(&a->small);
    rc = b->fd < 0 ? rows_open_bytes(small, "the batch", kind, format, &none, &b->rows, why)
                   : rows_open_fd(b->fd, "the batch", kind, format, &none, &b->rows, why);
    if (rc == RC_OK && !b->b.done)
        return RC_OK;
    const struct place at = { .offset = b->b.place, .line = b->b.line, .row = b->b.done };
    return rc == RC_OK ? rows_seek(b->rows, &at, why) : rc;
}

static enum rc open_feed(struct apply *a, struct diag *d)
{
    if (a->body.b.rows <= BATCH_ROWS)
        return RC_OK;
    return feed_open(a->body.rows, NO_FOLDER, date_of_time(a->o.home->now), BATCH_ROWS,
                     &a->body.feed, d);
}

static enum rc touch(struct apply *a, struct diag *d)
{
    struct reg_batch *const last = a->touched_count > 0 ? &a->touched[a->touched_count - 1] : NULL;
    a->changed = true;
    if (last && last->sequence == a->body.b.sequence) {
        *last = a->body.b;
        return RC_OK;
    }
    if (a->touched_count == a->touched_cap) {
        const size_t cap = a->touched_cap > 0 ? 2 * a->touched_cap : 64;
        struct reg_batch *const grown = realloc(a->touched, cap * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "batches");
        a->touched = grown;
        a->touched_cap = cap;
    }
    a->touched[a->touched_count++] = a->body.b;
    return RC_OK;
}

static enum rc add_to_day(struct apply *a, struct diag *d)
{
    struct reg *const reg = engine_register(a->o.engine);
    const struct reg_batch *const b = &a->body.b;
    const int32_t day = date_of_time(b->received_at);
    const struct span sender = span_text(b->sender);
    uint64_t rows;
    const enum rc rc = register_batch_day(reg, day, sender, &rows, d);
    return rc == RC_OK ? register_batch_day_put(reg, day, sender, rows + b->rows, d) : rc;
}

/* The batch as it stands goes into the transaction. */
static enum rc store(struct apply *a, struct diag *d)
{
    struct body *const b = &a->body;
    enum rc rc = register_batch_put(engine_register(a->o.engine), &b->b, b->is_new, d);
    b->is_new = false;
    return rc == RC_OK ? touch(a, d) : rc;
}

static enum rc finish(struct apply *a, enum batch_state state, struct diag *d)
{
    struct body *const b = &a->body;
    b->b.state = state;
    b->b.done_at = a->o.home->now;
    enum rc rc = add_to_day(a, d);
    if (rc == RC_OK)
        rc = store(a, d);
    if (state == BATCH_DONE)
        a->group.done++;
    else
        a->group.failed++;
    a->applied_below = b->b.sequence + 1;
    close_body(b);
    return rc;
}

/* Of a body that is not what was taken any more: said of the batch, and the next one's turn. */
static enum rc give_up(struct apply *a, const struct diag *why, struct diag *d)
{
    (void)snprintf(a->body.b.error, sizeof a->body.b.error, "%s", why->text);
    return finish(a, BATCH_FAILED, d);
}

/* It was altered, or is gone; all else is ours, and another start may mend it. */
static bool is_the_bodys_fault(enum rc rc)
{
    return rc == RC_FORMAT || rc == RC_LIMIT || rc == RC_CRYPTO || rc == RC_NOT_FOUND;
}

enum rc apply_batch_begin(struct apply *a, const struct reg_batch *b, struct diag *d)
{
    assert(a && b && !a->body.active);

    struct diag why = DIAG_INIT;
    struct entry e = { 0 };
    struct span kept = { 0 };
    enum rc rc = RC_OK;
    a->body.b = *b;
    a->body.active = true;
    a->body.is_new = b->state == BATCH_QUEUED;
    a->body.b.state = BATCH_WORKING;
    if (!desk_kept(a->o.desk, b, &kept, &a->body.unit)) {
        rc = desk_entry(a->o.desk, b, &a->entry, &e, d);
        a->body.unit = e.unit;
    }
    if (rc != RC_OK)
        return rc;
    rc = open_rows(a, kept, &e, &why);
    if (rc == RC_OK)
        return open_feed(a, d);
    return is_the_bodys_fault(rc) ? give_up(a, &why, d)
                                  : diag_set(d, rc, why.offset, "%s", why.text);
}

/* --- rows --- */

static enum rc apply_row(struct apply *a, const struct batch_row *row, struct diag *d)
{
    struct outcome outcome = { .outcome = OUTCOME_REFUSED };
    enum rc rc = RC_OK;
    if (row->misshapen)
        outcome.reasons = *row->early;
    else
        rc = engine_apply(a->o.engine, &row->record, row->early, &outcome, d);
    if (rc != RC_OK)
        return rc;
    results_put(&a->results, row, &outcome);
    assert(outcome.outcome != OUTCOME_NONE);
    a->body.b.counts[outcome.outcome]++;
    a->group.rows[outcome.outcome]++;
    for (size_t i = 0; i < outcome.reasons.count; i++)
        a->group.without_key += outcome.reasons.items[i].code == REASON_SIGNING_KEY_MISSING;
    a->body.b.done++;
    a->rows++;
    return RC_OK;
}

/* Those of the rows from `first` on. */
static enum rc store_results(struct apply *a, uint64_t *first, struct diag *d)
{
    enum rc rc = buf_rc(&a->results, d);
    if (rc == RC_OK && a->results.len > 0)
        rc = register_batch_results_put(engine_register(a->o.engine), a->body.b.sequence, *first,
                                        buf_span(&a->results), d);
    *first = a->body.b.done;
    buf_clear(&a->results);
    return rc;
}

static enum rc apply_rows(struct apply *a, const struct batch *rows, struct diag *d)
{
    uint64_t first = a->body.b.done;
    enum rc rc = RC_OK;
    buf_clear(&a->results);
    for (size_t i = 0; rc == RC_OK && i < rows->count; i++) {
        rc = apply_row(a, &rows->rows[i], d);
        if (rc == RC_OK && a->results.len > BATCH_RESULTS_MAX - RESULT_MAX)
            rc = store_results(a, &first, d);
    }
    if (rc == RC_OK)
        rc = store_results(a, &first, d);
    if (rc == RC_OK && rows->rc == RC_OK) {
        a->body.b.place = rows->next.offset;
        a->body.b.line = rows->next.line;
    }
    return rc;
}

enum rc apply_batch_step(struct apply *a, bool *ret_more, struct diag *d)
{
    assert(a && a->body.active && ret_more);

    const struct batch *rows = &a->batch;
    engine_set_sender(a->o.engine, a->body.b.sender, a->body.unit);
    if (a->body.feed)
        rows = feed_next(a->body.feed);
    else
        batch_fill(&a->batch, a->body.rows, NO_FOLDER, date_of_time(a->o.home->now));
    enum rc rc = apply_rows(a, rows, d);
    if (rc != RC_OK)
        return rc;
    if (rows->rc != RC_OK && !is_the_bodys_fault(rows->rc))
        return diag_set(d, rows->rc, rows->why.offset, "%s", rows->why.text);

    *ret_more = !rows->last;
    if (!rows->last)
        return store(a, d);
    return rows->rc == RC_OK ? finish(a, BATCH_DONE, d) : give_up(a, &rows->why, d);
}

/* --- durable --- */

enum rc apply_commit(struct apply *a, struct apply_figures *ret, struct diag *d)
{
    assert(a && ret);

    const enum rc rc = engine_commit(a->o.engine, d);
    if (rc != RC_OK)
        return rc;
    struct reg *const reg = engine_register(a->o.engine);
    /* What the commit before this one held is signed now; this one's only if it had nothing to
     * sign. */
    a->signed_below =
        register_log_settled(reg) == register_log_size(reg) ? a->applied_below : a->committed_below;
    a->committed_below = a->applied_below;
    for (size_t i = 0; i < a->touched_count; i++)
        desk_committed(a->o.desk, &a->touched[i]);
    desk_done(a->o.desk, a->signed_below);
    *ret = a->group;
    a->group = (struct apply_figures){ 0 };
    a->touched_count = 0;
    a->rows = 0;
    a->changed = false;
    return RC_OK;
}
