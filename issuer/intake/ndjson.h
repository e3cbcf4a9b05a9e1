/*
 * NDJSON: one JSON object a line, lines ended by LF or CRLF, the last one also by the end of the
 * input; lines of blanks are passed over. A push parser cuts the lines, whatever the pieces;
 * reading one is apart, so that a line that is not an object harms no other.
 *
 * Values are text, numbers or true and false (as 1 and 0); null is as an empty cell. Numbers become
 * the text that a CSV would hold: 60, 60.5; more than two decimals stay, for record_read() to
 * refuse.
 *
 * Memory: one line of at most NDJSON_LINE_MAX bytes. Threads: one at a time. Nothing blocks.
 */
#pragma once

#include "core/json/json.h"
#include "issuer/scheme/record.h"

#define NDJSON_LINE_MAX    (1u << 20) /* bytes, without the LF */
#define NDJSON_MEMBERS_MAX 256u

struct ndjson {
    /* of the next byte */
    uint64_t offset; /* bytes before it */
    uint64_t line;   /* from 1 */
    /* of the line that is being read, or was given out last */
    uint64_t row_offset, row_line;
    bool given;
    struct buf text;
};

/* Begins at this place of an input: 0 and 1 at its start. The struct must be zeroed or have been
 * begun before. */
void ndjson_begin(struct ndjson *n, uint64_t offset, uint64_t line);
void ndjson_free(struct ndjson *n);
static inline void ndjson_free_at(struct ndjson *n)
{
    ndjson_free(n);
}

/*
 * Reads on, up to the end of one line that holds something, or of the bytes.
 *
 * ret_used  how many were read; push the rest again
 * ret       the line without its end, when *ret_line is true; borrows n until the next push
 *
 * RC_LIMIT   over NDJSON_LINE_MAX
 * RC_FORMAT  a NUL byte; both name the line and have the byte offset
 */
MUST_CHECK enum rc ndjson_push(struct ndjson *n, struct span bytes, size_t *ret_used,
                               struct span *ret, bool *ret_line, struct diag *d);
MUST_CHECK enum rc ndjson_finish(struct ndjson *n, struct span *ret, bool *ret_line,
                                 struct diag *d);

/* One line as cells; zeroed is empty. */
struct ndjson_row {
    json_t *object;
    struct buf numbers;
    size_t count;
    struct cell cells[NDJSON_MEMBERS_MAX];
    bool misfit[NDJSON_MEMBERS_MAX]; /* no text, number or null: an array or object, or true or
                                        false elsewhere than in face_checked; its cell is empty */
};
void ndjson_row_free(struct ndjson_row *r); /* for ON_EXIT too */

/*
 * Reads one line.
 *
 * ret  cells in the order of the line; they borrow ret, until it is read into again or freed
 *
 * RC_FORMAT  not one JSON object; a name twice
 * RC_LIMIT   over NDJSON_MEMBERS_MAX members
 *
 * RFC 8259
 */
MUST_CHECK enum rc ndjson_read(struct span line, struct ndjson_row *ret, struct diag *d);
