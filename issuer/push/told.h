/* What the intake answers, read: the state of a batch, and a line of its results. Pure. */
#pragma once

#include "core/json/json.h"
#include "issuer/intake/import.h"

struct told_batch {
    bool done, failed; /* neither: not yet */
    char error[200];   /* of a failed one: code and text */
};
/* RC_FORMAT: not the state of a batch, as docs/http.md has it. */
MUST_CHECK enum rc told_batch_read(struct span json, struct told_batch *ret, struct diag *d);

struct told_result {
    json_t *object; /* owned */
    uint64_t row;   /* of the part, from 1 */
    enum row_outcome outcome;
};
void told_result_free(struct told_result *r); /* leaves it zeroed; for ON_EXIT too */
/* RC_FORMAT: not a line of results. */
MUST_CHECK enum rc told_result_read(struct span line, struct told_result *ret, struct diag *d);

/* Gives it the number of its row in the file, and the file's name when that is not NULL. RC_NOMEM
 */
MUST_CHECK enum rc told_result_place(struct told_result *r, uint64_t row, const char *file,
                                     struct diag *d);
