/*
 * The sockets on which the front asks: a thread for each that is open, one question at a time, or
 * on one of them many (issuer/daemon/protocol.h).
 */
#pragma once

#include "issuer/core/batch_copy.h"
#include "issuer/core/outlets.h"
#include "issuer/core/roster.h"
#include "issuer/core/worker.h"
#include "issuer/intake/rows.h"

#define SERVE_SOCKETS_MAX 512u /* open at once; who comes then waits */

struct serve;

struct serve_options {
    const char *socket; /* the path; borrowed, as all of these */
    struct desk *desk;
    struct outlets *outlets; /* which the desk tells of its answers */
    struct worker *worker;
    struct roster *roster;
    const char *bodies;
    struct batch_copy *const *copy; /* there when the worker is ready; points to NULL: no mirror */
    const struct vault *vault;
    struct rows_limits limits;
    uint64_t body_max_bytes;
};

/* RC_BUSY: another process serves this socket. */
MUST_CHECK enum rc serve_start(const struct serve_options *o, struct serve **ret, struct diag *d);
/* Takes no more questions, and waits until those under way are answered. NULL is fine. */
void serve_stop(struct serve *s);
