/*
 * The processes beside a daemon that was started by hand: sitecert-signer, sitecert-core and
 * sitecert-reader, found in the folder of our own executable. One that ends is started again, at
 * once at first and then after longer and longer pauses. The kernel kills them when we die.
 * Threads: the one that started them alone, and it must live as long as the process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/rc.h"

#define HELPER_COUNT        3
#define HELPER_PAUSE_MIN_MS 100
#define HELPER_PAUSE_MAX_MS 5000
#define HELPER_STEADY_MS    30000 /* so long alive: the next pause is the shortest again */

struct helpers;

/* What is started, in this order; ended in the other. "sitecert-signer" … */
const char *helper_name(size_t i);

/* RC_NOT_FOUND: a program is not beside ours. */
MUST_CHECK enum rc helpers_check(struct diag *d);

/*
 * Starts each with `--home DIR`; its standard output is our standard error.
 *
 * home  borrowed as long as *ret
 * RC_NOT_FOUND  a program is not beside ours
 */
MUST_CHECK enum rc helpers_start(const char *home, int64_t now_ms, struct helpers **ret,
                                 struct diag *d);
/* After SIGCHLD, and when helpers_wait_ms() is over: takes note of the dead and starts what is due.
 */
void helpers_tend(struct helpers *h, int64_t now_ms);
/* Milliseconds until helpers_tend() has something to do; -1: nothing is due. */
int helpers_wait_ms(const struct helpers *h, int64_t now_ms);
void helpers_signal(struct helpers *h, int signal); /* to those that run */
/* Ends them one after another, each with at most grace_ms before it is killed. NULL is fine. */
void helpers_stop(struct helpers *h, uint32_t grace_ms);

struct helper_count {
    pid_t pid; /* 0: not running */
    uint32_t restarts;
};
struct helper_count helpers_count(const struct helpers *h, size_t i);
