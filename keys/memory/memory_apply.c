/* What a frame's notes do to state, book and files. */
#include <assert.h>
#include <string.h>

#include "core/base/reader.h"
#include "keys/memory/memory_internal.h"

/* Leaves that stand side by side go to the file together. */
struct run {
    uint64_t first;
    struct buf bytes;
};

static void run_free_at(struct run *r)
{
    buf_free(&r->bytes);
}

static enum rc write_run(const struct memory *m, struct run *r, struct diag *d)
{
    enum rc rc = buf_rc(&r->bytes, d);
    if (rc == RC_OK)
        rc = memory_write_at(m->leaves, buf_span(&r->bytes), r->first * LEAF_LEN, "leaves", d);
    buf_clear(&r->bytes);
    return rc;
}

static enum rc apply_leaf(struct memory *m, struct reader *r, struct run *run, struct diag *d)
{
    uint64_t index = 0;
    struct span leaf;
    enum rc rc = RC_OK;
    if (!reader_be64(r, &index) || !reader_take(r, LEAF_LEN, &leaf) || index >= MEMORY_INDEX_MAX)
        return RC_FORMAT;
    if (run->bytes.len > 0 && index != run->first + run->bytes.len / LEAF_LEN)
        rc = write_run(m, run, d);
    if (run->bytes.len == 0)
        run->first = index;
    buf_put_span(&run->bytes, leaf);
    return rc;
}

static enum rc apply_iat(struct memory *m, struct reader *r)
{
    uint64_t iat = 0;
    if (!reader_be64(r, &iat))
        return RC_FORMAT;
    m->state.last_iat = (int64_t)iat;
    return RC_OK;
}

static enum rc apply_order(struct memory *m, struct reader *r, struct diag *d)
{
    struct span bytes;
    struct memory_order o;
    if (!reader_take(r, ORDER_LEN, &bytes))
        return RC_FORMAT;
    memory_order_get(bytes.ptr, &o);
    enum rc rc = order_book_add(&m->book, &o, d);
    if (rc == RC_OK)
        rc = memory_write_at(m->orders, bytes, m->state.order_count * ORDER_LEN, "orders", d);
    if (rc == RC_OK)
        m->state.order_count++;
    return rc;
}

/* In a replay the tree is made again from the leaves, which stand before it. */
static enum rc apply_checkpoint(struct memory *m, struct reader *r, struct diag *d)
{
    uint64_t size = 0;
    struct span root;
    struct tlog_hash made;
    if (!reader_be64(r, &size) || !reader_take(r, SHA256_LEN, &root) || size < m->state.tree.size)
        return RC_FORMAT;
    if (m->next.size != size) {
        const enum rc rc = memory_root(m, size, &made, d);
        if (rc != RC_OK)
            return rc;
    }
    made = frontier_root(&m->next);
    if (memcmp(made.bytes, root.ptr, SHA256_LEN) != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "the signer's memory: 'leaves' is not what the last checkpoint covers");
    m->state.tree = m->next;
    memcpy(m->state.root, root.ptr, SHA256_LEN);
    return RC_OK;
}

static enum rc apply_note(struct memory *m, uint8_t kind, struct reader *r, struct run *run,
                          struct diag *d)
{
    enum rc rc = RC_OK;
    if (kind != NOTE_LEAF)
        rc = write_run(m, run, d);
    if (rc != RC_OK)
        return rc;
    switch (kind) {
    case NOTE_LEAF:
        return apply_leaf(m, r, run, d);
    case NOTE_IAT:
        return apply_iat(m, r);
    case NOTE_TRUST:
        return reader_be64(r, &m->state.trust_sequence) ? RC_OK : RC_FORMAT;
    case NOTE_ORDER:
        return apply_order(m, r, d);
    case NOTE_CHECKPOINT:
        return apply_checkpoint(m, r, d);
    default:
        return RC_FORMAT;
    }
}

enum rc memory_apply(struct memory *m, struct span notes, struct diag *d)
{
    ON_EXIT(run_free_at) struct run run = { 0 };
    struct reader r = reader_over(notes);
    uint8_t kind;
    enum rc rc = RC_OK;
    while (rc == RC_OK && reader_u8(&r, &kind))
        rc = apply_note(m, kind, &r, &run, d);
    if (rc == RC_OK)
        rc = write_run(m, &run, d);
    return rc == RC_FORMAT ? diag_set(d, rc, r.pos, "the signer's memory: a note is malformed")
                           : rc;
}
