/*
 * The publication before this one, as it stands in the published folder: what a new
 * one starts from, so that its work goes by what is new. Any bundle that this
 * deployment has signed will do; what cannot be used counts as none, and all is made
 * anew.
 */
#pragma once

#include "core/cert/bundle.h"
#include "core/sys/file.h"
#include "issuer/register/home.h"

struct previous { /* zeroed: none */
    struct mapping file;
    struct bundle *bundle; /* NULL: none; every block of it was read */
    struct columns rows;
};
void previous_close(struct previous *p); /* for ON_EXIT too */

/*
 * folder  the published one
 * ret     zeroed when there is none, or none of this deployment's, or it is damaged
 * RC_NOMEM, RC_IO
 */
MUST_CHECK enum rc previous_open(const struct home *h, const char *folder, struct previous *ret,
                                 struct diag *d);

/* The directory message, when it says what this payload says, but for the time, and its key still
 * counts; else an empty span. Borrows. */
struct span previous_directory(const struct previous *p, const struct home *h, struct span payload);
