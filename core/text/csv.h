/*
 * CSV as RFC 4180 has it: cells between commas, quoted cells that may hold commas, quotes (doubled)
 * and line ends, lines ended by CRLF or LF, the last one also by the end of the input. A push
 * parser: bytes go in by any pieces, whole rows come out, and the pieces make no difference. It
 * knows no encoding that keeps ASCII apart; feed it UTF-8.
 *
 * Empty lines are passed over. What RFC 4180 leaves open is refused: a quote inside an unquoted
 * cell, anything but a comma or a line end after a closing quote, a CR without LF outside quotes, a
 * NUL.
 *
 * A parser holds one row at a time: at most CSV_ROW_MAX bytes, whatever the input. Threads: one at
 * a time. Nothing blocks.
 */
#pragma once

#include "core/base/buf.h"

#define CSV_ROW_MAX   (1u << 20)  /* bytes of a row as written, without its line end */
#define CSV_CELLS_MAX 256u        /* cells of a row */
#define CSV_CELL_MAX  (64u << 10) /* bytes of a cell's value */

struct csv {
    /* of the next byte */
    uint64_t offset; /* bytes before it */
    uint64_t line;   /* from 1 */
    /* of the row that is being read, or was given out last */
    uint64_t row_offset, row_line;
    uint64_t quote_offset, quote_line; /* where its last quoted cell began */
    int state;
    size_t count, cell_start;
    size_t ends[CSV_CELLS_MAX];
    struct span cells[CSV_CELLS_MAX];
    struct buf text;
};

/* Begins at this place of an input: 0 and 1 at its start. The struct must be zeroed or have been
 * begun before. */
void csv_begin(struct csv *c, uint64_t offset, uint64_t line);
void csv_free(struct csv *c);
static inline void csv_free_at(struct csv *c)
{
    csv_free(c);
}

struct csv_row {
    uint64_t line, offset; /* of its first byte */
    size_t count;          /* of cells, at least 1 */
    const struct span
        *cells; /* values: unquoted, doubled quotes single; borrow the parser until the next push */
};

/*
 * Reads on, up to the end of one row or of the bytes.
 *
 * bytes     borrowed for the call
 * ret_used  how many of them were read; push the rest again
 * ret       the row, when *ret_row is true; at most one a call
 *
 * RC_FORMAT  not CSV; d names the line and has the byte offset
 * RC_LIMIT   over one of the limits above; likewise
 * After an error the parser must be begun anew.
 */
MUST_CHECK enum rc csv_push(struct csv *c, struct span bytes, size_t *ret_used, struct csv_row *ret,
                            bool *ret_row, struct diag *d);

/* The input ends here: gives out a last row that no line end closed. RC_FORMAT: inside a quoted
 * cell. */
MUST_CHECK enum rc csv_finish(struct csv *c, struct csv_row *ret, bool *ret_row, struct diag *d);
