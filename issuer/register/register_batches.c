/* Batches that senders pushed, and what became of their rows. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "issuer/register/register_internal.h"

/* A batch's bytes: [id, name, sender, kind, csv, state, digest, received at, done at, numbers …,
 * error]. */
#define NUMBER_COUNT (sizeof numbers / sizeof numbers[0])
#define FIELD_COUNT  (9 + NUMBER_COUNT + 1)
#define ROW_WIDTH    4
#define RESULTS      "batch_results" /* what the vault seals them as */
#define KEY_MAX      128             /* of an Idempotency-Key */

static const size_t numbers[] = {
    offsetof(struct reg_batch, bytes),
    offsetof(struct reg_batch, rows),
    offsetof(struct reg_batch, done),
    offsetof(struct reg_batch, place),
    offsetof(struct reg_batch, line),
    offsetof(struct reg_batch, segment),
    offsetof(struct reg_batch, offset),
    offsetof(struct reg_batch, counts[OUTCOME_ISSUED]),
    offsetof(struct reg_batch, counts[OUTCOME_RENEWED]),
    offsetof(struct reg_batch, counts[OUTCOME_EXCHANGED]),
    offsetof(struct reg_batch, counts[OUTCOME_RECORDED]),
    offsetof(struct reg_batch, counts[OUTCOME_DUPLICATE]),
    offsetof(struct reg_batch, counts[OUTCOME_REFUSED]),
    offsetof(struct reg_batch, counts[OUTCOME_CONFLICT]),
};

static struct reg_key key_of_results(uint64_t sequence, uint64_t first)
{
    struct reg_key key = reg_key_of(WIDTH_LONG, sequence);
    reg_key_put(&key, ROW_WIDTH, first);
    return key;
}

void register_batch_name(const struct reg *r, struct span sender, struct span key, unsigned attempt,
                         uint8_t ret[BATCH_NAME_LEN])
{
    uint8_t text[sizeof r->batch_key + BATCH_SENDER_MAX + 2 + KEY_MAX], hash[SHA256_LEN];
    size_t len = sizeof r->batch_key;
    assert(r && sender.len <= BATCH_SENDER_MAX && key.len <= KEY_MAX && attempt <= UINT8_MAX);

    memcpy(text, r->batch_key, len);
    memcpy(text + len, sender.ptr, sender.len);
    len += sender.len;
    text[len++] = '\0'; /* in no sender's id */
    text[len++] = (uint8_t)attempt;
    memcpy(text + len, key.ptr, key.len);
    sha256(span_of(text, len + key.len), hash);
    memcpy(ret, hash, BATCH_NAME_LEN);
    explicit_bzero(text, sizeof r->batch_key);
}

/* --- one batch --- */

static void put_batch(struct buf *to, const struct reg_batch *b)
{
    cbor_put_array(to, FIELD_COUNT);
    cbor_put_bytes(to, span_of(b->id, sizeof b->id));
    cbor_put_bytes(to, span_of(b->name, sizeof b->name));
    cbor_put_cstr(to, b->sender);
    cbor_put_uint(to, b->kind);
    cbor_put_bool(to, b->is_csv);
    cbor_put_uint(to, b->state);
    cbor_put_bytes(to, span_of(b->digest, sizeof b->digest));
    cbor_put_int(to, b->received_at);
    cbor_put_int(to, b->done_at);
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        cbor_put_uint(to, *(const uint64_t *)(const void *)((const char *)b + numbers[i]));
    cbor_put_cstr(to, b->error);
}

static bool read_bytes(struct cbor_reader *c, const char *name, uint8_t *ret, size_t len)
{
    struct span bytes;
    if (!cbor_bytes(c, name, len, len, &bytes))
        return false;
    memcpy(ret, bytes.ptr, len);
    return true;
}

static bool read_numbers(struct cbor_reader *c, struct reg_batch *b)
{
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        if (!cbor_uint(c, "number", UINT64_MAX, (uint64_t *)(void *)((char *)b + numbers[i])))
            return false;
    return true;
}

