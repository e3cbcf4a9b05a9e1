/* The life of the endpoint: started, watched, ended. For main.c alone. */
#pragma once

#include <stdbool.h>

#include "core/base/rc.h"

struct run_options {
    const char *published, *root; /* as in struct store_options */
    const char *listen;
    const char *metrics_listen; /* NULL: no metrics */
    const char *spool;          /* folder of uploads that are being read */
};

/* Everything that can be known to be wrong without starting anything. */
MUST_CHECK enum rc run_check(const struct run_options *o, struct diag *d);

/*
 * Runs until SIGTERM or SIGINT. Prints "listening …" on standard output when it can judge.
 *
 * RC_OK    ended as asked
 * RC_BUSY  the address is in use
 * others   it could not start; d says why
 */
MUST_CHECK enum rc run_endpoint(const struct run_options *o, struct diag *d);
