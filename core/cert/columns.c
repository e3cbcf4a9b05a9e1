#include "core/cert/columns.h"

#include <assert.h>
#include <stdlib.h>

#include "core/cert/column_layout.h"

#define VERSION_WIDTH  2u
#define DEADLINE_WIDTH 3u
#define ROWS_A_BYTE    4u

void columns_free(struct columns *c)
{
    if (!c)
        return;
    free(c->rows);
    *c = (struct columns){ .count = 0 };
}

enum rc columns_resize(struct columns *c, uint32_t count, struct diag *d)
{
    assert(c);

    if (count > COLUMN_ROWS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "%u rows, over %u", count, COLUMN_ROWS_MAX);
    if (count > c->cap) {
        uint32_t cap = c->cap < COLUMN_ROWS_MAX / 2 ? c->cap * 2 : COLUMN_ROWS_MAX;
        if (cap < count)
            cap = count;
        struct column_row *const rows = realloc(c->rows, cap * sizeof *rows);
        if (!rows)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "columns of %u rows", cap);
        c->rows = rows;
        c->cap = cap;
    }
    if (count > c->count)
        memset(c->rows + c->count, 0, (count - c->count) * sizeof *c->rows);
    c->count = count;
    return RC_OK;
}

uint32_t columns_block_count(uint32_t rows)
{
    return rows / COLUMN_BLOCK + (rows % COLUMN_BLOCK != 0);
}

uint32_t columns_block_rows(uint32_t rows, uint32_t block)
{
    assert(block < columns_block_count(rows));
    const uint32_t left = rows - block * COLUMN_BLOCK;
    return left < COLUMN_BLOCK ? left : COLUMN_BLOCK;
}

size_t column_parts(enum column_set set, uint32_t rows, struct column_part ret[2])
{
    assert(rows > 0 && rows <= COLUMN_BLOCK);

    switch (set) {
    case COLUMN_STATUS:
        ret[0] = (struct column_part){ (rows + ROWS_A_BYTE - 1) / ROWS_A_BYTE, 1 };
        return 1;
    case COLUMN_DEADLINES:
        ret[0] = (struct column_part){ rows, VERSION_WIDTH };
        ret[1] = (struct column_part){ rows, DEADLINE_WIDTH };
        return 2;
    }
    abort(); /* the caller promised a set */
}

size_t column_plain_len(enum column_set set, uint32_t rows)
{
    struct column_part parts[2];
    const size_t count = column_parts(set, rows, parts);
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].count * parts[i].width;
    return len;
}

unsigned column_index_bits(size_t count)
{
    assert(count >= 2 && count <= COLUMN_BLOCK);
    return 32 - (unsigned)__builtin_clz((unsigned)count - 1);
}

static void put_status(const struct column_row *rows, uint32_t count, struct buf *to)
{
    for (uint32_t i = 0; i < count; i += ROWS_A_BYTE) {
        unsigned byte = 0;
        for (uint32_t k = 0; k < ROWS_A_BYTE && i + k < count; k++) {
            assert(rows[i + k].status <= STATUS_SUSPENDED);
            byte |= (unsigned)rows[i + k].status << 2 * k;
        }
        buf_put_u8(to, (uint8_t)byte);
    }
}

static void put_deadlines(const struct column_row *rows, uint32_t count, struct buf *to)
{
    uint8_t *at = buf_reserve(to, count * (size_t)(VERSION_WIDTH + DEADLINE_WIDTH));
    if (!at)
        return;

    for (uint32_t i = 0; i < count; i++) {
        *at++ = (uint8_t)(rows[i].version >> 8);
        *at++ = (uint8_t)rows[i].version;
    }
    for (uint32_t i = 0; i < count; i++) {
        const int32_t day = rows[i].deadline;
        assert(day >= 0 && day <= COLUMN_DEADLINE_MAX);
        *at++ = (uint8_t)(day >> 16);
        *at++ = (uint8_t)(day >> 8);
        *at++ = (uint8_t)day;
    }
    to->len += count * (size_t)(VERSION_WIDTH + DEADLINE_WIDTH);
}

void column_block_plain(const struct columns *c, uint32_t block, enum column_set set,
                        struct buf *to)
{
    assert(c && to);

    const uint32_t count = columns_block_rows(c->count, block);
    const struct column_row *const rows = c->rows + (size_t)block * COLUMN_BLOCK;
    if (set == COLUMN_STATUS)
        put_status(rows, count, to);
    else
        put_deadlines(rows, count, to);
}

void column_block_row(struct span plain, uint32_t rows, enum column_set set, uint32_t row,
                      struct column_row *ret)
{
    assert(ret && row < rows && plain.len == column_plain_len(set, rows));

    if (set == COLUMN_STATUS) {
        ret->status = plain.ptr[row / ROWS_A_BYTE] >> row % ROWS_A_BYTE * 2 & 3;
        return;
    }
    const uint8_t *const version = plain.ptr + (size_t)row * VERSION_WIDTH;
    const uint8_t *const day =
        plain.ptr + (size_t)rows * VERSION_WIDTH + (size_t)row * DEADLINE_WIDTH;
    ret->version = (uint16_t)(version[0] << 8 | version[1]);
    ret->deadline = day[0] << 16 | day[1] << 8 | day[2];
}

/* Says whether that changed anything. */
static bool write_big_endian(uint8_t *at, size_t width, uint32_t v)
{
    bool changed = false;
    for (size_t i = 0; i < width; i++) {
        const uint8_t byte = (uint8_t)(v >> 8 * (width - 1 - i));
        changed |= at[i] != byte;
        at[i] = byte;
    }
    return changed;
}

bool column_block_set(uint8_t *plain, uint32_t rows, enum column_set set, uint32_t row,
                      const struct column_row *to)
{
    assert(plain && to && row < rows && to->status <= STATUS_SUSPENDED);
    assert(to->deadline >= 0 && to->deadline <= COLUMN_DEADLINE_MAX);

    if (set == COLUMN_STATUS) {
        uint8_t *const byte = plain + row / ROWS_A_BYTE;
        const unsigned shift = row % ROWS_A_BYTE * 2;
        const uint8_t new = (uint8_t)((*byte & ~(3u << shift)) | (unsigned)to->status << shift);
        const bool changed = new != *byte;
        *byte = new;
        return changed;
    }
    const size_t days = (size_t)rows * VERSION_WIDTH + (size_t)row * DEADLINE_WIDTH;
    const bool version =
        write_big_endian(plain + (size_t)row * VERSION_WIDTH, VERSION_WIDTH, to->version);
    return write_big_endian(plain + days, DEADLINE_WIDTH, (uint32_t)to->deadline) || version;
}

void column_root(const uint8_t *block_hashes, uint32_t blocks, uint8_t ret[SHA256_LEN])
{
    sha256(span_of(block_hashes, (size_t)blocks * SHA256_LEN), ret);
}
