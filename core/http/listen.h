/* Sockets that listen, their addresses, and who is at the other end. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "core/base/rc.h"

#define LISTEN_ADDRESS_LEN 160u /* bytes with NUL */

struct listening {
    int fd;
    char address[LISTEN_ADDRESS_LEN];     /* as http_address() tells it */
    char unlink_path[LISTEN_ADDRESS_LEN]; /* "": nothing to be removed at the end */
    bool adopted;                         /* somebody else's too */
};

/* text: "ADDR:PORT", "[V6]:PORT", "unix:PATH"; a socket file of a dead server is replaced, its mode
 * is 0660. RC_USAGE: none of the forms; RC_BUSY: in use; RC_IO. */
MUST_CHECK enum rc listen_open(const char *text, struct listening *ret, struct diag *d);
/* A socket that listens already. RC_USAGE: it does not. */
MUST_CHECK enum rc listen_adopt(int fd, struct listening *ret, struct diag *d);
/* Who connects from now on is refused, and the socket file that it made is removed; the descriptor
 * stays, for a thread may be about to use it. An adopted socket goes on for its other owner. */
void listen_end(struct listening *l);
void listen_close(struct listening *l); /* the same, and closes it */

#define LISTEN_PEER_LEN 48u
/* "127.0.0.1", "::1", "unix" */
void listen_peer(const struct sockaddr *from, char ret[LISTEN_PEER_LEN]);
