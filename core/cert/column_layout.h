/* Where the columns of a set stand in a block's plain bytes: shared by columns.c, column_code.c,
 * column_decode.c. */
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
