/* The life of the staple signer: started, watched, ended. For main.c alone. */
#pragma once

#include "core/base/rc.h"

struct run_options {
    const char *home;
    const char *published; /* folder that `sitecert publish` writes */
    const char *key;       /* NULL: HOME/keys/staple-1.pem */
    const char *socket;    /* NULL: HOME/run/staple.sock */
};

/*
 * Runs until SIGTERM or SIGINT.
 *
 * RC_OK    ended as asked
 * RC_BUSY  another one serves this home
 * others   it could not start; d says why
 */
MUST_CHECK enum rc run_staple(const struct run_options *o, struct diag *d);
