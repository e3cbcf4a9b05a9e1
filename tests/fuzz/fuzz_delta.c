/*
 * Any bytes as a delta: what is read is written the same again, its rows ascend and stay inside
 * what a column holds.
 */
#include <stdlib.h>

#include "core/cert/delta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cose_sign1 m;
    const struct span in = span_of(data, size);
    read_payload(in);
    if (cose_sign1_parse(in, &m, NULL) == RC_OK)
        read_payload(m.payload);
    return 0;
}
