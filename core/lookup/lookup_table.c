#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/reader.h"
#include "core/lookup/lookup.h"

#define MAGIC     "SCLOOK01"
#define ENTRY_LEN (LOOKUP_DIGEST_LEN + 8u + 4u) /* digest, offset, length */
#define ROWS_MAX  (1u << 28)

/* --- making --- */

void lookup_maker_free(struct lookup_maker *m)
{
    for (size_t i = 0; i < m->count; i++)
        explicit_bzero(&m->rows[i].keys, sizeof m->rows[i].keys);
    free(m->rows);
    buf_free(&m->sealed);
    *m = (struct lookup_maker){ 0 };
}

static enum rc make_room(struct lookup_maker *m, struct diag *d)
{
    if (m->count < m->cap)
        return RC_OK;
    const size_t cap = m->cap ? 2 * m->cap : 1024;
    struct lookup_row *const rows = realloc(m->rows, cap * sizeof *rows);
    if (!rows)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the look-up table");
    m->rows = rows;
    m->cap = cap;
    return RC_OK;
}

static enum rc add(struct lookup_maker *m, const struct lookup_keys *keys, struct span row,
                   bool of_person, struct diag *d)
{
    const size_t at = m->sealed.len;
    enum rc rc = make_room(m, d);
    if (rc == RC_OK)
        rc = sealed_put(keys->seal, row, &m->sealed, d);
    if (rc != RC_OK)
        return rc;
    m->rows[m->count++] =
        (struct lookup_row){ *keys, at, (uint32_t)(m->sealed.len - at), of_person };
    return RC_OK;
}

enum rc lookup_add(struct lookup_maker *m, const struct lookup_keys *keys, struct span token,
                   struct diag *d)
{
    return add(m, keys, token, false, d);
}

enum rc lookup_add_person(struct lookup_maker *m, const struct lookup_keys *keys,
                          const struct lookup_numbers *numbers, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf row = { 0 };
    lookup_numbers_put(&row, numbers);
    const enum rc rc = buf_rc(&row, d);
    return rc == RC_OK ? add(m, keys, buf_span(&row), true, d) : rc;
}

static int compare_rows(const void *a, const void *b)
{
    const struct lookup_row *const x = a, *const y = b;
    const int order = memcmp(x->keys.digest, y->keys.digest, LOOKUP_DIGEST_LEN);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static bool one_digest(const struct lookup_row *a, const struct lookup_row *b)
{
    return memcmp(a->keys.digest, b->keys.digest, LOOKUP_DIGEST_LEN) == 0;
}

/* In order, each digest once. */
static enum rc settle(struct lookup_maker *m, struct diag *d)
{
    size_t kept = m->count > 0 ? 1 : 0;
    if (m->count > 0)
        qsort(m->rows, m->count, sizeof *m->rows, compare_rows);
    for (size_t i = 1; i < m->count; i++) {
        const bool again = one_digest(&m->rows[kept - 1], &m->rows[i]);
        if (again && !m->rows[i].of_person)
            return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "two certificates of one digest");
        if (!again)
            m->rows[kept++] = m->rows[i];
    }
    m->count = kept;
    return RC_OK;
}

enum rc lookup_put(struct lookup_maker *m, const uint8_t deployment[SHA256_LEN], struct buf *to,
                   struct diag *d)
{
    assert(m->count < ROWS_MAX);

    const enum rc rc = settle(m, d);
    if (rc != RC_OK)
        return rc;
    buf_put_text(to, MAGIC);
    buf_put(to, deployment, SHA256_LEN);
    buf_put_be32(to, (uint32_t)m->count);
    for (size_t i = 0; i < m->count; i++) {
        buf_put(to, m->rows[i].keys.digest, LOOKUP_DIGEST_LEN);
        buf_put_be64(to, m->rows[i].at);
        buf_put_be32(to, m->rows[i].len);
    }
    buf_put_span(to, buf_span(&m->sealed));
    return buf_rc(to, d);
}

/* --- reading --- */

enum rc lookup_open(struct span file, struct lookup_table *ret, struct diag *d)
{
    struct reader r = reader_over(file);
    struct span magic, deployment, index;
    uint32_t count;
    if (!reader_take(&r, sizeof MAGIC - 1, &magic) || !span_equal(magic, SPAN_LITERAL(MAGIC)))
        return diag_set(d, RC_FORMAT, 0, "it does not begin with '" MAGIC "'");
    if (!reader_take(&r, SHA256_LEN, &deployment) || !reader_be32(&r, &count) ||
        count >= ROWS_MAX || !reader_take(&r, (size_t)count * ENTRY_LEN, &index))
        return diag_set(d, RC_FORMAT, r.pos, "it is cut short");
    *ret = (struct lookup_table){
        .deployment = deployment.ptr,
        .index = index.ptr,
        .count = count,
        .sealed = span_of(file.ptr + r.pos, reader_left(&r)),
    };
    return RC_OK;
}

static bool row_of(const struct lookup_table *t, const uint8_t *entry, struct span *ret)
{
    uint64_t at;
    uint32_t len;
    struct reader r =
        reader_over(span_of(entry + LOOKUP_DIGEST_LEN, ENTRY_LEN - LOOKUP_DIGEST_LEN));
    if (!reader_be64(&r, &at) || !reader_be32(&r, &len) || at > t->sealed.len ||
        len > t->sealed.len - at)
        return false;
    *ret = span_of(t->sealed.ptr + at, len);
    return true;
}

/* As many steps whether it is there or not. */
static const uint8_t *search(const struct lookup_table *t, const uint8_t digest[LOOKUP_DIGEST_LEN])
{
    const uint8_t *from = t->index;
    size_t count = t->count;
    while (count > 1) {
        const size_t half = count / 2;
        if (memcmp(from + half * ENTRY_LEN, digest, LOOKUP_DIGEST_LEN) <= 0)
            from += half * ENTRY_LEN;
        count -= half;
    }
    return count > 0 && memcmp(from, digest, LOOKUP_DIGEST_LEN) == 0 ? from : NULL;
}

enum rc lookup_find(const struct lookup_table *t, const struct lookup_keys *keys,
                    struct buf *ret_row, struct diag *d)
{
    struct span sealed;
    const uint8_t *const entry = search(t, keys->digest);
    if (!entry)
        return RC_NOT_FOUND;
    if (!row_of(t, entry, &sealed))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a row of the look-up table is cut short");
    return sealed_open(keys->seal, sealed, ret_row, d);
}
