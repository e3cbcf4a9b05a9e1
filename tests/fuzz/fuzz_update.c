/*
 * Any bytes as a bundle (its length in 4 bytes first) and a delta behind it, by a rule in place of
 * signatures: what an update makes is open, of a later sequence, and has all of its rows.
 */
#include <stdlib.h>

#include "core/cert/bundle_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void finish(struct bundle_update *u, struct bundle *old)
{
    ON_EXIT(columns_free) struct columns before = { 0 }, after = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(bundle_free_at) struct bundle *new = NULL;
    struct column_row row;
    if (bundle_update_finish(u, &file, &new, NULL) != RC_OK)
        return;
    const struct bundle_times was = bundle_times(old), is = bundle_times(new);
    const struct bundle_changes changes = bundle_update_changes(u);
    must(is.sequence > was.sequence && is.rows >= was.rows);
    must(changes.from == was.sequence && changes.to == is.sequence && changes.deltas == 1);
    /* A block that no change touches is taken over unread: it is as good as it was. */
    if (bundle_columns(old, &before, NULL) == RC_OK)
        must(bundle_columns(new, &after, NULL) == RC_OK && after.count == is.rows);
    must(bundle_find(new, is.rows, &row, NULL) == RC_NOT_FOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t len;
    struct reader r = reader_over(span_of(data, size));
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    ON_EXIT(bundle_update_free_at) struct bundle_update *u = NULL;
    if (!reader_be32(&r, &len) || len > reader_left(&r) ||
        bundle_open(span_of(data + 4, len), NULL, &b, NULL) != RC_OK ||
        bundle_update_begin(b, NULL, &u, NULL) != RC_OK)
        return 0;
    if (bundle_update_apply(u, span_of(data + 4 + len, size - 4 - len), NULL) == RC_OK)
        finish(u, b);
    return 0;
}
