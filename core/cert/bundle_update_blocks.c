#include "core/cert/bundle_update_blocks.h"

#include <assert.h>
#include <stdlib.h>

#include "core/cert/column_layout.h"

enum rc update_blocks_begin(struct update_blocks *b, const struct bundle *old, size_t set,
                            struct diag *d)
{
    *b = (struct update_blocks){
        .old = old, .set = set, .rows = old->header.rows, .count = old->blocks
    };
    b->blocks = calloc((size_t)old->blocks + 1, sizeof *b->blocks);
    return b->blocks ? RC_OK : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "updating a bundle");
}

void update_blocks_free(struct update_blocks *b)
{
    for (uint32_t i = 0; b->blocks && i < b->count; i++)
        buf_free(&b->blocks[i].plain);
    free(b->blocks);
    buf_free(&b->hashes);
    buf_free(&b->entries);
    buf_free(&b->coded);
    *b = (struct update_blocks){ .count = 0 };
}

static enum column_set set_of(const struct update_blocks *b)
{
    return bundle_sets[b->set];
}

static bool is_old(const struct update_blocks *b, uint32_t block)
{
    return block < b->old->blocks && !b->blocks[block].changed;
}

/* The old bundle's block in the plain, when nobody has asked for it before. */
static enum rc load(struct update_blocks *b, uint32_t block, struct diag *d)
{
    if (b->blocks[block].plain.len > 0)
        return RC_OK;
    return bundle_read_block(b->old, b->set, block, &b->blocks[block].plain, d);
}

/* --- growing --- */

static void put_zeros(struct buf *to, size_t len)
{
    uint8_t *const at = buf_reserve(to, len);
    if (!at)
        return;
    memset(at, 0, len);
    to->len += len;
}

/* Each column of the block gets its new rows behind its old ones. */
static enum rc stretch(struct update_blocks *b, uint32_t block, uint32_t old_rows, uint32_t rows,
                       struct diag *d)
{
    struct column_part old[2], new[2];
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    struct update_block *const to = &b->blocks[block];
    const size_t parts = column_parts(set_of(b), rows, new);
    (void)column_parts(set_of(b), old_rows, old);
    const uint8_t *from = to->plain.ptr;
    for (size_t i = 0; i < parts; i++) {
        const size_t len = old[i].count * old[i].width;
        buf_put(&plain, from, len);
        put_zeros(&plain, new[i].count *new[i].width - len);
        from += len;
    }
    const enum rc rc = buf_rc(&plain, d);
    if (rc != RC_OK)
        return rc;
    const struct buf before = to->plain;
    to->plain = plain;
    plain = before;
    to->changed = true;
    return RC_OK;
}

static enum rc make_room(struct update_blocks *b, uint32_t count, struct diag *d)
{
    struct update_block *const more = realloc(b->blocks, ((size_t)count + 1) * sizeof *more);
    if (!more)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "updating a bundle");
    memset(more + b->count, 0, ((size_t)count + 1 - b->count) * sizeof *more);
    b->blocks = more;
    return RC_OK;
}

enum rc update_blocks_grow(struct update_blocks *b, uint32_t rows, struct diag *d)
{
    assert(rows >= b->rows);

    const uint32_t count = columns_block_count(rows), last = b->count - 1;
    enum rc rc = RC_OK;
    if (rows == b->rows)
        return RC_OK;
    if (b->count > 0 && columns_block_rows(b->rows, last) < columns_block_rows(rows, last)) {
        rc = load(b, last, d);
        if (rc == RC_OK)
            rc = stretch(b, last, columns_block_rows(b->rows, last), columns_block_rows(rows, last),
                         d);
    }
    if (rc == RC_OK && count > b->count)
        rc = make_room(b, count, d);
    for (uint32_t i = b->count; rc == RC_OK && i < count; i++) {
        put_zeros(&b->blocks[i].plain, column_plain_len(set_of(b), columns_block_rows(rows, i)));
        b->blocks[i].changed = true;
        b->count = i + 1;
        rc = buf_rc(&b->blocks[i].plain, d);
    }
    b->rows = rows;
    return rc;
}

