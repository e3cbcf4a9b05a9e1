/* The life of a process that signs with one key by the published lists: started, watched, ended.
 * For the programs of this folder alone. */
#pragma once

#include "core/base/rc.h"
#include "keys/staple/program.h"

struct run_options {
    const struct program *program;
    const char *home;
    const char *published; /* folder that `sitecert publish` writes */
    const char *key;       /* NULL: that of the home */
    const char *socket;    /* NULL: that of the home */
};

/*
 * Runs until SIGTERM or SIGINT.
 *
 * RC_OK    ended as asked
 * RC_BUSY  another one serves this home
 * others   it could not start; d says why
 */
MUST_CHECK enum rc run_signer(const struct run_options *o, struct diag *d);
