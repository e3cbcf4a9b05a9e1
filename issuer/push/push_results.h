/* Results of one part after another into the reports. Used by push.c alone. */
#pragma once

#include "issuer/intake/outfile.h"
#include "issuer/push/push.h"

struct reports {
    const struct push_options *o;
    struct outfile errors, results;
    struct buf errors_text, results_text; /* of the part at hand */
    struct rows *rows;                    /* the file again, for the cells of refused rows */
    const char *rows_path;                /* which file; NULL: none */
    uint64_t rows_read;
};
void reports_close(struct reports *r); /* what is not finished stays beside */

/* lengths: bytes to keep of each when resuming. */
MUST_CHECK enum rc reports_open(const struct push_options *o, uint64_t errors_len,
                                uint64_t results_len, struct reports *ret, struct diag *d);

struct told_part {
    const char *path;      /* of the file; one pointer for one file */
    uint64_t before, rows; /* rows of the file before it; in it */
    struct span answer;    /* NDJSON */
};
/* Writes what became of a part's rows, and counts them. RC_FORMAT: not one line for each. */
MUST_CHECK enum rc reports_put(struct reports *r, const struct told_part *part,
                               struct import_counts *counts, struct diag *d);
MUST_CHECK enum rc reports_finish(struct reports *r, struct diag *d);
