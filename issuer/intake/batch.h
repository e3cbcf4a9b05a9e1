/*
 * Rows on their way to the engine: read into records and kept with the memory that they borrow, a
 * few hundred at a time, so that one thread can read while another applies. Threads: one at a time.
 */
#pragma once

#include "issuer/intake/rows.h"

struct batch_row {
    uint64_t number, line;
    struct record record; /* with its content digest */
    size_t count;
    const struct cell *cells;    /* as they came, for the report on the row */
    const struct reasons *early; /* what record_read() found, and the photo's; never NULL */
    bool misshapen;              /* no record could be made of it: not for the engine */
};

struct batch {
    struct batch_row *rows;
    size_t count, max;
    struct place next; /* where the row behind the last one begins */
    bool last;         /* no batch follows */
    enum rc rc;        /* not RC_OK: reading failed behind these rows, and this is the last batch */
    struct diag why;
    uint8_t *memory; /* all that rows borrow */
    size_t used;
};

/* Room for max rows. ret must be zeroed. RC_NOMEM */
MUST_CHECK enum rc batch_open(size_t max, struct batch *ret, struct diag *d);
void batch_close(struct batch *b);

/*
 * Empties b and fills it with the next rows: as many as it holds, fewer when they are large or at
 * the end. Failures go into b->rc.
 *
 * folder  where photo rows find their files
 * today   the clock's day
 */
void batch_fill(struct batch *b, struct rows *from, const char *folder, int32_t today);
