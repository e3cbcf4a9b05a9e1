/*
 * Total times. libmicrohttpd's own timeout starts again with every byte, so a client that drips
 * stays for ever; here each connection says what it is doing and until when, and when that is over
 * its socket is shut down, which libmicrohttpd takes for the client's going. Threads: any.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/rc.h"

enum watch_for {
    WATCH_NOTHING = 0, /* the handler works: its time is its own */
    WATCH_HEAD,        /* the first request line and headers */
    WATCH_NEXT,        /* the next request: idle time, then that of a head */
    WATCH_BODY,
    WATCH_ANSWER,
    WATCH_KINDS,
};

/* One connection; belongs to the connection, linked while it is watched. */
struct watch {
    struct watch *before, *after;
    atomic_int_fast64_t until_ms;
    atomic_uint what; /* an enum watch_for */
    int fd;
};

struct watchdog;

/* ms: for each kind; that of WATCH_NOTHING is not used. */
MUST_CHECK enum rc watchdog_new(const uint32_t ms[WATCH_KINDS], struct watchdog **ret,
                                struct diag *d);
void watchdog_free(struct watchdog *dog); /* no connection is watched any more; NULL is fine */

void watch_begin(struct watchdog *dog, struct watch *w, int fd);
/* From now. Takes no lock: each request says it thrice. */
void watch_for(struct watchdog *dog, struct watch *w, enum watch_for what);
/* Before the socket is closed. */
void watch_end(struct watchdog *dog, struct watch *w);

/*
 * The client has not been heard out, but the answer is sent and the socket is about to be closed.
 * Closing it now could reset the connection and lose the answer: a copy of fd is held and read
 * empty for a short time. Does nothing when many are held already.
 */
void watchdog_linger(struct watchdog *dog, int fd);

/* Shuts down who waits between two requests; with all: everybody. */
void watchdog_cut(struct watchdog *dog, bool all);

uint64_t watchdog_timed_out(struct watchdog *dog);
