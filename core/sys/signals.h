/*
 * What a daemon is told by signals, from one descriptor that it can wait for with others.
 * Once in a process, before any thread is made: they all inherit what is blocked. SIGPIPE is
 * ignored from then on.
 */
#pragma once

#include "core/base/rc.h"

enum told {
    TOLD_END = 1,    /* SIGTERM, SIGINT */
    TOLD_RELOAD = 2, /* SIGHUP */
    TOLD_CHILD = 4,  /* SIGCHLD: a process that we have started has ended */
    TOLD_SELF = 8,   /* SIGUSR1, as signals_tell_self() sends it */
};

#define TOLD_FOR_EVER (-1)

/*
 * wanted  a set of enum told: those signals are blocked and told of, others do what they do
 * ret_fd  owned
 * RC_IO   the system will not
 */
MUST_CHECK enum rc signals_open(unsigned wanted, int *ret_fd, struct diag *d);
/* The set of what was told and not taken yet. timeout_ms: how long to wait when it is empty; 0: not
 * at all. One thread at a time. */
unsigned signals_take(int fd, int timeout_ms);
/* Any thread tells the one that waits: TOLD_SELF. */
void signals_tell_self(void);
