#include <assert.h>
#include <string.h>

#include "issuer/register/register_internal.h"

static const char *const table_names[DB_COUNT] = {
#define X(name, text) [name] = (text),
    DB_LIST(X)
#undef X
};

struct reg_key reg_key_of(size_t width, uint64_t v)
{
    struct reg_key k = { .len = 0 };
    reg_key_put(&k, width, v);
    return k;
}

void reg_key_put(struct reg_key *k, size_t width, uint64_t v)
{
    assert(width <= 8 && k->len + width <= REG_KEY_MAX);
    assert(width == 8 || v >> (width * 8) == 0);

    for (size_t i = width; i-- > 0;)
        k->bytes[k->len++] = (uint8_t)(v >> (i * 8));
}

void reg_key_put_span(struct reg_key *k, struct span s)
{
    assert(k->len + s.len <= REG_KEY_MAX);

    if (s.len > 0)
        memcpy(k->bytes + k->len, s.ptr, s.len);
    k->len += s.len;
}

uint64_t reg_be_read(struct span s)
{
    assert(s.len <= 8);

    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++)
        v = v << 8 | s.ptr[i];
    return v;
}

static MDB_val val_of(struct span s)
{
    union { /* LMDB takes what it only reads as writable */
        const uint8_t *lent;
        void *own;
    } at = { .lent = s.ptr };
    return (MDB_val){ .mv_size = s.len, .mv_data = at.own };
}

static struct span span_of_val(MDB_val v)
{
    return span_of(v.mv_data, v.mv_size);
}

enum rc reg_get(struct reg *r, enum db db, struct span key, struct span *ret, struct diag *d)
{
    if (r->broken || r->dead)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the register failed before: open it again");
    MDB_val k = val_of(key), v;
    const int error = key.len > 0 ? mdb_get(r->txn, r->dbi[db], &k, &v) : MDB_NOTFOUND;
    if (error == MDB_NOTFOUND)
        return RC_NOT_FOUND;
    if (error != 0)
        return reg_lmdb_rc(r, error, "read the register", d);

    *ret = span_of_val(v);
    return RC_OK;
}

static enum rc may_write(const struct reg *r, struct diag *d)
{
    if (r->mode != REG_WRITE)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the register is open for reading only");
    if (r->dead)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the register failed before: open it again");
    if (r->broken)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "this group of the register failed before");
    return RC_OK;
}

enum rc reg_put(struct reg *r, enum db db, struct span key, struct span value, enum reg_put_how how,
                struct diag *d)
{
    assert(key.len > 0 && key.len <= REG_KEY_MAX);

    const enum rc rc = may_write(r, d);
    if (rc != RC_OK)
        return rc;
    MDB_val k = val_of(key), v = val_of(value);
    int error = mdb_put(r->txn, r->dbi[db], &k, &v,
                        how == PUT_LAST  ? MDB_APPEND
                        : how == PUT_NEW ? MDB_NOOVERWRITE
                                         : 0u);
    if (error == MDB_KEYEXIST && how == PUT_NEW)
        return RC_EXISTS;
    if (error == 0) {
        reg_mirror_note(r, db, key, &value);
        return RC_OK;
    }

    r->broken = true;
    return error == MDB_KEYEXIST ? reg_damaged(table_names[db], d)
                                 : reg_lmdb_rc(r, error, "write the register", d);
}

enum rc reg_delete(struct reg *r, enum db db, struct span key, struct diag *d)
{
    const enum rc rc = may_write(r, d);
    if (rc != RC_OK)
        return rc;
    MDB_val k = val_of(key);
    const int error = mdb_del(r->txn, r->dbi[db], &k, NULL);
    if (error == 0) {
        reg_mirror_note(r, db, key, NULL);
        return RC_OK;
    }

    r->broken = true;
    return error == MDB_NOTFOUND ? reg_damaged(table_names[db], d)
                                 : reg_lmdb_rc(r, error, "write the register", d);
}

static enum rc look(struct reg *r, enum db db, struct span key, MDB_cursor_op op,
                    struct span ret[2], struct diag *d)
{
    if (r->broken || r->dead)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the register failed before: open it again");
    MDB_cursor *cursor = NULL;
    int error = mdb_cursor_open(r->txn, r->dbi[db], &cursor);
    if (error != 0)
        return reg_lmdb_rc(r, error, "read the register", d);

    MDB_val k = val_of(key), v;
    error = mdb_cursor_get(cursor, &k, &v, op);
    mdb_cursor_close(cursor);
    if (error == MDB_NOTFOUND)
        return RC_NOT_FOUND;
    if (error != 0)
        return reg_lmdb_rc(r, error, "read the register", d);

    ret[0] = span_of_val(k);
    ret[1] = span_of_val(v);
    return RC_OK;
}

enum rc reg_seek(struct reg *r, enum db db, struct span key, struct span *ret_key,
                 struct span *ret_value, struct diag *d)
{
    struct span found[2];
    const enum rc rc = look(r, db, key, MDB_SET_RANGE, found, d);
    if (rc != RC_OK)
        return rc;
    *ret_key = found[0];
    *ret_value = found[1];
    return RC_OK;
}

enum rc reg_last(struct reg *r, enum db db, struct span *ret_key, struct span *ret_value,
                 struct diag *d)
{
    struct span found[2];
    const enum rc rc = look(r, db, (struct span){ 0 }, MDB_LAST, found, d);
    if (rc != RC_OK)
        return rc;
    *ret_key = found[0];
    *ret_value = found[1];
    return RC_OK;
}

struct buf *reg_scratch(struct reg *r)
{
    buf_clear(&r->scratch);
    return &r->scratch;
}

enum rc reg_put_scratch(struct reg *r, enum db db, struct span key, enum reg_put_how how,
                        struct diag *d)
{
    const enum rc rc = buf_rc(&r->scratch, d);
    if (rc != RC_OK) {
        r->broken = true;
        return rc;
    }
    return reg_put(r, db, key, buf_span(&r->scratch), how, d);
}

enum rc reg_damaged(const char *table, struct diag *d)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                    "the register is damaged: table '%s'; restore a backup", table);
}

bool reg_copy_text(char *to, size_t size, struct span text)
{
    if (text.len >= size)
        return false;
    if (text.len > 0)
        memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
    return true;
}

bool reg_read_u32(struct cbor_reader *c, const char *name, uint32_t *ret)
{
    uint64_t v;
    if (!cbor_uint(c, name, UINT32_MAX, &v))
        return false;
    *ret = (uint32_t)v;
    return true;
}

bool reg_read_date(struct cbor_reader *c, const char *name, int32_t *ret)
{
    int64_t v;
    if (!cbor_int(c, name, &v))
        return false;
    if (v < INT32_MIN || v > INT32_MAX)
        return cbor_fail(c, "'%s' is no day", name);
    *ret = (int32_t)v;
    return true;
}
