/* The signer's keys in this process: for sitecert-signer, and for tests. */
#pragma once

#include "keys/signer/signer.h"

/*
 * Loads every private key file of `folder` (NAME.pem) whose public key the trust list holds.
 * trust   borrowed for the signer's life
 * RC_REFUSED  a key file is not safe (see keyfile.h); RC_NOT_FOUND: no key for a use that is asked
 * for later
 */
MUST_CHECK enum rc signer_load(const char *folder, const struct trust_list *trust,
                               struct signer **ret, struct diag *d);
