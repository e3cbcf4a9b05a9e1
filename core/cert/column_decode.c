#include <assert.h>

#include "core/base/reader.h"
#include "core/cert/column_layout.h"
#include "core/flate/flate.h"

#define RUN_LEN_BYTES 2u

static uint8_t *reserve_column(const struct column_part *p, struct buf *to)
{
    return buf_reserve(to, p->count * p->width);
}

static enum rc decode_constant(struct span coded, const struct column_part *p, struct buf *to,
                               struct diag *d)
{
    if (coded.len != p->width)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a constant column of %zu bytes", coded.len);

    for (size_t row = 0; row < p->count; row++)
        buf_put_span(to, coded);
    return buf_rc(to, d);
}

/* Values of two bytes, the usual width of planes, in a loop that the compiler can widen. */
static void join_two(const uint8_t *high, const uint8_t *low, size_t count, uint8_t *restrict to)
{
    for (size_t row = 0; row < count; row++) {
        to[2 * row] = high[row];
        to[2 * row + 1] = low[row];
    }
}

static void join(const uint8_t *planes, const struct column_part *p, uint8_t *to)
{
    if (p->width == 2) {
        join_two(planes, planes + p->count, p->count, to);
        return;
    }
    for (size_t plane = 0; plane < p->width; plane++) {
        const uint8_t *const from = planes + plane * p->count;
        for (size_t row = 0; row < p->count; row++)
            to[row * p->width + plane] = from[row];
    }
}

static enum rc decode_planes(struct span coded, const struct column_part *p, struct buf *to,
                             struct diag *d)
{
    const size_t len = p->count * p->width;
    ON_EXIT(buf_free_at) struct buf planes = { 0 };
    if (!buf_reserve(&planes, len + 1)) /* what inflating may fill: it need not grow on the way */
        return buf_rc(&planes, d);
    const enum rc rc = flate_inflate(FLATE_RAW, coded, len, &planes, d);
    if (rc != RC_OK)
        return rc;
    if (planes.len != len)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "byte planes of %zu bytes, not %zu",
                        planes.len, len);

    uint8_t *const at = reserve_column(p, to);
    if (!at)
        return buf_rc(to, d);
    join(planes.ptr, p, at);
    to->len += len;
    return RC_OK;
}

/* Bytes of a dictionary coding with this many entries. */
static size_t dictionary_len(size_t entries, const struct column_part *p)
{
    return 2 + entries * p->width + (p->count * column_index_bits(entries) + 7) / 8;
}

static bool ascends(const uint8_t *values, size_t count, size_t width)
{
    for (size_t i = 1; i < count; i++) {
        if (memcmp(values + (i - 1) * width, values + i * width, width) >= 0)
            return false;
    }
    return true;
}

struct indexes { /* of one column in its dictionary */
    const uint8_t *packed, *values;
    size_t entries, count;
};

/*
 * Inlined once for each width: copying a number of bytes that the compiler knows is what makes a
 * look-up in a block of 65,536 rows quick.
 */
static inline __attribute__((always_inline)) enum rc look_up(struct indexes at, size_t width,
                                                             uint8_t *out, struct diag *d)
{
    const unsigned bits = column_index_bits(at.entries);
    const uint32_t mask = (1u << bits) - 1;
    uint32_t waiting = 0;
    unsigned have = 0;
    for (size_t row = 0; row < at.count; row++) {
        for (; have < bits; have += 8)
            waiting |= (uint32_t)*at.packed++ << have;
        const uint32_t index = waiting & mask;
        waiting >>= bits;
        have -= bits;
        if (index >= at.entries)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "dictionary index %u of %zu entries",
                            index, at.entries);
        memcpy(out + row * width, at.values + index * width, width);
    }
    if (waiting != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "spare bits after the dictionary's indexes");
    return RC_OK;
}

/* packed has the right length for p->count indexes. */
static enum rc unpack_indexes(struct span packed, const uint8_t *values, size_t entries,
                              const struct column_part *p, struct buf *to, struct diag *d)
{
    uint8_t *const out = reserve_column(p, to);
    if (!out)
        return buf_rc(to, d);

    const struct indexes at = { packed.ptr, values, entries, p->count };
    enum rc rc;
    if (p->width == 1)
        rc = look_up(at, 1, out, d);
    else if (p->width == 2)
        rc = look_up(at, 2, out, d);
    else
        rc = look_up(at, 3, out, d);
    if (rc == RC_OK)
        to->len += p->count * p->width;
    return rc;
}

