#include "tests/unit/publication/raw.h"

#include <stdlib.h>
#include <string.h>

#include "core/cose/cbor.h"

#define TABLES_MAX 64

void raw_open(struct raw *w, const struct fixture *f)
{
    char folder[PATH_LEN];
    assert_null(f->engine);
    assert_int_equal(home_path(&f->home, "register", folder, NULL), RC_OK);
    assert_int_equal(mdb_env_create(&w->env), 0);
    assert_int_equal(mdb_env_set_maxdbs(w->env, TABLES_MAX), 0);
    assert_int_equal(mdb_env_set_mapsize(w->env, (size_t)1 << 30), 0);
    assert_int_equal(mdb_env_open(w->env, folder, MDB_NOSYNC, 0600), 0);
    assert_int_equal(mdb_txn_begin(w->env, NULL, 0, &w->txn), 0);
}

void raw_close(struct raw *w)
{
    assert_int_equal(mdb_txn_commit(w->txn), 0);
    mdb_env_close(w->env);
    *w = (struct raw){ 0 };
}

static MDB_dbi table_of(struct raw *w, const char *table)
{
    MDB_dbi dbi = 0;
    if (mdb_dbi_open(w->txn, table, 0, &dbi) != 0)
        fail_msg("no table '%s'", table);
    return dbi;
}

static MDB_val val_of(struct span s)
{
    union {
        const uint8_t *lent;
        void *own;
    } at = { .lent = s.ptr };
    return (MDB_val){ .mv_size = s.len, .mv_data = at.own };
}

struct span raw_get(struct raw *w, const char *table, struct span key)
{
    MDB_val k = val_of(key), v = { 0 };
    if (mdb_get(w->txn, table_of(w, table), &k, &v) != 0)
        fail_msg("no such entry in '%s'", table);
    return span_of(v.mv_data, v.mv_size);
}

void raw_put(struct raw *w, const char *table, struct span key, struct span value)
{
    /* LMDB may move what key and value borrow. */
    ON_EXIT(buf_free_at) struct buf keys = { 0 };
    ON_EXIT(buf_free_at) struct buf values = { 0 };
    buf_put_span(&keys, key);
    buf_put_span(&values, value);
    MDB_val k = val_of(buf_span(&keys)), v = val_of(buf_span(&values));
    assert_int_equal(mdb_put(w->txn, table_of(w, table), &k, &v, 0), 0);
}

void raw_delete(struct raw *w, const char *table, struct span key)
{
    MDB_val k = val_of(key);
    assert_int_equal(mdb_del(w->txn, table_of(w, table), &k, NULL), 0);
}

bool raw_at(struct raw *w, const char *table, size_t n, struct span *ret_key,
            struct span *ret_value)
{
    MDB_cursor *cursor = NULL;
    MDB_val k, v;
    assert_int_equal(mdb_cursor_open(w->txn, table_of(w, table), &cursor), 0);
    int error = mdb_cursor_get(cursor, &k, &v, MDB_FIRST);
    for (; error == 0 && n > 0; n--)
        error = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    mdb_cursor_close(cursor);
    if (error != 0)
        return false;
    *ret_key = span_of(k.mv_data, k.mv_size);
    *ret_value = span_of(v.mv_data, v.mv_size);
    return true;
}

static void put_be(struct raw_key *k, size_t width, uint64_t v)
{
    for (size_t i = width; i-- > 0;)
        k->bytes[k->len++] = (uint8_t)(v >> (i * 8));
}

struct raw_key raw_key1(size_t width, uint64_t v)
{
    struct raw_key k = { .len = 0 };
    put_be(&k, width, v);
    return k;
}

struct raw_key raw_key2(size_t width_a, uint64_t a, size_t width_b, uint64_t b)
{
    struct raw_key k = raw_key1(width_a, a);
    put_be(&k, width_b, b);
    return k;
}

struct span raw_span(const struct raw_key *k)
{
    return span_of(k->bytes, k->len);
}

size_t raw_place(struct span value, const int *path)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    struct span item = value;
    for (; *path >= 0; path++) {
        uint64_t count;
        c = cbor_reader_over(item, NULL);
        assert_true(cbor_array(&c, "entry", 1000, &count) && (uint64_t)*path < count);
        for (int i = 0; i <= *path; i++)
            assert_true(cbor_skip(&c, "item", &item));
    }
    const size_t at = (size_t)(item.ptr - value.ptr);
    const unsigned major = item.ptr[0] >> 5, small = item.ptr[0] & 31;
    const size_t head = small < 24 ? 1 : 1 + ((size_t)1 << (small - 24));
    return major >= 2 ? at + head : at + head - 1;
}

void raw_turn(struct raw *w, const char *table, struct span key, const int *path, uint8_t bits)
{
    ON_EXIT(buf_free_at) struct buf value = { 0 };
    buf_put_span(&value, raw_get(w, table, key));
    value.ptr[raw_place(buf_span(&value), path)] ^= bits;
    raw_put(w, table, key, buf_span(&value));
}
