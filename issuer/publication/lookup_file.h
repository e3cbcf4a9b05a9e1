/*
 * The look-up table (docs/formats.md, "Look-up table"): beside the published folder and not in it,
 * for endpoints alone. Its secret follows from the vault's and stands in HOME/keys/lookup.key, for
 * sitecert-digests.
 */
#pragma once

#include "issuer/register/register.h"

#define LOOKUP_KEY_FILE "keys/lookup.key"

/* "DIR" and suffix, for what stands beside the folder DIR. RC_LIMIT: too long. */
MUST_CHECK enum rc beside_path(const char *folder, const char *suffix, char ret[PATH_LEN],
                               struct diag *d);
/* "DIR.lookup" for the folder DIR. RC_LIMIT: too long. */
MUST_CHECK enum rc lookup_path(const char *folder, char ret[PATH_LEN], struct diag *d);

/* Writes key file and table: the current version of every certificate, under its holder's present
 * name and document. */
MUST_CHECK enum rc lookup_publish(struct reg *r, const struct home *h, const char *folder,
                                  struct diag *d);
