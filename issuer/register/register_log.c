#include <assert.h>
#include <string.h>

#include "issuer/register/register_internal.h"

/*
 * Settled entries stand in "log" in the order of their indexes, so that pages fill up and are never
 * touched again. An entry that waits for its signature, or for one before it, stands in "pending".
 * An entry's bytes: [kind, certificate, part, pending, data].
 */
#define FIELD_COUNT 5
#define DATA_MAX    65536
#define TILE_HEIGHT 8

static void put_entry(struct buf *b, const struct reg_log_entry *e)
{
    cbor_put_array(b, FIELD_COUNT);
    cbor_put_uint(b, e->kind);
    cbor_put_uint(b, e->cert);
    cbor_put_uint(b, e->part);
    cbor_put_bool(b, e->pending);
    cbor_put_bytes(b, e->data);
}

static bool read_entry(struct span value, struct reg_log_entry *e)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    uint64_t count, kind;
    if (!cbor_array(&c, "entry", FIELD_COUNT, &count) || count != FIELD_COUNT ||
        !cbor_uint(&c, "kind", LOG_VOID, &kind) || !reg_read_u32(&c, "certificate", &e->cert) ||
        !reg_read_u32(&c, "part", &e->part) || !cbor_bool(&c, "pending", &e->pending) ||
        !cbor_bytes(&c, "data", 0, DATA_MAX, &e->data) || !cbor_end(&c))
        return false;
    e->kind = (enum log_kind)kind;
    return true;
}

uint64_t register_log_size(struct reg *r)
{
    return r->counters.log_size;
}

uint64_t register_log_settled(struct reg *r)
{
    return r->counters.log_settled;
}

enum rc register_log_entry(struct reg *r, uint64_t index, struct reg_log_entry *ret, struct diag *d)
{
    assert(r && ret);

    if (index >= r->counters.log_size)
        return RC_NOT_FOUND;
    const struct reg_key key = reg_key_of(WIDTH_LONG, index);
    const enum db db = index < r->counters.log_settled ? DB_LOG : DB_PENDING;
    struct span value;
    const enum rc rc = reg_get(r, db, reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? reg_damaged("log", d) : rc;
    struct reg_log_entry e = { .index = index };
    if (!read_entry(value, &e))
        return reg_damaged("log", d);
    *ret = e;
    return RC_OK;
}

/* --- hashes: leaves from their data, one level in eight from its table, the rest between --- */

static enum rc leaf_hash(struct reg *r, uint64_t n, struct tlog_hash *ret, struct diag *d)
{
    struct reg_log_entry e;
    const enum rc rc = register_log_entry(r, n, &e, d);
    if (rc == RC_OK)
        *ret = tlog_leaf(e.data);
    return rc;
}

static enum rc kept_hash(struct reg *r, unsigned level, uint64_t n, struct tlog_hash *ret,
                         struct diag *d)
{
    struct reg_key key = reg_key_of(1, level);
    reg_key_put(&key, WIDTH_LONG, n);
    struct span value;
    const enum rc rc = reg_get(r, DB_LOG_HASHES, reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? reg_damaged("log_hashes", d) : rc;
    if (value.len != sizeof ret->bytes)
        return reg_damaged("log_hashes", d);
    memcpy(ret->bytes, value.ptr, sizeof ret->bytes);
    return RC_OK;
}

static enum rc base_hash(struct reg *r, unsigned level, uint64_t n, struct tlog_hash *ret,
                         struct diag *d)
{
    return level == 0 ? leaf_hash(r, n, ret, d) : kept_hash(r, level, n, ret, d);
}

/* The root of 2^height hashes of the level `base`, side by side. */
static enum rc root_over(struct reg *r, unsigned base, unsigned height, uint64_t n,
                         struct tlog_hash *ret, struct diag *d)
{
    struct tlog_hash hashes[1u << TILE_HEIGHT];
    const size_t count = (size_t)1 << height;
    assert(height <= TILE_HEIGHT);
    for (size_t i = 0; i < count; i++) {
        const enum rc rc = base_hash(r, base, (n << height) + i, &hashes[i], d);
        if (rc != RC_OK)
            return rc;
    }
    *ret = tlog_root_of(hashes, count);
    return RC_OK;
}

enum rc reg_log_hash(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret, struct diag *d)
{
    struct reg *const r = ctx;
    const unsigned height = level % TILE_HEIGHT;
    assert(level < 64 && (n + 1) << level <= r->counters.log_settled);

