/* The life of sitecert-core: started, ended. For main.c alone. */
#pragma once

#include "core/base/rc.h"

/*
 * Serves until SIGTERM or SIGINT.
 *
 * RC_OK    ended as asked
 * RC_BUSY  another sitecert-core serves this home
 * others   it could not start, or cannot go on; d says why
 */
MUST_CHECK enum rc run_core(const char *home, struct diag *d);
