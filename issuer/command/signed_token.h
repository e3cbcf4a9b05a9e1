/* The signed token of one version, from the log. */
#pragma once

#include "issuer/command/reading.h"

/*
 * version  NULL or not given: the current one
 * ret      borrows the register
 * RC_NOT_FOUND  no such certificate or version
 * RC_BUSY       it is not signed yet: the next writing command finishes that
 */
MUST_CHECK enum rc signed_token(struct reading *r, const char *number,
                                const struct cli_number *version, struct span *ret, struct diag *d);
