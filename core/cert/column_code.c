/*
 * Finds the smallest coding of each column of a block. Why several: renewal deadlines inside a
 * block are spread over two years (planes or dictionary) or all of one week (dictionary), statuses
 * are nearly all the same (planes or runs), an unused block is constant.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/cert/column_layout.h"
#include "core/flate/flate.h"

#define RUN_MAX        65536u /* rows of a run */
#define SEQUENCES_PAY  8u     /* when so many times smaller already */
#define INFLATING_PAYS 32u    /* from this part of the bytes saved */

static void put_planes(const uint8_t *column, const struct column_part *p, struct buf *to)
{
    uint8_t *at = buf_reserve(to, p->count * p->width);
    if (!at)
        return;

    for (size_t plane = 0; plane < p->width; plane++) {
        for (size_t row = 0; row < p->count; row++)
            *at++ = column[row * p->width + plane];
    }
    to->len += p->count * p->width;
}

static void put_runs(const uint8_t *column, const struct column_part *p, struct buf *to)
{
    for (size_t row = 0; row < p->count;) {
        const uint32_t v = column_value(column, p->width, row);
        size_t len = 1;
        while (len < RUN_MAX && row + len < p->count &&
               column_value(column, p->width, row + len) == v)
            len++;
        column_value_put(to, (uint32_t)(len - 1), 2);
        column_value_put(to, v, p->width);
        row += len;
    }
}

