/* One verdict as certcheck prints it: lines, or an element of the JSON array. */
#pragma once

#include "core/cert/verdict.h"
#include "core/cli/cli.h"

/* Which of several inputs is meant: its beginning, with what a terminal would obey taken out. */
void answer_name_put(struct buf *to, const char *name);

/*
 * Appends one answer, without what stands between it and its neighbours.
 * name  of the input, to stand before the lines; NULL: there is only one
 * RC_NOMEM
 */
MUST_CHECK enum rc answer_put(struct buf *to, const struct cli_call *call, const char *name,
                              const struct verdict *v, struct diag *d);

/* What stands before the first answer, between two, and behind the last of `count`. */
void answers_begin(struct buf *to, const struct cli_call *call, uint64_t count);
void answers_between(struct buf *to, const struct cli_call *call);
void answers_end(struct buf *to, const struct cli_call *call, uint64_t count);
