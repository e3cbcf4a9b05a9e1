/*
 * A delta: what changed in a bundle from one sequence to a later one, so that a
 * device fetches kilobytes a day instead of all (docs/formats.md, "Delta"). A
 * COSE_Sign1 by a publish key, TYP_DELTA. It holds what of the new bundle's signed
 * header cannot be told from the old one, that header's signature, the sections
 * that are other ones, and the rows that are. Applying: core/cert/bundle_update.h.
 * Pure.
 */
#pragma once

#include "core/cert/bundle.h"

#define DELTA_MAX        (16u << 20) /* bytes of the message */
#define DELTA_CHANGE_MIN 2u          /* bytes of a changed row */
#define DELTA_ROWS_UNNAMED                                                                         \
    COLUMN_BLOCK /* fewer than so many new rows are in no change: a list ends with a block */
#define DELTA_NOTE_LINE_LEN 68u /* key id and signature of a checkpoint's one line */

struct delta { /* spans are borrowed */
    uint8_t deployment[DEPLOYMENT_LEN];
    uint64_t from, to; /* sequences: of the bundle it is for, and of the one that it makes */
    int64_t issued, status_exp, deadlines_exp;
    uint32_t rows; /* of the new bundle; never fewer than of the old one */
    struct span sections[BUNDLE_SECTIONS + 1]; /* by enum bundle_section; ptr NULL: as it was */
    bool has_checkpoint; /* section 4 in short: the note that delta_checkpoint_put() makes */
    uint64_t log_size;
    struct tlog_hash log_root;
    struct span note_line;        /* DELTA_NOTE_LINE_LEN bytes */
    struct span header_signature; /* SIGNATURE_LEN bytes, over the new bundle's header */
    struct span changes;          /* rows: delta_change_next() */
};

void delta_payload_put(struct buf *b, const struct delta *delta);
/* RC_FORMAT: not exactly such a map; offset says where. The rows are read as they are applied. */
MUST_CHECK enum rc delta_payload_read(struct span payload, struct delta *ret, struct diag *d);

/*
 * Whether a list of old_rows may become one of delta->rows: an index that was given has a changed
 * row, so that nobody's memory grows by more than what he was sent.
 */
bool delta_may_grow(const struct delta *delta, uint32_t old_rows);

/* Puts section 4 in short when it is such a note of this origin; false: it stays as it is. */
bool delta_checkpoint_take(struct delta *delta, const char *origin, struct span note,
                           struct buf *note_line);
void delta_checkpoint_put(struct buf *to, const struct delta *delta, const char *origin);

/* --- changed rows --- */

/* What becomes of one row. */
struct delta_change {
    uint32_t index;
    uint8_t status;
    bool sets_version, sets_deadline; /* false: the number is added to what is there */
    int64_t version, deadline;
};

struct delta_changes { /* a cursor; fill with delta_changes_over() */
    struct reader r;
    uint64_t next; /* the lowest index that may come */
    int64_t base;  /* day from which deadlines are counted */
    int64_t last;  /* the last deadline that was written out, or -1 */
};
struct delta_changes delta_changes_over(const struct delta *delta);
/*
 * ret_more  false: there was no more; *ret is then unchanged
 * RC_FORMAT  no such code, a number cut short or longer than needed, an index past the lists
 */
MUST_CHECK enum rc delta_change_next(struct delta_changes *c, struct delta_change *ret,
                                     bool *ret_more, struct diag *d);
/* RC_FORMAT: it leads out of what a column can hold. */
MUST_CHECK enum rc delta_change_apply(const struct delta_change *c, struct column_row *row,
                                      struct diag *d);

/*
 * The changes that lead from old to new, which has as many rows or more: rows that old does not
 * have count as never assigned.
 *
 * issued  as in the delta
 * to      appended to; ask buf_ok()
 * returns how many rows changed
 */
uint32_t delta_changes_put(const struct columns *old, const struct columns *new, int64_t issued,
                           struct buf *to);

/* --- the maker --- */

/*
 * The payload of the delta from one bundle to a later one of the same deployment. The caller has it
 * signed by the key that signed the new bundle, and knows by bundle_update_apply() that it leads
 * there.
 *
 * old_rows, new_rows  the rows of both, as bundle_columns() gives them
 * to        appended to
 * ret_rows  how many rows change
 * RC_REFUSED  no delta leads from one to the other, or delta_may_grow() would not have it
 */
MUST_CHECK enum rc delta_build(const struct bundle *old, const struct bundle *new,
                               const struct columns *old_rows, const struct columns *new_rows,
                               struct buf *to, uint32_t *ret_rows, struct diag *d);
