/*
 * Codes a block without looking for the smallest way: a constant, or a dictionary whose indexes a
 * table over the span of the values gives. What has too many values, or too far apart, is left to
 * column_code.c; statuses too, whose blocks are small and whose smallest coding is far smaller.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/cert/column_layout.h"

#define SPAN_MAX 65536u /* of the values, from the least to the greatest */

/* Where each value of a column stands in its dictionary. */
struct table {
    uint32_t least, span;
    size_t entries;
    uint16_t index[SPAN_MAX];
    bool there[SPAN_MAX];
};

/* False: its values are too far apart, or too many for a dictionary. */
static bool fill_table(struct table *t, const uint8_t *column, const struct column_part *p)
{
    uint32_t least = UINT32_MAX, greatest = 0;
    for (size_t row = 0; row < p->count; row++) {
        const uint32_t v = column_value(column, p->width, row);
        least = v < least ? v : least;
        greatest = v > greatest ? v : greatest;
    }
    t->least = least;
    t->span = greatest - least + 1;
    t->entries = 0;
    if (t->span > SPAN_MAX)
        return false;

    memset(t->there, 0, t->span * sizeof *t->there);
    for (size_t row = 0; row < p->count; row++)
        t->there[column_value(column, p->width, row) - least] = true;
    for (uint32_t i = 0; i < t->span; i++) {
        if (t->there[i])
            t->index[i] = (uint16_t)t->entries++;
    }
    return t->entries <= UINT16_MAX;
}

static void put_indexes(const struct table *t, const uint8_t *column, const struct column_part *p,
                        struct buf *to)
{
    const unsigned bits = column_index_bits(t->entries);
    uint8_t *at = buf_reserve(to, (p->count * bits + 7) / 8);
    if (!at)
        return;

    uint64_t waiting = 0;
    unsigned have = 0;
    for (size_t row = 0; row < p->count; row++) {
        waiting |= (uint64_t)t->index[column_value(column, p->width, row) - t->least] << have;
        for (have += bits; have >= 8; have -= 8) {
            *at++ = (uint8_t)waiting;
            waiting >>= 8;
        }
    }
    if (have > 0)
        *at = (uint8_t)waiting;
    to->len += (p->count * bits + 7) / 8;
}

static void put_coded(struct buf *to, enum column_coding coding, const struct buf *coded)
{
    buf_put_u8(to, (uint8_t)coding);
    buf_put_be32(to, (uint32_t)coded->len);
    buf_put_span(to, buf_span(coded));
}

static void code_column(const struct table *t, const uint8_t *column, const struct column_part *p,
                        struct buf *to)
{
    ON_EXIT(buf_free_at) struct buf coded = { 0 };
    if (t->entries == 1) {
        buf_put(&coded, column, p->width);
        put_coded(to, CODING_CONSTANT, &coded);
        return;
    }
    column_value_put(&coded, (uint32_t)t->entries, 2);
    for (uint32_t i = 0; i < t->span; i++) {
        if (t->there[i])
            column_value_put(&coded, t->least + i, p->width);
    }
    put_indexes(t, column, p, &coded);
    put_coded(to, CODING_DICTIONARY, &coded);
    to->failed |= coded.failed;
}

static void free_table(struct table **t)
{
    free(*t);
}

enum rc column_block_code_quick(struct span plain, uint32_t rows, enum column_set set,
                                struct buf *to, struct diag *d)
{
    assert(to && plain.len == column_plain_len(set, rows));

    if (set == COLUMN_STATUS)
        return column_block_code(plain, rows, set, to, d);
    ON_EXIT(free_table) struct table *t = malloc(sizeof *t);
    if (!t)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "coding a column");

    struct column_part parts[2];
    const size_t count = column_parts(set, rows, parts), before = to->len;
    const uint8_t *column = plain.ptr;
    for (size_t i = 0; i < count; i++) {
        if (!fill_table(t, column, &parts[i])) {
            to->len = before;
            return column_block_code(plain, rows, set, to, d);
        }
        code_column(t, column, &parts[i], to);
        column += parts[i].count * parts[i].width;
    }
    return buf_rc(to, d);
}
