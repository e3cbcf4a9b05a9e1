/*
 * The one place that asks the system for the time. Only a demonstration
 * deployment may have it replaced, by SITECERT_CLOCK.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/base/rc.h"

#define CLOCK_VARIABLE "SITECERT_CLOCK"

/*
 * Unix seconds now. With SITECERT_CLOCK set: that moment when demo is true, else RC_REFUSED, so
 * that no program of a real deployment starts with a borrowed time. RC_FORMAT: it holds no RFC 3339
 * time.
 */
MUST_CHECK enum rc clock_now(bool demo, int64_t *ret_s, struct diag *d);

/* By a clock that is never set: seconds, for rates and durations; milliseconds, for time limits. */
double clock_elapsed(void);
int64_t clock_elapsed_ms(void);
/* The moment so many milliseconds from now by that clock: until when pthread_cond_timedwait()
 * waits. */
struct timespec clock_in_ms(uint32_t ms);
