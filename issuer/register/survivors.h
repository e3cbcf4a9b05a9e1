/* The survivor set of a cut-off token key (docs/formats.md, "Trust list"), from the log; and what
 * the cut-off took. */
#pragma once

#include "issuer/register/register.h"

/*
 * Appends SURVIVOR_LEN bytes for each log index from key->first to `end`: the first of the leaf's
 * hash where the leaf is a token of this key, else zeros.
 *
 * end  at most the log's settled size where tokens of the key are to survive; from key->first
 */
MUST_CHECK enum rc survivors_collect(struct reg *r, const struct trusted_key *key, uint64_t end,
                                     struct buf *to, struct diag *d);

/* Whether a token stands at this log index by a key that is cut off at or before it. */
MUST_CHECK enum rc survivors_are_without(struct reg *r, const struct trust_list *trust,
                                         uint64_t log_index, bool *ret, struct diag *d);
