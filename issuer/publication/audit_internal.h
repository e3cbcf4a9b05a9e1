/* What the audit's parts share. Not for others. */
#pragma once

#include "issuer/publication/audit.h"
#include "keys/private/order.h"

struct audit_run {
    struct reg *reg;
    const struct home *home;
    unsigned threads;
    void (*progress)(void *ctx, uint64_t done, uint64_t of);
    void *ctx;
    uint64_t done, of; /* log entries, rows, certificates and persons together */
    struct audit *result;
};
void audit_step(struct audit_run *run); /* one more done */

/* Notes one disagreement; subject and text may be cut to fit. */
PRINTF_LIKE(3, 4)
void audit_note(struct audit *a, const char *subject, const char *fmt, ...);

/*
 * What the register could not read is a disagreement, and the audit goes on: RC_OK. That we could
 * not work (memory, disk) is not: rc, with its cause in d.
 */
MUST_CHECK enum rc audit_absorb(struct audit *a, const char *subject, enum rc rc,
                                const struct diag *why, struct diag *d);

/*
 * The log, by itself (audit_log.c): every signature, the tree from the leaves up, every checkpoint.
 * A batch at a time, whose signatures are checked on threads of their own between begin and end;
 * the caller has the register to itself in between.
 */
struct log_walk;
MUST_CHECK enum rc log_walk_open(struct audit_run *run, struct log_walk **ret, struct diag *d);
uint64_t log_walk_batches(const struct log_walk *w); /* that are to come */
MUST_CHECK enum rc log_walk_begin(struct log_walk *w, struct diag *d);
void log_walk_end(struct log_walk *w);    /* notes what the batch's threads found */
void log_walk_finish(struct log_walk *w); /* after the last batch */
void log_walk_free(struct log_walk *w);   /* waits for its threads; NULL is fine */
DEFINE_ON_EXIT(struct log_walk, log_walk_free)

/* One leaf's signature, by its kind (audit_leaf.c). Any thread. RC_OK: it holds. */
MUST_CHECK enum rc audit_leaf_check(const struct trust_list *trust, enum log_kind kind,
                                    struct span bytes, struct diag *d);

/*
 * What must be, from the rows as they arrived (audit_replay.c), and what is (audit_compare.c): one
 * step a row, then one a certificate, then one a person; then the rest.
 */
struct replay;
MUST_CHECK enum rc replay_open(struct audit_run *run, struct replay **ret, struct diag *d);
MUST_CHECK enum rc replay_steps(struct replay *p, uint64_t count, struct diag *d); /* at most */
uint64_t replay_left(const struct replay *p);                                      /* steps */
MUST_CHECK enum rc replay_finish(struct replay *p, struct diag *d);
void replay_free(struct replay *p); /* NULL is fine */
DEFINE_ON_EXIT(struct replay, replay_free)
