/*
 * A file of records, row by row: whichever of CSV or NDJSON it is, in whichever encoding. A file is
 * looked through once before its first row is given out, so that one that can't be read to its end,
 * or whose header is wrong, is refused whole. Files; blocks; threads: one at a time.
 */
#pragma once

#include "core/text/csv.h"
#include "core/text/text.h"
#include "issuer/intake/ndjson.h"
#include "issuer/scheme/record.h"

enum rows_format { FORMAT_CSV = 1, FORMAT_NDJSON = 2 };

/* Where in a file a row begins. */
struct place {
    uint64_t offset; /* in the file's own bytes */
    uint64_t line;   /* from 1 */
    uint64_t row;    /* rows before it; a CSV's header is not one */
};

struct row {
    uint64_t number;          /* from 1 */
    uint64_t line;            /* of its first byte */
    const struct cell *cells; /* borrow the rows until the next is read */
    size_t count;
    bool lasting_columns; /* the columns of cells are static storage, and of this kind */
    bool misshapen;       /* cells may be few or none, or stand under columns that are not theirs */
    const struct reasons *early; /* what is wrong with its shape, or with cells that hold none */
};

struct rows;

/*
 * Opens a file and looks through it.
 *
 * path  "-": standard input, which begins with '{' when it is NDJSON
 * kind  KIND_NONE: by the prefix of the file's name, as "test-2020-03.csv"
 *
 * RC_USAGE   the kind is not given and the name does not tell it
 * RC_FORMAT  not text, not CSV, no JSON object in the first line; a column that the kind does not
 * have, one twice, a required one missing; d names the line RC_LIMIT   a row or cell over its limit
 * (core/text/csv.h, ndjson.h) RC_NOT_FOUND RC_IO RC_FULL  the system's words
 */
MUST_CHECK enum rc rows_open(const char *path, enum record_kind kind, struct rows **ret,
                             struct diag *d);

/* What a file may hold beyond the limits of csv.h and ndjson.h. */
struct rows_limits {
    uint64_t rows;
    uint64_t row_bytes; /* of one as it is written, with its line end */
};

/*
 * The same of a file that is open already, whose kind and format are told.
 *
 * fd      duplicated; shares its place with the caller's
 * name    what it is called in messages
 *
 * RC_LIMIT  also over limits
 */
MUST_CHECK enum rc rows_open_fd(int fd, const char *name, enum record_kind kind,
                                enum rows_format format, const struct rows_limits *limits,
                                struct rows **ret, struct diag *d);
/* The same of bytes, borrowed as long as *ret. */
MUST_CHECK enum rc rows_open_bytes(struct span bytes, const char *name, enum record_kind kind,
                                   enum rows_format format, const struct rows_limits *limits,
                                   struct rows **ret, struct diag *d);
void rows_close(struct rows *r); /* NULL is fine */
DEFINE_ON_EXIT(struct rows, rows_close)

enum record_kind rows_kind(const struct rows *r);
enum rows_format rows_format(const struct rows *r);
enum encoding rows_encoding(const struct rows *r);
const char *rows_name(const struct rows *r); /* the path as given */
uint64_t rows_count(const struct rows *r);   /* how many there are */
/* SHA-256 over what tells this file from another version of it: device, inode, size and times.
 * False: a pipe's, or bytes. */
MUST_CHECK bool rows_identity(const struct rows *r, uint8_t ret[32]);

/* The next row; *ret_end true and none at the end. Errors: only when the file has changed since it
 * was opened. */
MUST_CHECK enum rc rows_next(struct rows *r, struct row *ret, bool *ret_end, struct diag *d);
/* Where the row behind the last one given begins. */
MUST_CHECK enum rc rows_place(struct rows *r, struct place *ret, struct diag *d);
/* Goes on from a place that rows_place() gave for this same file. */
MUST_CHECK enum rc rows_seek(struct rows *r, const struct place *place, struct diag *d);

/* The kind by a file name's prefix before '-', '_' or '.', or KIND_NONE. Pure. */
enum record_kind kind_from_path(const char *path);
