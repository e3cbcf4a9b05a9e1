/*
 * sitecert-digests beside an endpoint that was started by hand: found in the folder of our own
 * executable, started again when it ends, and gone when we are. Threads: the one that started it.
 */
#pragma once

#include <stdint.h>

#include "core/base/rc.h"

struct helper;

/* home, socket: copied. RC_NOT_FOUND: the program is not beside ours. */
MUST_CHECK enum rc helper_start(const char *home, const char *socket, struct helper **ret,
                                struct diag *d);
/* Now and then: starts it again when it has ended, at most once a second. */
void helper_tend(struct helper *h);
void helper_stop(struct helper *h); /* NULL is fine */
