/*
 * Any bytes as a delta: what is read is written the same again, its rows ascend and stay inside
 * what a column holds. Also as rows between which a delta leads, and as a checkpoint's note.
 */
#include <stdlib.h>

#include "core/cert/delta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORIGIN "log.example/sitecert"

static void walk_rows(const struct delta *delta)
{
    struct delta_changes c = delta_changes_over(delta);
    int64_t last = -1;
    for (;;) {
        struct delta_change change;
        struct column_row row = { .version = 1, .deadline = 20000 };
        bool more = false;
        if (delta_change_next(&c, &change, &more, NULL) != RC_OK || !more)
            return;
        if (change.index <= last || change.index >= COLUMN_ROWS_MAX ||
            change.status > STATUS_SUSPENDED)
            abort();
        last = change.index;
        if (delta_change_apply(&change, &row, NULL) == RC_OK &&
            (row.deadline < 0 || row.deadline > COLUMN_DEADLINE_MAX))
            abort();
    }
}

static void read_payload(struct span payload)
{
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    struct delta delta;
    if (delta_payload_read(payload, &delta, NULL) != RC_OK)
        return;
    if (delta.from >= delta.to || delta.rows > COLUMN_ROWS_MAX)
        abort();
    delta_payload_put(&again, &delta);
    if (!span_equal(buf_span(&again), payload))
        abort();
    walk_rows(&delta);
}

/* The input as rows: each pair of bytes a little further on than the row before. */
static void fill_rows(struct span in, struct columns *ret)
{
    if (columns_resize(ret, (uint32_t)(in.len / 2 < 500 ? in.len / 2 : 500), NULL) != RC_OK)
        abort();
    for (uint32_t i = 0; i < ret->count; i++) {
        const uint8_t a = in.ptr[(size_t)2 * i], b = in.ptr[(size_t)2 * i + 1];
        ret->rows[i] = (struct column_row){ .status = a % 3,
                                            .version = (uint16_t)(a / 3 * (b % 5)),
                                            .deadline = 20000 + (a & 1 ? 365 * (b % 4) : b) };
    }
}

static bool same_row(const struct column_row *a, const struct column_row *b)
{
    return a->status == b->status && a->version == b->version && a->deadline == b->deadline;
}

/* What leads from the first half of the input to the whole leads there. */
static void change_rows(struct span in)
{
    ON_EXIT(columns_free) struct columns old = { 0 }, new = { 0 };
    ON_EXIT(buf_free_at) struct buf changes = { 0 };
    fill_rows(in, &new);
    fill_rows(span_of(in.ptr, in.len / 2), &old);
    for (uint32_t i = 0; i < old.count; i += 3)
        old.rows[i].deadline += old.rows[i].status * 365 - 1;
    const struct delta delta = { .issued = (int64_t)19990 * 86400 };
    struct delta from = delta;
    const uint32_t count = delta_changes_put(&old, &new, delta.issued, &changes);
    if (columns_resize(&old, new.count, NULL) != RC_OK || !buf_ok(&changes))
        abort();
    from.changes = buf_span(&changes);
    struct delta_changes c = delta_changes_over(&from);
    for (uint32_t i = 0; i < count; i++) {
        struct delta_change change;
        bool more = false;
        if (delta_change_next(&c, &change, &more, NULL) != RC_OK || !more ||
            change.index >= old.count ||
            delta_change_apply(&change, &old.rows[change.index], NULL) != RC_OK)
            abort();
    }
    for (uint32_t i = 0; i < new.count; i++)
        if (!same_row(&old.rows[i], &new.rows[i]))
            abort();
}

/* A note that is put in short is the same again in full. */
static void shorten_note(struct span note)
{
    ON_EXIT(buf_free_at) struct buf line = { 0 }, again = { 0 };
    struct delta delta = { .from = 1, .to = 2 };
    if (!delta_checkpoint_take(&delta, ORIGIN, note, &line))
        return;
    delta_checkpoint_put(&again, &delta, ORIGIN);
    if (!delta.has_checkpoint || !span_equal(buf_span(&again), note))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cose_sign1 m;
    const struct span in = span_of(data, size);
    read_payload(in);
    change_rows(in);
    shorten_note(in);
    if (cose_sign1_parse(in, &m, NULL) == RC_OK)
        read_payload(m.payload);
    return 0;
}
