/*
 * What a service manager is told and hands over (sd_notify(3), sd_listen_fds(3)), without its
 * library. Without $NOTIFY_SOCKET every call does nothing. Threads: any, but the environment is not
 * to be changed meanwhile.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/rc.h"

enum notify_state {
    NOTIFY_READY = 1, /* it serves, or serves again after NOTIFY_RELOADING */
    NOTIFY_RELOADING, /* with the monotonic time, as Type=notify-reload wants it */
    NOTIFY_STOPPING,
    NOTIFY_ALIVE, /* for the watchdog */
};

/*
 * status  one line for a person, shown by the manager; may be NULL; line ends become blanks
 *
 * RC_IO      there is a manager, and it cannot be told
 * RC_FORMAT  $NOTIFY_SOCKET is neither a path nor an abstract name, or is too long
 */
MUST_CHECK enum rc notify_send(enum notify_state state, const char *status, struct diag *d);

/* The same for who has no use for a failure: the manager notices by itself. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_watchdog(void);

/* How often a loop that says notify_watchdog() each time has to go round: every most_ms, or oftener
 * when the manager wants to hear it sooner. */
int notify_tick_ms(int most_ms);
/* Within which time the manager wants to hear notify_watchdog() again, ms: say it twice as often;
 * 0: not at all ($WATCHDOG_USEC, $WATCHDOG_PID). */
uint32_t notify_watchdog_ms(void);

#define NOTIFY_FDS_MAX 16u

/*
 * The sockets that the manager has opened for this process ($LISTEN_FDS, $LISTEN_PID):
 * close-on-exec from now on, and the variables are gone from the environment. Once, before any
 * thread.
 *
 * ret_fds    owned
 * ret_count  0: none
 *
 * RC_FORMAT  the variables are meant for this process and are no numbers
 * RC_LIMIT   more than NOTIFY_FDS_MAX
 */
MUST_CHECK enum rc notify_take_fds(int ret_fds[NOTIFY_FDS_MAX], size_t *ret_count, struct diag *d);
/* The one socket of a program that wants one: -1 when there is none; RC_LIMIT: more than one. */
MUST_CHECK enum rc notify_listen_fd(int *ret_fd, struct diag *d);
