/*
 * The home's list of employers: HOME/employers.json, mode 0640, replaced in one step under the lock
 * employers.lock. Endpoints know what the next publication copies beside the published folder.
 */
#pragma once

#include "core/employers/employers.h"

#define EMPLOYERS_FILE "employers.json" /* in the home */

/* ret: zeroed. No such file: no employers. */
MUST_CHECK enum rc employers_of_home(const char *home, struct employers *ret, struct diag *d);

/*
 * Adds one and makes its API key. key, added and suspended are set here.
 *
 * ret_key    shown once, and kept nowhere
 * RC_EXISTS  the name is there already
 * RC_LIMIT   EMPLOYERS_MAX
 */
MUST_CHECK enum rc employers_add(const char *home, const struct employer *employer, int64_t now,
                                 char ret_key[EMPLOYER_KEY_LEN + 1], struct diag *d);

/* RC_NOT_FOUND: none of that name. */
MUST_CHECK enum rc employers_suspend(const char *home, struct span name, bool suspended,
                                     struct diag *d);
