/* The life of sitecert-reader: started, watched, ended. For main.c alone. */
#pragma once

#include "core/base/rc.h"

/*
 * Answers until SIGTERM or SIGINT; SIGHUP reads the settings again.
 *
 * RC_OK    ended as asked
 * RC_BUSY  another reader serves this home
 * others   it could not start; d says why
 */
MUST_CHECK enum rc run_reader(const char *home, struct diag *d);
