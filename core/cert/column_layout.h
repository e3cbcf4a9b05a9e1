/* Where the columns of a set stand in a block's plain bytes: shared by columns.c, column_code.c,
 * column_quick.c, column_decode.c. */
#pragma once

#include "core/cert/columns.h"

#define COLUMN_WIDTH_MAX 3u /* bytes of a value */

/* One column of a block: count values of width bytes, big endian. The status column's value is a
 * byte of 4 rows. */
struct column_part {
    size_t count, width;
};

/* The parts of a set in their order; returns how many (1 or 2). rows is 1 to COLUMN_BLOCK. */
size_t column_parts(enum column_set set, uint32_t rows, struct column_part ret[2]);
size_t column_plain_len(enum column_set set, uint32_t rows);

/* Bits of an index into a dictionary of count entries; count is 2 to 65536. */
unsigned column_index_bits(size_t count);

/* A value of width bytes, and how it is written. */
static inline uint32_t column_value(const uint8_t *column, size_t width, size_t row)
{
    uint32_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | column[row * width + i];
    return v;
}

static inline void column_value_put(struct buf *to, uint32_t v, size_t width)
{
    for (size_t i = width; i-- > 0;)
        buf_put_u8(to, (uint8_t)(v >> 8 * i));
}
