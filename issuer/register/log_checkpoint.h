/*
 * The checkpoint of all settled entries of the log: the stored one when the size has not grown,
 * else a newly signed one, committed to the register before it is shown to anybody, so that no size
 * is ever signed twice. The writer's alone; asks the signer; blocks.
 */
#pragma once

#include "issuer/register/register.h"

/*
 * Both steps below.
 *
 * to  gets the note, appended
 */
MUST_CHECK enum rc log_checkpoint(struct reg *r, const struct home *h, struct signer *s,
                                  struct buf *to, struct diag *d);

/*
 * The register is only read: what fails here leaves it as it was.
 *
 * to       gets the note, appended
 * ret_new  it is a new one, to be stored before it is used
 *
 * RC_FORMAT  a checkpoint of more entries than the log has was signed
 * RC_REFUSED, RC_IO, RC_NOT_FOUND, RC_BUSY  as the signer has it
 */
MUST_CHECK enum rc log_checkpoint_sign(struct reg *r, const struct home *h, struct signer *s,
                                       struct buf *to, bool *ret_new, struct diag *d);

/* note  as it was signed, of the entries that are settled now; with no row applied and uncommitted
 */
MUST_CHECK enum rc log_checkpoint_store(struct reg *r, struct span note, struct diag *d);
