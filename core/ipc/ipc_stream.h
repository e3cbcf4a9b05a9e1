/*
 * Many messages on one socket, several with each call: those that are put together go out at once,
 * and what has come is taken apart. The frames are those of core/ipc/ipc.h, without descriptors.
 * Threads: one at a time for each end of these.
 */
#pragma once

#include "core/ipc/ipc.h"

/* Appends a message, to be sent with those before it. */
void ipc_frame_put(struct buf *to, struct span message);
/*
 * Sends, and takes away what went.
 *
 * from        made by ipc_frame_put()
 * timeout_ms  for all of it; 0: only what the socket takes at once, the rest stays
 *
 * RC_NOT_FOUND  the peer has closed; RC_BUSY: the time was up; RC_IO
 */
MUST_CHECK enum rc ipc_flush(int socket, struct buf *from, uint32_t timeout_ms, struct diag *d);

/* What has come and was not taken yet. A zeroed one is empty. */
struct ipc_inbox {
    struct buf bytes;
    size_t at;
};
void ipc_inbox_wipe(struct ipc_inbox *in); /* zeroes and frees; for ON_EXIT too */
/* Receives what there is, of any number of messages. wait: until there is something. RC_BUSY: there
 * was nothing. RC_NOT_FOUND: the peer has closed. RC_IO */
MUST_CHECK enum rc ipc_fill(struct ipc_inbox *in, int socket, bool wait, struct diag *d);
/* The next message; borrows in until ipc_fill(). RC_BUSY: none is here whole. RC_FORMAT: no frame
 */
MUST_CHECK enum rc ipc_next(struct ipc_inbox *in, struct span *ret, struct diag *d);
