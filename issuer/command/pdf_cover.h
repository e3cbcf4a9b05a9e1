/*
 * The checkpoint that copies need: each proves its place in the log by the first one that covers
 * it. Where none does, one is made now, as `sitecert publish` would make it, so that a copy can be
 * handed out as soon as its certificate is there. Writes the register; asks the signer; blocks.
 */
#pragma once

#include "issuer/command/reading.h"

/*
 * number   of the certificate that is wanted, or NULL: of all
 * version  of it, from 1; 0: the current one
 * r        open for reading; closed and opened anew when a checkpoint was made
 *
 * RC_OK    also when there is no such certificate or version: whoever draws it says so
 * RC_BUSY  another process writes the register. r is closed on errors
 */
MUST_CHECK enum rc pdf_cover(const struct cli_call *call, struct reading *r, const char *number,
                             uint32_t version, struct diag *d);
