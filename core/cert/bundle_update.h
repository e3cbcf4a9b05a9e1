/*
 * Brings a bundle up to date by deltas, one after the other (docs/formats.md,
 * "Delta"). Each delta's signature is checked before anything of it is applied;
 * a new trust list must be signed by the roots of the one before. What comes out
 * has the signed header of the last delta and is opened with the reader's own code,
 * which checks that signature, every section and the roots of all rows: so the
 * bytes that come out are those of the publisher, but for how changed blocks are
 * coded. Pure: bytes in, bytes out; the caller replaces the file.
 */
#pragma once

#include "core/cert/delta.h"

struct bundle_update;

/*
 * bundle  open; borrowed, with its bytes, for the life of *ret. Blocks that no delta touches are
 *         taken over as they are, unread
 * roots   that the bundle was opened with, or its own
 */
MUST_CHECK enum rc bundle_update_begin(struct bundle *bundle, const struct root_set *roots,
                                       struct bundle_update **ret, struct diag *d);
void bundle_update_free(struct bundle_update *u); /* NULL is fine */
DEFINE_ON_EXIT(struct bundle_update, bundle_update_free)

/*
 * One delta, which is for the bundle as it is after those before. After an error the update is of
 * no use any more.
 *
 * bytes  copied where they are needed
 * RC_FORMAT         not a delta; or it does not fit the rows; or a block of the bundle is damaged
 * RC_LIMIT          longer than DELTA_MAX; more new rows than delta_may_grow() has it
 * RC_REFUSED        another deployment's; not for this sequence; an older trust list; another use
 * RC_BAD_SIGNATURE, RC_NOT_FOUND   as trust_list_read and trust_list_check
 */
MUST_CHECK enum rc bundle_update_apply(struct bundle_update *u, struct span bytes, struct diag *d);

/*
 * The bundle as it is now; at least one delta was applied.
 *
 * to   gets the file, appended to an empty buf
 * ret  the same, open; borrows *to
 * RC_BAD_SIGNATURE, RC_FORMAT  what came out is not what the last delta's signer has signed
 */
MUST_CHECK enum rc bundle_update_finish(struct bundle_update *u, struct buf *to,
                                        struct bundle **ret, struct diag *d);

/* What was done so far. */
struct bundle_changes {
    uint64_t from, to; /* sequences */
    size_t deltas;
    uint64_t rows;                      /* changed, each time counted */
    bool sections[BUNDLE_SECTIONS + 1]; /* by enum bundle_section */
};
struct bundle_changes bundle_update_changes(const struct bundle_update *u);
