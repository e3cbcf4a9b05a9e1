/*
 * A small process beside an endpoint that was started by hand (sitecert-digests, sitecert-staple):
 * found in the folder of our own executable, started again when it ends, and gone when we are.
 * Threads: the one that started it.
 */
#pragma once

#include <stdint.h>

#include "core/base/rc.h"

#define HELPER_WORDS_MAX 8u

struct helper;

/* words: its name, its arguments, NULL; copied. RC_NOT_FOUND: the program is not beside ours. */
MUST_CHECK enum rc helper_start(const char *const words[], struct helper **ret, struct diag *d);
/* Now and then: starts it again when it has ended, at most once a second. */
void helper_tend(struct helper *h);
void helper_stop(struct helper *h); /* NULL is fine */
