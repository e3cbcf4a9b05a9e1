/*
 * What the register says at one moment, as the lists that are published: a row
 * for every status index ever given out, and the directory of names.
 */
#pragma once

#include "core/cert/columns.h"
#include "core/cert/directory.h"
#include "issuer/register/register.h"

/* One row per status index: status by the orders in force today, current version and deadline. */
MUST_CHECK enum rc snapshot_columns(struct reg *r, int32_t today, struct columns *ret,
                                    struct diag *d);

/* What was published once, for going on from there. */
struct snapshot_base {
    const struct columns *rows;
    uint64_t log_size; /* all that these entries of the log say is in rows */
    int32_t day;       /* of that publication */
};
/*
 * The same as snapshot_columns(), but reading of the register only what the log has new.
 *
 * ret_made  false: it cannot be told from the log alone (an order dated ahead may have come into
 *           force, or the day is an earlier one); *ret is then as it was
 */
MUST_CHECK enum rc snapshot_update(struct reg *r, const struct snapshot_base *base, int32_t today,
                                   struct columns *ret, bool *ret_made, struct diag *d);

/* The directory's payload (core/cert/directory.h), appended to *to. */
MUST_CHECK enum rc snapshot_directory(struct reg *r, const struct home *h, struct buf *to,
                                      struct diag *d);
