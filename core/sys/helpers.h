/*
 * The processes beside a daemon that was started by hand, each found in the folder of our own
 * executable. One that ends is started again, at once at first and then after longer and longer
 * pauses. The kernel kills them when we die. Threads: the one that starts them alone, and it must
 * live as long as the process.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/rc.h"

#define HELPERS_MAX         4u
#define HELPER_WORDS_MAX    8u /* name and arguments */
#define HELPER_PAUSE_MIN_MS 100
#define HELPER_PAUSE_MAX_MS 5000
#define HELPER_STEADY_MS    30000 /* so long alive: the next pause is the shortest again */

struct helpers;

/* None yet. RC_NOMEM */
MUST_CHECK enum rc helpers_new(struct helpers **ret, struct diag *d);
/*
 * One more, at most HELPERS_MAX; helpers_tend() starts it. Its standard output is our standard
 * error.
 *
 * words  its name, its arguments, NULL; copied
 * RC_NOT_FOUND  the program is not beside ours
 */
MUST_CHECK enum rc helpers_add(struct helpers *h, const char *const words[], struct diag *d);

/* At first, after SIGCHLD or now and then, and when helpers_wait_ms() is over: takes note of the
 * dead and starts what is due. now_ms: of a clock that is never set. */
void helpers_tend(struct helpers *h, int64_t now_ms);
/* Milliseconds until helpers_tend() has something to start; -1: nothing is due. */
int helpers_wait_ms(const struct helpers *h, int64_t now_ms);
/* Ends them, the last first, each with at most grace_ms before it is killed. NULL is fine. */
void helpers_stop(struct helpers *h, uint32_t grace_ms);

struct helper_count {
    pid_t pid; /* 0: not running */
    uint32_t restarts;
};
/* i: in the order in which they were added */
struct helper_count helpers_count(const struct helpers *h, size_t i);