/* --- changing --- */

enum rc update_blocks_change(struct update_blocks sets[BUNDLE_SETS],
                             const struct delta_change *change, struct diag *d)
{
    if (change->index >= sets[0].rows)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a changed row %u of %u", change->index,
                        sets[0].rows);

    const uint32_t block = change->index / COLUMN_BLOCK, row = change->index % COLUMN_BLOCK;
    const uint32_t rows = columns_block_rows(sets[0].rows, block);
    struct column_row value = { 0 };
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < BUNDLE_SETS; i++) {
        rc = load(&sets[i], block, d);
        if (rc == RC_OK)
            column_block_row(buf_span(&sets[i].blocks[block].plain), rows, set_of(&sets[i]), row,
                             &value);
    }
    if (rc == RC_OK)
        rc = delta_change_apply(change, &value, d);
    for (size_t i = 0; rc == RC_OK && i < BUNDLE_SETS; i++)
        sets[i].blocks[block].changed |=
            column_block_set(sets[i].blocks[block].plain.ptr, rows, set_of(&sets[i]), row, &value);
    return rc;
}

/* --- the new table and blocks --- */

static enum rc code_block(struct update_blocks *b, uint32_t block, struct diag *d)
{
    const struct span plain = buf_span(&b->blocks[block].plain);
    const size_t start = b->coded.len;
    uint8_t hash[SHA256_LEN];
    const enum rc rc =
        column_block_code_quick(plain, columns_block_rows(b->rows, block), set_of(b), &b->coded, d);
    if (rc != RC_OK)
        return rc;
    sha256(plain, hash);
    buf_put(&b->hashes, hash, sizeof hash);
    const struct span coded = span_of(b->coded.ptr + start, b->coded.len - start);
    sha256(coded, hash);
    buf_put_be32(&b->entries, (uint32_t)coded.len);
    buf_put(&b->entries, hash, BUNDLE_CHECK_LEN);
    return RC_OK;
}

enum rc update_blocks_code(struct update_blocks *b, uint8_t root[SHA256_LEN], struct diag *d)
{
    const struct bundle_blocks *const old = &b->old->sets[b->set];
    enum rc rc = RC_OK;
    for (uint32_t i = 0; rc == RC_OK && i < b->count; i++) {
        if (!is_old(b, i)) {
            rc = code_block(b, i, d);
            continue;
        }
        buf_put(&b->hashes, old->hashes + (size_t)i * SHA256_LEN, SHA256_LEN);
        buf_put(&b->entries, old->entries + (size_t)i * BUNDLE_CODED_LEN, BUNDLE_CODED_LEN);
    }
    if (rc == RC_OK)
        rc = buf_ok(&b->hashes) ? buf_rc(&b->entries, d) : buf_rc(&b->hashes, d);
    if (rc == RC_OK)
        column_root(b->hashes.ptr, b->count, root);
    return rc;
}

void update_blocks_put_table(const struct update_blocks *b, struct buf *to)
{
    buf_put_span(to, buf_span(&b->hashes));
    buf_put_span(to, buf_span(&b->entries));
}

void update_blocks_put(const struct update_blocks *b, struct buf *to)
{
    struct reader coded = reader_over(buf_span(&b->coded));
    for (uint32_t i = 0; i < b->count; i++) {
        struct span block;
        const uint8_t *const be = b->entries.ptr + (size_t)i * BUNDLE_CODED_LEN;
        const size_t len =
            (size_t)be[0] << 24 | (size_t)be[1] << 16 | (size_t)be[2] << 8 | (size_t)be[3];
        if (is_old(b, i))
            block = bundle_coded_block(b->old, b->set, i);
        else if (!reader_take(&coded, len, &block))
            abort(); /* the table was made from it */
        buf_put_span(to, block);
    }
}
