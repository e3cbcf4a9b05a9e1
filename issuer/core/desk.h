/*
 * Where batches are taken: each is checked against what was sent before, written to the journal
 * together with whatever else has come meanwhile, and only then said to be taken. It stands here
 * until the worker has applied it. Threads: any, but desk_next() and what follows it are the
 * worker's.
 */
#pragma once

#include "issuer/core/entry.h"
#include "issuer/core/journal.h"
#include "issuer/register/register.h"

struct desk;

struct desk_options {
    struct journal *journal;
    uint32_t queue_batches; /* taken and not yet done */
    /* Called behind the last of some takings that were told together; NULL: nobody asks. */
    void (*all_told)(void *arg);
    void *arg;
};
MUST_CHECK enum rc desk_new(const struct desk_options *o, struct desk **ret, struct diag *d);
/* No other thread may be in it. NULL is fine. */
void desk_free(struct desk *k);
DEFINE_ON_EXIT(struct desk, desk_free)

/*
 * Goes on where the register and the journal say that it was: batches that are taken and not done
 * queue up, nonces of the last minutes are known again. From now on batches are taken.
 *
 * reg  read by any thread until desk_rest() or desk_close()
 *
 * RC_FORMAT  journal and register do not belong together
 */
MUST_CHECK enum rc desk_open(struct desk *k, struct reg *reg, int64_t now, struct diag *d);
/* The register is about to be closed, with nothing left to be signed; desk_open() goes on. Until
 * then nothing is taken. */
void desk_rest(struct desk *k);
/* Nothing is taken from now on; what is taken is worked on. */
void desk_stop_taking(struct desk *k);
/* Nothing is done any more, and nobody waits. Again and again is fine. */
void desk_close(struct desk *k);

struct waiting;

/* A batch on its way to disk. Caller's memory, as all that it borrows, until it is told. */
struct taking {
    const struct question *q; /* ASK_SUBMIT */
    struct span sealed;    /* its body (issuer/core/bodies.h); empty: a large one, kept already */
    uint64_t rows;         /* of the body */
    uint32_t unit;         /* of the sender, that may send this */
    uint64_t rows_per_day; /* the sender's bound; 0: none */
    int64_t now;           /* Unix seconds */
    void (*told)(struct taking *t);
    void *arg; /* of whoever is told */

    struct answer answer;   /* reply, retry_s, detail and batch */
    struct reg_batch batch; /* with REPLY_ACCEPTED and REPLY_REPLAY: as it is */

    /* the desk's own */
    struct entry entry;
    uint8_t name[BATCH_NAME_LEN];
    struct waiting *waiting; /* NULL: a nonce alone is written */
    struct taking *next;
};
/*
 * Takes a batch, which desk_write() has to follow. told() is called once, without any lock, when it
 * is on disk, or is not taken: on a thread that writes, which must not be held up, or before this
 * returns.
 */
void desk_take(struct desk *k, struct taking *t);
/* Writes what was taken, as much as goes to disk together, and tells; blocks. What is left, or all
 * when another thread is writing, is written by another. */
void desk_write(struct desk *k);
/* Takes a batch; blocks until it is on disk. told and arg are written. */
void desk_submit(struct desk *k, struct taking *t);
/* Whether q's key was used before: what large bodies need not be read for. False: it was not, or
 * nothing is taken. */
bool desk_knows_key(struct desk *k, const struct question *q);

/* A batch as it stands; rows and counts as of the last commit. ret_done: it is done, and its
 * certificates are signed. RC_NOT_FOUND; RC_BUSY: not open */
MUST_CHECK enum rc desk_find(struct desk *k, struct span id, struct reg_batch *ret, bool *ret_done,
                             struct diag *d);
/* Waits until a batch is done; false: it is not after so long, or nothing is done any more. */
bool desk_wait(struct desk *k, uint64_t sequence, uint32_t timeout_ms);
/* What became of its rows behind row `after`, of the b->done that are committed, appended as
 * results_tell() has it. */
MUST_CHECK enum rc desk_results(struct desk *k, const struct reg_batch *b, bool chinese,
                                uint64_t after, struct buf *to, struct diag *d);
struct desk_figures {
    uint64_t queued; /* taken and not done, that at work not among them */
    bool working;
    bool full_disk; /* the last attempt to write found no room */
    bool failed;    /* nothing can be written any more */
};
void desk_figures(struct desk *k, struct desk_figures *ret);

/* --- the worker's --- */

#define DESK_GATHER_ROWS 256u

/* Waits for batches that are not at work yet, and then, so that rows which nobody waits for are
 * applied together, for DESK_GATHER_ROWS, gather_ms at most. Ends also when desk_wake() is called,
 * or somebody has come to wait. */
void desk_gather(struct desk *k, uint32_t timeout_ms, uint32_t gather_ms);
/* The first batch that is not at work yet, as it stands; false: none is there. */
bool desk_next(struct desk *k, struct reg_batch *ret);
/* The worker's desk_gather() returns. */
void desk_wake(struct desk *k);
/* Somebody waits for a batch to be done, and whoever comes to wait ends desk_gather(). */
bool desk_is_waited_for(struct desk *k);
/* Its body, when it is a small one and in memory still. Borrowed until the batch is done. */
bool desk_kept(struct desk *k, const struct reg_batch *b, struct span *ret, uint32_t *ret_unit);
/* Reads a batch's entry. ret borrows text. */
MUST_CHECK enum rc desk_entry(struct desk *k, const struct reg_batch *b, struct buf *text,
                              struct entry *ret, struct diag *d);
/* It is committed as it stands in b. */
void desk_committed(struct desk *k, const struct reg_batch *b);
/* All batches below this sequence are done and signed. */
void desk_done(struct desk *k, uint64_t below);
