/*
 * The front's end of the sockets to sitecert-core and sitecert-reader: one question, one answer.
 * Sockets that are free are kept for the next question. Threads: any, each question blocks its own.
 */
#pragma once

#include "core/sys/file.h"
#include "issuer/daemon/protocol.h"

struct link;

/* path is copied. Nothing is connected yet. */
MUST_CHECK enum rc link_new(const char *path, struct link **ret, struct diag *d);
void link_free(struct link *l); /* NULL is fine; no question may be under way */

/* Every question under way fails at once, and so does every later one. */
void link_cut(struct link *l);

/* An answer with what it borrows. Zeroed before use, fd apart. */
struct said {
    struct answer answer;
    struct buf message; /* answer.body borrows it */
    int fd;             /* of a file that came with it, at its start; −1: none */
};
#define SAID_NOTHING ((struct said){ .fd = -1 })
void said_free(struct said *s); /* for ON_EXIT too */

/*
 * Asks.
 *
 * fd          a file that goes with the question, or −1; stays the caller's
 * timeout_ms  until the whole answer is here
 * ret         SAID_NOTHING before
 *
 * RC_IO, RC_NOT_FOUND, RC_BUSY  it is not there, has gone, or is too slow: whether it has done what
 *             was asked is not known
 */
MUST_CHECK enum rc link_ask(struct link *l, const struct question *q, int fd, uint32_t timeout_ms,
                            struct said *ret, struct diag *d);
/* ASK_STATUS. */
MUST_CHECK enum rc link_status(struct link *l, uint32_t timeout_ms, struct status *ret,
                               struct diag *d);