static int compare_values(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The distinct values, ascending; returns how many, 0 when out of memory. *ret is the caller's to
 * free. */
static size_t list_values(const uint8_t *column, const struct column_part *p, uint32_t **ret)
{
    uint32_t *const values = malloc(p->count * sizeof *values);
    if (!values)
        return 0;

    for (size_t row = 0; row < p->count; row++)
        values[row] = column_value(column, p->width, row);
    qsort(values, p->count, sizeof *values, compare_values);
    size_t count = 1;
    for (size_t i = 1; i < p->count; i++) {
        if (values[i] != values[count - 1])
            values[count++] = values[i];
    }
    *ret = values;
    return count;
}

static size_t index_of(const uint32_t *values, size_t count, uint32_t v)
{
    const uint32_t *const at = bsearch(&v, values, count, sizeof *values, compare_values);
    assert(at);
    return (size_t)(at - values);
}

static void put_dictionary(const uint8_t *column, const struct column_part *p,
                           const uint32_t *values, size_t count, struct buf *to)
{
    const unsigned bits = column_index_bits(count);
    uint32_t waiting = 0;
    unsigned have = 0;

    column_value_put(to, (uint32_t)count, 2);
    for (size_t i = 0; i < count; i++)
        column_value_put(to, values[i], p->width);
    for (size_t row = 0; row < p->count; row++) {
        const size_t index = index_of(values, count, column_value(column, p->width, row));
        waiting |= (uint32_t)index << have;
        for (have += bits; have >= 8; have -= 8) {
            buf_put_u8(to, (uint8_t)waiting);
            waiting >>= 8;
        }
    }
    if (have > 0)
        buf_put_u8(to, (uint8_t)waiting);
}

/* The best coding found so far, and room for the one being tried. */
struct contest {
    enum column_coding coding;
    struct buf best, trial;
};

static void contest_free_at(struct contest *c)
{
    buf_free(&c->best);
    buf_free(&c->trial);
}

/* To inflate takes ten times as long as to unpack, on every device and for every look-up: worth it
 * only where it saves more than a little. */
static size_t cost(enum column_coding coding, size_t len)
{
    const bool inflated = coding != CODING_CONSTANT && coding != CODING_DICTIONARY;
    return inflated ? len + len / INFLATING_PAYS : len;
}

/* The trial stays in trial whoever wins: buffers are exchanged, or it loses its place to the next.
 */
static void try_plain(struct contest *c, enum column_coding coding, struct span trial)
{
    if (buf_ok(&c->best) && c->best.len > 0 &&
        cost(c->coding, c->best.len) <= cost(coding, trial.len))
        return;
    buf_clear(&c->best);
    buf_put_span(&c->best, trial);
    c->coding = coding;
}

static enum rc try_deflated(struct contest *c, enum column_coding coding, struct span plain,
                            struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    const enum rc rc = flate_deflate(FLATE_RAW, plain, &packed, d);
    if (rc == RC_OK)
        try_plain(c, coding, buf_span(&packed));
    return rc;
}

/* Looking for repeated sequences takes forty times as long, and pays only where hardly anything is
 * left. */
static enum rc try_planes(struct contest *c, const uint8_t *column, const struct column_part *p,
                          struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    buf_clear(&c->trial);
    put_planes(column, p, &c->trial);
    enum rc rc = buf_rc(&c->trial, d);
    if (rc == RC_OK)
        rc = flate_deflate_runs(buf_span(&c->trial), &packed, d);
    if (rc != RC_OK)
        return rc;

    try_plain(c, CODING_PLANES, buf_span(&packed));
    if (packed.len < c->trial.len / SEQUENCES_PAY)
        rc = try_deflated(c, CODING_PLANES, buf_span(&c->trial), d);
    return rc;
}

/* Many short runs never win, and deflating them takes longest of all. */
static enum rc try_runs(struct contest *c, const uint8_t *column, const struct column_part *p,
                        struct diag *d)
{
    buf_clear(&c->trial);
    put_runs(column, p, &c->trial);
    if (!buf_ok(&c->trial))
        return buf_rc(&c->trial, d);
    if (c->trial.len > p->count * p->width / SEQUENCES_PAY)
        return RC_OK;
    return try_deflated(c, CODING_RUNS, buf_span(&c->trial), d);
}

static enum rc try_dictionary(struct contest *c, const uint8_t *column, const struct column_part *p,
                              const uint32_t *values, size_t count, struct diag *d)
{
    /* The count has two bytes; so large a dictionary never wins anyway. */
    if (count > UINT16_MAX)
        return RC_OK;

    buf_clear(&c->trial);
    put_dictionary(column, p, values, count, &c->trial);
    if (!buf_ok(&c->trial))
        return buf_rc(&c->trial, d);
    try_plain(c, CODING_DICTIONARY, buf_span(&c->trial));
    return try_deflated(c, CODING_DICTIONARY_FLATE, buf_span(&c->trial), d);
}

static enum rc try_all(struct contest *c, const uint8_t *column, const struct column_part *p,
                       struct diag *d)
{
    uint32_t *values = NULL;
    const size_t count = list_values(column, p, &values);
    if (count == 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "coding a column");
    if (count == 1) {
        free(values);
        try_plain(c, CODING_CONSTANT, span_of(column, p->width));
        return buf_rc(&c->best, d);
    }

    enum rc rc = try_dictionary(c, column, p, values, count, d);
    free(values);
    if (rc == RC_OK)
        rc = try_planes(c, column, p, d);
    if (rc == RC_OK)
        rc = try_runs(c, column, p, d);
    return rc == RC_OK ? buf_rc(&c->best, d) : rc;
}

enum rc column_block_code(struct span plain, uint32_t rows, enum column_set set, struct buf *to,
                          struct diag *d)
{
    assert(to && plain.len == column_plain_len(set, rows));

    struct column_part parts[2];
    const size_t count = column_parts(set, rows, parts);
    const uint8_t *column = plain.ptr;
    for (size_t i = 0; i < count; i++) {
        ON_EXIT(contest_free_at) struct contest c = { .coding = CODING_CONSTANT };
        const enum rc rc = try_all(&c, column, &parts[i], d);
        if (rc != RC_OK)
            return rc;
        buf_put_u8(to, (uint8_t)c.coding);
        buf_put_be32(to, (uint32_t)c.best.len);
        buf_put_span(to, buf_span(&c.best));
        column += parts[i].count * parts[i].width;
    }
    return buf_rc(to, d);
}
