/* What the worker's own files share. Nobody outside worker*.c includes this. */
#pragma once

#include <pthread.h>
#include <sys/stat.h>

#include "issuer/core/apply.h"
#include "issuer/core/worker.h"
#include "issuer/settings/trust_watch.h"

#define WORKER_NO_KEY "signer_refuses" /* orders go on: they are no tokens */

/* An order, a new pick-up code, or a checkpoint, that a thread waits for; on its stack. */
struct errand {
    const struct given_order *order; /* NULL: none */
    bool cover;                      /* a checkpoint is to be made */
    struct span number;              /* else a code, for this certificate */
    struct outcome outcome;
    bool over;
    enum rc rc;
    struct diag diag;
    struct errand *next;
};

struct worker {
    struct worker_options o;
    pthread_t thread;
    atomic_bool stop;
    struct home home; /* the thread's: its clock moves on */
    bool demo;
    struct engine *engine;
    struct apply *apply;
    double room_seen;   /* seconds; when there was room last */
    double group_began; /* seconds; when the first row behind the last commit was applied */
    double signer_seen; /* seconds; when it was last fine */
    struct trust_watch trust;
    double trust_looked;
    atomic_bool forgive; /* the trust list that failed is due */
    bool reopen;         /* with another trust list: nothing more is committed before */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t done;
    bool closed; /* no errand is run any more */
    struct errand *errands;
    unsigned borrowers; /* that want the register, or have it */
    bool away, lent;    /* we have closed it; one of them has it */
    struct status status;
};

/* --- worker.c --- */
void worker_say_reason(struct worker *w, const char *reason, const struct diag *why);
void worker_pause(const struct worker *w, unsigned ms);
/* Does nothing but set w->reopen when what was applied has to be dropped. */
enum rc worker_commit(struct worker *w, struct diag *d);

/* --- worker_errands.c --- */
enum rc worker_run_errands(struct worker *w, struct diag *d);
void worker_close_errands(struct worker *w); /* who still waits is told that nothing came of it */
bool worker_is_wanted(struct worker *w);     /* somebody wants to borrow the register */
void worker_lend(struct worker *w);          /* it is closed here: until nobody wants it any more */

/* --- worker_obstacles.c --- */
/* "", or a word of enum status's reasons. */
const char *worker_obstacle(struct worker *w, struct diag *d);
const char *worker_why_not_opened(const struct worker *w, enum rc rc, const struct diag *d);
bool worker_disk_is_full(const struct worker *w);
bool worker_register_may_grow(struct worker *w); /* sitecert.ini gives it more room than it has */
void worker_note_trust(struct worker *w);    /* the trust list as it is now is about to be read */
bool worker_has_new_trust(struct worker *w); /* another, that can be read */
bool worker_trust_is_due(
    struct worker *w); /* the same, asked now and then when nothing is committed */
