/* The signer's keys in this process: for sitecert-signer, and for tests. */
#pragma once

#include "keys/private/kept_key.h"
#include "keys/signer/signer.h"

/*
 * Loads every private key file of `folder` (NAME.pem) whose public key the trust list holds, and
 * takes up those that the keeper has: NAME.pub is the public half of one, in PEM.
 * keeper  NULL: there is none; borrowed, as trust is, for the signer's life
 * RC_REFUSED  a key file is not safe (see keyfile.h); a NAME.pub without a keeper.
 * RC_NOT_FOUND  no such folder
 */
MUST_CHECK enum rc signer_load(const char *folder, const struct trust_list *trust,
                               const struct key_keeper *keeper, struct signer **ret,
                               struct diag *d);