static bool read_batch(struct span value, struct reg_batch *b)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    uint64_t count, kind, state;
    struct span sender, error;
    if (!cbor_array(&c, "batch", FIELD_COUNT, &count) || count != FIELD_COUNT ||
        !read_bytes(&c, "id", b->id, sizeof b->id) ||
        !read_bytes(&c, "name", b->name, sizeof b->name) ||
        !cbor_text(&c, "sender", 1, BATCH_SENDER_MAX, &sender) ||
        !cbor_uint(&c, "kind", KIND_COUNT - 1, &kind) || !cbor_bool(&c, "csv", &b->is_csv) ||
        !cbor_uint(&c, "state", BATCH_FAILED, &state) ||
        !read_bytes(&c, "digest", b->digest, sizeof b->digest) ||
        !cbor_int(&c, "received at", &b->received_at) || !cbor_int(&c, "done at", &b->done_at) ||
        !read_numbers(&c, b) || !cbor_text(&c, "error", 0, BATCH_ERROR_MAX - 1, &error) ||
        !cbor_end(&c))
        return false;
    b->kind = (enum record_kind)kind;
    b->state = (enum batch_state)state;
    return reg_copy_text(b->sender, sizeof b->sender, sender) &&
           reg_copy_text(b->error, sizeof b->error, error);
}

enum rc register_batch_put(struct reg *r, const struct reg_batch *b, bool is_new, struct diag *d)
{
    assert(r && b && (unsigned)b->kind < KIND_COUNT);

    const struct reg_key key = reg_key_of(WIDTH_LONG, b->sequence);
    put_batch(reg_scratch(r), b);
    enum rc rc = reg_put_scratch(r, DB_BATCHES, reg_key_span(&key), is_new ? PUT_LAST : PUT_ANY, d);
    if (rc == RC_OK && is_new)
        rc = reg_put(r, DB_BATCH_IDS, span_of(b->id, sizeof b->id), reg_key_span(&key), PUT_NEW, d);
    return rc == RC_EXISTS ? reg_damaged("batch_ids", d) : rc;
}

enum rc register_batch_count(struct reg *r, uint64_t *ret, struct diag *d)
{
    assert(r && ret);

