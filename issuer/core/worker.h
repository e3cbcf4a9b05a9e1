/*
 * The thread that applies batches, in the order in which they were taken, and is the only one that
 * writes the register. Rows, their results and how far a batch is are one transaction: killed at
 * any moment, it goes on with the row behind the last one that took effect.
 */
#pragma once

#include <stdatomic.h>

#include "issuer/core/desk.h"
#include "issuer/daemon/protocol.h"
#include "issuer/register/engine.h"

struct worker;

struct worker_options {
    const char *home; /* borrowed, as all of these */
    struct desk *desk;
    const char *bodies; /* the folder of large bodies */
    const struct vault *vault;
    enum rc (*ready)(void *arg, struct diag *d); /* asked by the thread before each opening of the
                                                    register */
    void (*over)(
        void *arg); /* called by the thread when it ends by itself: nothing works any more */
    void *arg;
};

MUST_CHECK enum rc worker_start(const struct worker_options *o, struct worker **ret,
                                struct diag *d);
/* Ends it behind the next commit; who asks it something is still answered. NULL is fine. */
void worker_stop(struct worker *w);
void worker_free(struct worker *w); /* stopped, and nobody asks any more; NULL is fine */

/*
 * Applies an order between two steps of the batches; it is durable and signed when it returns.
 * Blocks; any thread.
 *
 * RC_BAD_SIGNATURE  as engine_order() has it
 * RC_BUSY           nothing is applied now: worker_reason() says why
 */
MUST_CHECK enum rc worker_order(struct worker *w, const struct given_order *o, struct outcome *ret,
                                struct diag *d);

/*
 * Makes a new pick-up code for a certificate, as register_pickup_make(); durable when it returns.
 * Blocks; any thread. RC_NOT_FOUND; RC_BUSY: nothing is applied now
 */
MUST_CHECK enum rc worker_pickup(struct worker *w, struct span number, char ret[PICKUP_LEN + 1],
                                 struct diag *d);

/*
 * Makes a checkpoint that covers all that was applied before, as log_checkpoint(); durable when it
 * returns. None is made where one does. Blocks; any thread.
 *
 * RC_BUSY, RC_IO, RC_NOT_FOUND, RC_REFUSED  nothing is applied or signed now
 */
MUST_CHECK enum rc worker_cover(struct worker *w, struct diag *d);

/*
 * Commits, and closes the register for another process of this machine, until worker_give_back().
 * One has it at a time. Blocks; any thread. RC_BUSY: the worker ends
 */
MUST_CHECK enum rc worker_borrow(struct worker *w, struct diag *d);
void worker_give_back(struct worker *w);

/* A trust list that could not be taken is tried again at once. Any thread. */
void worker_retry_trust(struct worker *w);

/* Figures since the start, and why it does not work. Any thread. */
void worker_status(struct worker *w, struct status *ret);
/* "" or a word of enum status's reasons. Any thread. */
void worker_reason(struct worker *w, char ret[40]);
/* Unix seconds by the deployment's clock. Any thread. */
MUST_CHECK enum rc worker_now(const struct worker *w, int64_t *ret, struct diag *d);