    if (height == 0)
        return base_hash(r, level, n, ret, d);
    return root_over(r, level - height, height, n, ret, d);
}

struct tlog_source register_log_source(struct reg *r)
{
    return (struct tlog_source){ .hash = reg_log_hash, .ctx = r };
}

/* After `size` entries are settled: the hashes of the subtrees that have just become complete. */
static enum rc keep_hashes(struct reg *r, uint64_t size, struct diag *d)
{
    for (unsigned level = TILE_HEIGHT; level < 40 && size % ((uint64_t)1 << level) == 0;
         level += TILE_HEIGHT) {
        const uint64_t n = (size >> level) - 1;
        struct tlog_hash hash;
        enum rc rc = root_over(r, level - TILE_HEIGHT, TILE_HEIGHT, n, &hash, d);
        if (rc != RC_OK)
            return rc;
        struct reg_key key = reg_key_of(1, level);
        reg_key_put(&key, WIDTH_LONG, n);
        rc = reg_put(r, DB_LOG_HASHES, reg_key_span(&key), span_of(hash.bytes, sizeof hash.bytes),
                     PUT_ANY, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* --- writing --- */

static enum rc settle_next(struct reg *r, const struct reg_log_entry *e, struct diag *d)
{
    assert(e->index == r->counters.log_settled && !e->pending);

    const struct reg_key key = reg_key_of(WIDTH_LONG, e->index);
    put_entry(reg_scratch(r), e);
    const enum rc rc = reg_put_scratch(r, DB_LOG, reg_key_span(&key), PUT_LAST, d);
    if (rc != RC_OK)
        return rc;
    r->counters.log_settled++;
    return keep_hashes(r, r->counters.log_settled, d);
}

enum rc register_log_append(struct reg *r, struct reg_log_entry *e, struct diag *d)
{
    assert(r && e && e->data.len <= DATA_MAX && e->part <= UINT16_MAX);

    e->index = r->counters.log_size;
    r->counters.log_size++;
    if (!e->pending && e->index == r->counters.log_settled)
        return settle_next(r, e, d);

    const struct reg_key key = reg_key_of(WIDTH_LONG, e->index);
    put_entry(reg_scratch(r), e);
    return reg_put_scratch(r, DB_PENDING, reg_key_span(&key), PUT_LAST, d);
}

/* Entries behind one that was waited for, and are ready themselves. */
static enum rc settle_ready(struct reg *r, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf data = { 0 };
    while (r->counters.log_settled < r->counters.log_size) {
        struct reg_log_entry e;
        enum rc rc = register_log_entry(r, r->counters.log_settled, &e, d);
        if (rc != RC_OK || e.pending)
            return rc;

        buf_clear(&data);
        buf_put_span(&data, e.data);
        rc = buf_rc(&data, d);
        const struct reg_key key = reg_key_of(WIDTH_LONG, e.index);
        e.data = buf_span(&data);
        if (rc == RC_OK)
            rc = reg_delete(r, DB_PENDING, reg_key_span(&key), d);
        if (rc == RC_OK)
            rc = settle_next(r, &e, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

enum rc register_log_settle(struct reg *r, uint64_t index, enum log_kind kind, struct span data,
                            struct diag *d)
{
    assert(r && index == r->counters.log_settled && index < r->counters.log_size);

    struct reg_log_entry e;
    enum rc rc = register_log_entry(r, index, &e, d);
    if (rc != RC_OK)
        return rc;
    assert(e.pending);

    const struct reg_key key = reg_key_of(WIDTH_LONG, index);
    e.kind = kind;
    e.pending = false;
    e.data = data;
    rc = reg_delete(r, DB_PENDING, reg_key_span(&key), d);
    if (rc == RC_OK)
        rc = settle_next(r, &e, d);
    return rc == RC_OK ? settle_ready(r, d) : rc;
}

/* --- checkpoints --- */

enum rc register_checkpoint_put(struct reg *r, uint64_t size, struct span note, struct diag *d)
{
    assert(r && note.len > 0 && note.len <= CHECKPOINT_MAX);

    const struct reg_key key = reg_key_of(WIDTH_LONG, size);
    return reg_put(r, DB_CHECKPOINTS, reg_key_span(&key), note, PUT_NEW, d);
}

enum rc register_checkpoint_last(struct reg *r, uint64_t *ret_size, struct span *ret_note,
                                 struct diag *d)
{
    assert(r && ret_size && ret_note);

    struct span key, note;
    const enum rc rc = reg_last(r, DB_CHECKPOINTS, &key, &note, d);
    if (rc != RC_OK)
        return rc;
    if (key.len != WIDTH_LONG)
        return reg_damaged("checkpoints", d);
    *ret_size = reg_be_read(key);
    *ret_note = note;
    return RC_OK;
}

enum rc register_checkpoint_covering(struct reg *r, uint64_t index, uint64_t *ret_size,
                                     struct span *ret_note, struct diag *d)
{
    assert(r && ret_size && ret_note);

    const struct reg_key from = reg_key_of(WIDTH_LONG, index + 1);
    struct span key, note;
    const enum rc rc = reg_seek(r, DB_CHECKPOINTS, reg_key_span(&from), &key, &note, d);
    if (rc != RC_OK)
        return rc;
    if (key.len != WIDTH_LONG)
        return reg_damaged("checkpoints", d);
    *ret_size = reg_be_read(key);
    *ret_note = note;
    return RC_OK;
}
