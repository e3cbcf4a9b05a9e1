/* The process: who may connect, a thread for each, and when it ends. */
#pragma once

#include "core/base/rc.h"

struct serve_options {
    const char *home;
    int client; /* a connected socket of who has started us; -1: none, we serve until told to end */
};

/* Until it is told to end, or, with a client, until nobody is connected any more. */
MUST_CHECK enum rc serve(const struct serve_options *o, struct diag *d);