    struct span key, value;
    const enum rc rc = reg_last(r, DB_BATCHES, &key, &value, d);
    if (rc == RC_OK)
        *ret = reg_be_read(key) + 1;
    else if (rc == RC_NOT_FOUND)
        *ret = 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc register_batch(struct reg *r, uint64_t sequence, struct reg_batch *ret, struct diag *d)
{
    assert(r && ret);

    const struct reg_key key = reg_key_of(WIDTH_LONG, sequence);
    struct span value;
    const enum rc rc = reg_get(r, DB_BATCHES, reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc;
    struct reg_batch b = { .sequence = sequence };
    if (!read_batch(value, &b))
        return reg_damaged("batches", d);
    *ret = b;
    return RC_OK;
}

enum rc register_batch_results_put(struct reg *r, uint64_t sequence, uint64_t first,
                                   struct span bytes, struct diag *d)
{
    assert(r && first <= UINT32_MAX && bytes.len > 0 && bytes.len <= BATCH_RESULTS_MAX);

    const struct reg_key key = key_of_results(sequence, first);
    const enum rc rc =
        vault_seal(r->vault, RESULTS, sequence << 32 ^ first, bytes, reg_scratch(r), d);
    r->broken = r->broken || rc != RC_OK;
    return rc == RC_OK ? reg_put_scratch(r, DB_BATCH_RESULTS, reg_key_span(&key), PUT_LAST, d) : rc;
}

/* --- rows of a day --- */

static struct reg_key key_of_day(int32_t day, struct span sender)
{
    struct reg_key key = reg_key_of(4, (uint32_t)day);
    reg_key_put_span(&key, sender);
    return key;
}

enum rc register_batch_day(struct reg *r, int32_t day, struct span sender, uint64_t *ret,
                           struct diag *d)
{
    assert(r && ret && sender.len <= BATCH_SENDER_MAX);

    const struct reg_key key = key_of_day(day, sender);
    struct span value;
    const enum rc rc = reg_get(r, DB_BATCH_DAYS, reg_key_span(&key), &value, d);
    if (rc == RC_OK && value.len != 8)
        return reg_damaged("batch_days", d);
    if (rc == RC_OK)
        *ret = reg_be_read(value);
    else if (rc == RC_NOT_FOUND)
        *ret = 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc register_batch_day_next(struct reg *r, int32_t day, char sender[BATCH_SENDER_MAX + 1],
                                uint64_t *ret, struct diag *d)
{
    assert(r && sender && ret);

    struct reg_key key = key_of_day(day, span_text(sender));
    struct span found, value;
    if (sender[0])
        reg_key_put(&key, 1, 0); /* right behind it */
    const enum rc rc = reg_seek(r, DB_BATCH_DAYS, reg_key_span(&key), &found, &value, d);
    if (rc != RC_OK)
        return rc;
    if (found.len < 4 || memcmp(found.ptr, key.bytes, 4) != 0)
        return RC_NOT_FOUND;
    if (value.len != 8 ||
        !reg_copy_text(sender, BATCH_SENDER_MAX + 1, span_of(found.ptr + 4, found.len - 4)))
        return reg_damaged("batch_days", d);
    *ret = reg_be_read(value);
    return RC_OK;
}

enum rc register_batch_day_put(struct reg *r, int32_t day, struct span sender, uint64_t rows,
                               struct diag *d)
{
    assert(r && sender.len <= BATCH_SENDER_MAX);

    const struct reg_key key = key_of_day(day, sender);
    const struct reg_key value = reg_key_of(8, rows);
    return reg_put(r, DB_BATCH_DAYS, reg_key_span(&key), reg_key_span(&value), PUT_ANY, d);
}

/* --- what other threads see: the last commit --- */

/* The part of a register that its tables are read with, in a transaction of its own. */
struct peek {
    struct reg r;
};

static enum rc peek_begin(const struct reg *r, struct peek *p, struct diag *d)
{
    *p = (struct peek){ .r = { .mode = REG_READ, .lock_fd = -1, .env = r->env } };
    memcpy(p->r.dbi, r->dbi, sizeof p->r.dbi);
    return reg_begin(&p->r, d);
}

static void peek_end(struct peek *p)
{
    if (p->r.txn)
        mdb_txn_abort(p->r.txn);
    p->r.txn = NULL;
}

enum rc register_peek_batch(struct reg *r, const uint8_t id[BATCH_ID_BYTES], struct reg_batch *ret,
                            struct diag *d)
{
    assert(r && id && ret);

    ON_EXIT(peek_end) struct peek p;
    struct span value;
    enum rc rc = peek_begin(r, &p, d);
    if (rc == RC_OK)
        rc = reg_get(&p.r, DB_BATCH_IDS, span_of(id, BATCH_ID_BYTES), &value, d);
    if (rc != RC_OK)
        return rc;
    rc = register_batch(&p.r, reg_be_read(value), ret, d);
    return rc == RC_NOT_FOUND ? reg_damaged("batch_ids", d) : rc;
}

enum rc register_peek_results(struct reg *r, uint64_t sequence, uint64_t first, struct buf *ret,
                              uint64_t *ret_first, struct diag *d)
{
    assert(r && ret && ret_first);

    if (first > UINT32_MAX)
        return RC_NOT_FOUND;
    ON_EXIT(peek_end) struct peek p;
    const struct reg_key key = key_of_results(sequence, first);
    struct span found, value;
    enum rc rc = peek_begin(r, &p, d);
    if (rc == RC_OK)
        rc = reg_seek(&p.r, DB_BATCH_RESULTS, reg_key_span(&key), &found, &value, d);
    if (rc != RC_OK)
        return rc;
    if (found.len != WIDTH_LONG + ROW_WIDTH || memcmp(found.ptr, key.bytes, WIDTH_LONG) != 0)
        return found.len == WIDTH_LONG + ROW_WIDTH ? RC_NOT_FOUND : reg_damaged("batch_results", d);
    *ret_first = reg_be_read(span_of(found.ptr + WIDTH_LONG, ROW_WIDTH));
    return vault_unseal(r->vault, RESULTS, sequence << 32 ^ *ret_first, value, ret, d);
}

enum rc register_peek_size(struct reg *r, uint64_t *ret_used, uint64_t *ret_max, struct diag *d)
{
    assert(r && ret_used && ret_max);

    MDB_envinfo info;
    MDB_stat stat;
    int error = mdb_env_info(r->env, &info);
    if (error == 0)
        error = mdb_env_stat(r->env, &stat);
    if (error != 0)
        return reg_lmdb_rc(r, error, "look at the register", d);
    *ret_used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    *ret_max = info.me_mapsize;
    return RC_OK;
}
