/*
 * Messages between the processes of one deployment, over UNIX stream sockets: a length (4 bytes,
 * big-endian) and that many bytes, at most one file descriptor beside them. What the bytes say is
 * the caller's: deterministic CBOR everywhere. Blocking, with a time limit. Threads: one at a time
 * for a socket and direction.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

#define IPC_MESSAGE_MAX (16u << 20) /* bytes */

/*
 * fd          -1, or a descriptor that goes with the message; stays the caller's
 * timeout_ms  for the whole message; 0: waits for ever
 * RC_BUSY    the time was up; the socket is of no further use
 * RC_NOT_FOUND  the peer has closed
 * RC_LIMIT   more than IPC_MESSAGE_MAX
 */
MUST_CHECK enum rc ipc_send(int socket, struct span message, int fd, uint32_t timeout_ms,
                            struct diag *d);
/* Replaces *ret. ret_fd: -1 when none came; owned; NULL: one that comes is closed. RC_FORMAT: what
 * came is no frame. timeout_ms 0: waits for ever. */
MUST_CHECK enum rc ipc_receive(int socket, struct buf *ret, int *ret_fd, uint32_t timeout_ms,
                               struct diag *d);

/* RC_BUSY of the three below: another server is alive there; the server's queue is full for so
 * long; nobody came within timeout_ms (0: waits for ever). RC_NOT_FOUND: nobody listens. */

/* A socket file of mode 0600 (0660 with group); an old file of a dead server is replaced. */
MUST_CHECK enum rc ipc_listen(const char *path, unsigned mode, int *ret_fd, struct diag *d);
MUST_CHECK enum rc ipc_connect(const char *path, uint32_t timeout_ms, int *ret_fd, struct diag *d);
MUST_CHECK enum rc ipc_accept(int listening, uint32_t timeout_ms, int *ret_fd, struct diag *d);
/*
 * One question and its answer on a connection of its own.
 *
 * message     what is asked, and then what was answered; without a descriptor either way. The
 *             question is zeroed when it was sent
 * timeout_ms  of each of connecting, sending and waiting
 */
MUST_CHECK enum rc ipc_call(const char *path, uint32_t timeout_ms, struct buf *message,
                            struct diag *d);
/* Who is at the other end (SO_PEERCRED); each may be NULL. */
MUST_CHECK enum rc ipc_peer(int socket, pid_t *ret_pid, uid_t *ret_uid, gid_t *ret_gid,
                            struct diag *d);
