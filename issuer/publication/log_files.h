/*
 * The log as static files (C2SP tlog-tiles): log/checkpoint and log/tile/….
 * Tiles never change once written; only what is new since the folder's own
 * checkpoint is written. Entries are not served: tiles carry hashes alone.
 */
#pragma once

#include "issuer/register/register.h"

/*
 * Writes tiles, then the checkpoint, under folder/log.
 * RC_REFUSED  the folder's checkpoint is ahead of this register, or is not a prefix of its log
 */
MUST_CHECK enum rc log_publish(struct reg *r, const struct home *h, struct span checkpoint,
                               const char *folder, struct diag *d);
