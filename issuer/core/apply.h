/*
 * Batches into the register: rows go through the engine, and what became of them, and how far the
 * batch is, is stored in the same transaction. For the thread that owns the engine.
 */
#pragma once

#include "issuer/core/desk.h"
#include "issuer/register/engine.h"

#define BATCH_ROWS 512u /* of one step, at most */

struct apply;

struct apply_options {
    struct home *home; /* borrowed, as all of these; its clock is the rows' */
    struct engine *engine;
    struct desk *desk;
    const char *bodies;
    const struct vault *vault;
};
MUST_CHECK enum rc apply_new(const struct apply_options *o, struct apply **ret, struct diag *d);
void apply_free(struct apply *a); /* NULL is fine */

/* Begins with a batch, or goes on where it was. A body that is not what was taken makes it fail,
 * not us. */
MUST_CHECK enum rc apply_batch_begin(struct apply *a, const struct reg_batch *b, struct diag *d);
/* Its next rows. ret_more: some are left. */
MUST_CHECK enum rc apply_batch_step(struct apply *a, bool *ret_more, struct diag *d);
bool apply_at_work(const struct apply *a); /* a batch has begun and is not over */

bool apply_changed(const struct apply *a); /* rows or batches wait for a commit */
/* The same, or signatures do. */
bool apply_pending(const struct apply *a);
bool apply_is_full(const struct apply *a); /* a group's rows have been applied */

struct apply_figures {
    uint64_t rows[OUTCOME_COUNT]; /* by enum row_outcome */
    uint64_t done, failed;        /* batches */
    uint64_t without_key;         /* rows refused because no key may sign their certificates now */
};
/* Makes it durable, and says so at the desk: batches whose certificates are signed are done. ret:
 * what this commit held. */
MUST_CHECK enum rc apply_commit(struct apply *a, struct apply_figures *ret, struct diag *d);
