/* The life of the daemon: started, watched, ended. For main.c alone. */
#pragma once

#include <stdbool.h>

#include "core/base/rc.h"
#include "issuer/settings/home_open.h"

struct run_options {
    const char *home;
    const char *listen; /* NULL: as sitecert.ini says */
    bool helpers;       /* start sitecert-signer, sitecert-core and sitecert-reader */
};

/* Everything that can be known to be wrong without starting anything. */
MUST_CHECK enum rc run_check(const struct run_options *o, struct diag *d);

/*
 * Runs until SIGTERM or SIGINT. Prints "listening …" on standard output when every part can work.
 *
 * RC_OK    ended as asked
 * RC_BUSY  another daemon serves this home, or the address is in use
 * others   it could not start; d says why
 */
MUST_CHECK enum rc run_daemon(const struct run_options *o, struct diag *d);
