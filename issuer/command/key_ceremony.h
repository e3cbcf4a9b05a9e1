/* The ceremony as the commands have it: its file in the home, what is printed of it, its end. */
#pragma once

#include "issuer/command/key_change.h"
#include "issuer/keycare/ceremony.h"
#include "keys/private/root_sign.h"

/* path NULL: the home's. RC_NOT_FOUND: there is none. RC_REFUSED: it begins at another list than
 * the home's current one. */
MUST_CHECK enum rc key_ceremony_open(const struct home *h, const char *path, struct ceremony *ret,
                                     struct diag *d);
MUST_CHECK enum rc key_ceremony_save(const struct home *h, const struct ceremony *c,
                                     struct diag *d);

/* With each root key that stands in the home's keys/root-N.pem: demonstrations, mostly. */
MUST_CHECK enum rc key_ceremony_sign_at_home(const struct home *h, struct ceremony *c,
                                             struct diag *d);

/* Makes the new list the home's, keeps the file as keys/change-SEQUENCE.cbor. RC_REFUSED:
 * signatures are missing, or the list would take from a key what it has signed. */
MUST_CHECK enum rc key_ceremony_install(const struct reading *r, const struct ceremony *c,
                                        struct diag *d);

/* What changes, who has signed, and what comes next. */
MUST_CHECK enum rc key_ceremony_print(const struct cli_call *call, const struct ceremony *c,
                                      bool dry_run, struct diag *d);
