#include <assert.h>

#include "core/cert/bundle_state.h"

static enum rc take_block(const struct bundle *b, size_t set, uint32_t block, struct buf *plain,
                          struct column_row *to, struct diag *d)
{
    const uint32_t rows = columns_block_rows(b->header.rows, block);
    buf_clear(plain);
    const enum rc rc = bundle_read_block(b, set, block, plain, d);
    for (uint32_t i = 0; rc == RC_OK && i < rows; i++)
        column_block_row(buf_span(plain), rows, bundle_sets[set], i, &to[i]);
    return rc;
}

enum rc bundle_columns(struct bundle *b, struct columns *ret, struct diag *d)
{
    assert(b && ret && ret->count == 0);

    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    enum rc rc = columns_resize(ret, b->header.rows, d);
    for (uint32_t i = 0; rc == RC_OK && i < BUNDLE_SETS * b->blocks; i++) {
        const uint32_t block = i / BUNDLE_SETS;
        rc = take_block(b, i % BUNDLE_SETS, block, &plain, ret->rows + (size_t)block * COLUMN_BLOCK,
                        d);
    }
    return rc;
}
