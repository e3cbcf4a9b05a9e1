/*
 * The answering end of core/ipc/ipc.h: a thread that accepts, and one for each connection, which
 * reads a question, has it answered and sends the answer, until the peer closes. Questions on one
 * connection are answered one after another, those on different ones at the same time. What a
 * connection has carried is wiped when it ends, and its thread has ended when the server has.
 */
#pragma once

#include "core/ipc/ipc.h"

struct ipc_server;

struct ipc_server_options {
    const char *path;         /* of the socket; copied. NULL: listening is one already */
    unsigned mode;            /* of its file */
    int listening;            /* without a path: owned on RC_OK alone */
    unsigned connections_max; /* at once; whoever comes when there are as many is closed at once */
    void *arg;
    /*
     * Answers one question: runs on the connection's thread.
     *
     * to      empty; the answer's bytes are appended
     * ret_fd  −1; a descriptor that goes with the answer, closed by the server
     *
     * False: there is no answer to such a question, and the connection is closed.
     */
    bool (*answer)(void *arg, struct span question, struct buf *to, int *ret_fd);
};

/* RC_BUSY: another server is alive there. */
MUST_CHECK enum rc ipc_server_open(const struct ipc_server_options *o, struct ipc_server **ret,
                                   struct diag *d);
/* Takes no more questions, waits for the answers under way, and removes the socket's file. NULL is
 * fine. */
void ipc_server_close(struct ipc_server *s);
