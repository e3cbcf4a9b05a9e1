/*
 * Takes connections, on a thread of its own, and deals them out. Several threads that wait for one
 * listening socket race for each connection, and one of them may end up with all of a proxy's few;
 * who deals can do it in turn.
 */
#pragma once

#include <sys/socket.h>

#include "core/base/rc.h"

struct acceptor;

struct acceptor_options {
    int listening; /* not blocking; stays the caller's */
    /* Owns fd, which is not blocking either. */
    void (*take)(void *arg, int fd, const struct sockaddr *from, socklen_t len);
    void *arg;
};

MUST_CHECK enum rc acceptor_open(const struct acceptor_options *o, struct acceptor **ret,
                                 struct diag *d);
/* Takes no more, and take is not called any more. NULL is fine. */
void acceptor_close(struct acceptor *a);
