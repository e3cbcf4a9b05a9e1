/*
 * What the register publishes of every status index, in columns: the status
 * (2 bits), the current version and the current renewal deadline. In blocks of
 * COLUMN_BLOCK rows, so that one look-up reads and checks one block
 * (docs/formats.md, "Columns"). Pure; both the maker's and the reader's side.
 *
 * A block's plain bytes: status, 4 rows a byte, low bits first; then versions,
 * 2 bytes big endian each; then deadlines, 3 bytes big endian each (days since
 * 1970-01-01). A last, shorter block has only its own rows. Hashes cover these
 * plain bytes; how a block is coded in a file is not signed, and a browser can
 * undo every coding with raw inflate.
 *
 * A coded block: for each column of the set one byte of coding (enum
 * column_coding), 4 bytes big endian of length, that many bytes.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "core/crypto/hash.h"

#define COLUMN_BLOCK    65536u     /* rows of a block */
#define COLUMN_ROWS_MAX (1u << 28) /* rows of a list */

/* IETF Token Status List values that we use. */
enum status_bits { STATUS_VALID = 0, STATUS_INVALID = 1, STATUS_SUSPENDED = 2 };

/* How a column of a block is coded: the smallest one that is. Numbers stand in files: never
 * renumber. */
enum column_coding {
    CODING_CONSTANT = 0, /* the one value of every row */
    CODING_PLANES = 1,   /* first bytes of all values, then second bytes, …; raw deflate */
    CODING_DICTIONARY =
        2, /* be16 count, the values ascending, indexes of as few bits as do, low bits first */
    CODING_DICTIONARY_FLATE = 3, /* the same in raw deflate */
    CODING_RUNS = 4,             /* be16 rows of the run less one, value; …; raw deflate */
};

struct column_row {
    uint8_t status;   /* enum status_bits */
    uint16_t version; /* 0: never assigned */
    int32_t deadline; /* days; 0 when never assigned */
};

#define COLUMN_VERSION_MAX  0xffffu
#define COLUMN_DEADLINE_MAX 0xffffff

/* --- the maker's side: three growing arrays --- */
struct columns {
    uint32_t count;
    uint32_t cap;
    struct column_row *rows; /* owned */
};
void columns_free(struct columns *c);
MUST_CHECK enum rc columns_resize(struct columns *c, uint32_t count,
                                  struct diag *d); /* new rows are never assigned */

uint32_t columns_block_count(uint32_t rows);
uint32_t columns_block_rows(uint32_t rows, uint32_t block); /* COLUMN_BLOCK, or fewer in the last */

/* Which columns of a block: the deadline list has versions and deadlines, the status column stands
 * apart. */
enum column_set { COLUMN_STATUS = 1, COLUMN_DEADLINES = 2 };

/* Plain bytes of one block of one set, and their coded form (the smallest of the codings). */
void column_block_plain(const struct columns *c, uint32_t block, enum column_set set,
                        struct buf *to);
/* RC_NOMEM, RC_LIMIT: as flate_deflate. plain is as column_block_plain makes it, never empty. */
MUST_CHECK enum rc column_block_code(struct span plain, uint32_t rows, enum column_set set,
                                     struct buf *to, struct diag *d);

/*
 * The same in a fiftieth of the time, for a device that changes many blocks: the first coding that
 * needs no search, which is within a few per cent of the smallest for deadlines.
 */
MUST_CHECK enum rc column_block_code_quick(struct span plain, uint32_t rows, enum column_set set,
                                           struct buf *to, struct diag *d);

/*
 * Undoes a coding.
 * rows  1 to COLUMN_BLOCK
 * to    gets the plain bytes, appended; unchanged on failure
 * RC_FORMAT  not a coding of `rows` rows of this set, or a status that is none of ours. A constant
 *            and the last byte of a dictionary's indexes leave rows open: compare the plain bytes'
 * hash RC_LIMIT   a deflated part inflates to more than those rows need
 */
MUST_CHECK enum rc column_block_decode(struct span coded, uint32_t rows, enum column_set set,
                                       struct buf *to, struct diag *d);
/* One row of a plain block: fills the fields of its set, leaves the others. row < rows. */
void column_block_row(struct span plain, uint32_t rows, enum column_set set, uint32_t row,
                      struct column_row *ret);
/* The reverse: writes the fields of its set into a plain block; says whether that changed it. */
bool column_block_set(uint8_t *plain, uint32_t rows, enum column_set set, uint32_t row,
                      const struct column_row *to);

/*
 * SHA-256 over the SHA-256 of every block's plain bytes in order: what a signed statement holds.
 * block_hashes  blocks × SHA256_LEN bytes, side by side
 */
void column_root(const uint8_t *block_hashes, uint32_t blocks, uint8_t ret[SHA256_LEN]);