static enum rc decode_dictionary(struct span coded, const struct column_part *p, struct buf *to,
                                 struct diag *d)
{
    struct reader r = reader_over(coded);
    uint16_t entries;
    if (!reader_be16(&r, &entries) || entries < 2)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a dictionary of fewer than 2 entries");
    if (coded.len != dictionary_len(entries, p))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "a dictionary of %u entries in %zu bytes, not %zu", entries, coded.len,
                        dictionary_len(entries, p));

    const uint8_t *const values = coded.ptr + r.pos;
    if (!ascends(values, entries, p->width))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the dictionary does not ascend");
    const size_t head = r.pos + entries * p->width;
    return unpack_indexes(span_of(coded.ptr + head, coded.len - head), values, entries, p, to, d);
}

static enum rc decode_dictionary_flate(struct span coded, const struct column_part *p,
                                       struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    const enum rc rc = flate_inflate(FLATE_RAW, coded, dictionary_len(UINT16_MAX, p), &plain, d);
    return rc == RC_OK ? decode_dictionary(buf_span(&plain), p, to, d) : rc;
}

static enum rc decode_runs(struct span coded, const struct column_part *p, struct buf *to,
                           struct diag *d)
{
    /* No more runs than rows. */
    ON_EXIT(buf_free_at) struct buf runs = { 0 };
    const enum rc rc =
        flate_inflate(FLATE_RAW, coded, p->count * (RUN_LEN_BYTES + p->width), &runs, d);
    if (rc != RC_OK)
        return rc;

    struct reader r = reader_over(buf_span(&runs));
    size_t rows = 0;
    while (reader_left(&r) > 0) {
        uint16_t more;
        struct span value;
        if (!reader_be16(&r, &more) || !reader_take(&r, p->width, &value))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the last run is cut short");
        rows += (size_t)more + 1;
        if (rows > p->count)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "runs of more than %zu values", p->count);
        for (size_t i = 0; i <= more; i++)
            buf_put_span(to, value);
    }
    if (rows != p->count)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "runs of %zu values, not %zu", rows,
                        p->count);
    return buf_rc(to, d);
}

/* Each appends p->count values; on failure *to may hold a part of them. */
static const struct {
    enum rc (*decode)(struct span coded, const struct column_part *p, struct buf *to,
                      struct diag *d);
} codings[] = {
    [CODING_CONSTANT] = { decode_constant },
    [CODING_PLANES] = { decode_planes },
    [CODING_DICTIONARY] = { decode_dictionary },
    [CODING_DICTIONARY_FLATE] = { decode_dictionary_flate },
    [CODING_RUNS] = { decode_runs },
};

static enum rc decode_column(struct reader *r, const struct column_part *p, struct buf *to,
                             struct diag *d)
{
    const size_t at = r->pos;
    uint8_t coding;
    uint32_t len;
    struct span coded;
    if (!reader_u8(r, &coding) || !reader_be32(r, &len) || !reader_take(r, len, &coded))
        return diag_set(d, RC_FORMAT, at, "a coded column is cut short");
    if (coding >= sizeof codings / sizeof *codings)
        return diag_set(d, RC_FORMAT, at, "no column coding %u", coding);

    /* A decoder counts from its own first byte, if at all. */
    struct diag why = DIAG_INIT;
    const enum rc rc = codings[coding].decode(coded, p, to, &why);
    const size_t inside = why.offset == DIAG_NO_OFFSET ? 0 : r->pos - len - at + why.offset;
    return rc == RC_OK ? RC_OK : diag_set(d, rc, at + inside, "%s", why.text);
}

/* Two bits each: 3 is none of our statuses, and rows past the last are 0. */
static enum rc check_statuses(const uint8_t *bytes, size_t len, uint32_t rows, struct diag *d)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] & bytes[i] >> 1 & 0x55)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a status that is none of ours");
    }
    if (rows % 4 != 0 && bytes[len - 1] >> rows % 4 * 2 != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "statuses of rows past the last");
    return RC_OK;
}

static enum rc decode_parts(struct span coded, uint32_t rows, enum column_set set, struct buf *to,
                            struct diag *d)
{
    struct column_part parts[2];
    const size_t count = column_parts(set, rows, parts);
    const size_t start = to->len;
    struct reader r = reader_over(coded);
    if (!buf_reserve(to, column_plain_len(set, rows)))
        return buf_rc(to, d);
    for (size_t i = 0; i < count; i++) {
        const enum rc rc = decode_column(&r, &parts[i], to, d);
        if (rc != RC_OK)
            return rc;
    }
    if (reader_left(&r) > 0)
        return diag_set(d, RC_FORMAT, r.pos, "bytes after the coded columns");
    return set == COLUMN_STATUS ? check_statuses(to->ptr + start, to->len - start, rows, d) : RC_OK;
}

enum rc column_block_decode(struct span coded, uint32_t rows, enum column_set set, struct buf *to,
                            struct diag *d)
{
    assert(to);

    const size_t before = to->len;
    const enum rc rc = decode_parts(coded, rows, set, to, d);
    if (rc != RC_OK)
        to->len = before;
    return rc;
}
