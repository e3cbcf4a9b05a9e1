/*
 * What became of the rows of a batch, as the register keeps it: without words, so that it can be
 * told in the language of whoever asks. Pure.
 */
#pragma once

#include "issuer/intake/batch.h"
#include "issuer/register/engine.h"

#define RESULT_MAX 8192u /* bytes of a row, at most */

/* Appends one row. */
void results_put(struct buf *to, const struct batch_row *row, const struct outcome *outcome);

/*
 * Appends a line for each of the rows (issuer/intake/report_row.h).
 *
 * after     rows up to this number are left out
 * ret_rows  how many they were, with those
 *
 * RC_FORMAT  not such bytes
 */
MUST_CHECK enum rc results_tell(struct span kept, bool chinese, uint64_t after, struct buf *to,
                                uint64_t *ret_rows, struct diag *d);
