/* What the desk's own files share. Nobody outside desk*.c includes this. */
#pragma once

#include <pthread.h>

#include "issuer/core/day_rows.h"
#include "issuer/core/desk.h"
#include "issuer/core/nonces.h"

#define DESK_BUCKETS  4096u /* a power of two */
#define DESK_ATTEMPTS 4u    /* at an id that another sender's batch has */
#define DESK_RETRY_S  2u

/* A batch that is taken, or about to be. */
struct waiting {
    struct reg_batch b;
    bool written;
    uint32_t unit;             /* of its sender */
    uint8_t *body;             /* a small one, of b.bytes; NULL: the journal has it */
    struct waiting *next;      /* in the order of their sequence */
    struct waiting *next_same; /* of its bucket */
};

struct desk {
    struct desk_options o;
    pthread_t writer;
    bool has_writer;

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t drafted, queued, done;
    struct reg *reg; /* NULL: closed */
    bool taking, stop, woken, working, writing, full_disk, journal_failed;
    struct nonces *nonces;
    struct taking *drafts, **drafts_end; /* to be written */
    struct group *group;                 /* of who is writing */
    struct waiting *first, **end;        /* not done; those that are written */
    struct waiting *next_to_work;        /* NULL: none */
    uint64_t work_left;                  /* rows and batches from there on */
    struct waiting *buckets[DESK_BUCKETS];
    uint64_t count;         /* taken and not done, with those being written */
    uint64_t body_bytes;    /* held in memory */
    uint64_t next_sequence; /* of the next entry */
    uint64_t done_below;
    unsigned waiters; /* for batches to be done */
    struct day_rows *days;
};

/* --- desk_queue.c; all with the lock --- */
struct waiting *queue_find(struct desk *k, const uint8_t id[BATCH_ID_BYTES]);
struct waiting *queue_add(struct desk *k, const struct reg_batch *b); /* NULL: out of memory */
void queue_drop(struct desk *k, struct waiting *w); /* one that does not stand in the order */
/* Holds a small body in memory, where there is room. */
void queue_keep(struct desk *k, struct waiting *w, struct span body);
/* Written: it waits for the worker. */
void queue_up(struct desk *k, struct waiting *w);
void queue_again(struct desk *k); /* all that are not done */
void queue_free(struct desk *k);

/* --- desk_write.c --- */
/* With the lock, both. */
enum rc desk_start_writing(struct desk *k, struct diag *d);
void desk_draft(struct desk *k, struct taking *t);
/* Without the lock: the desk's thread writes, unless another does. */
void desk_have_written(struct desk *k);
void desk_free_group(struct group *g); /* NULL is fine */

/* --- desk_submit.c; with the lock --- */
void desk_fill_batch(const struct reg *reg, const struct entry *e, struct journal_place at,
                     struct reg_batch *b);
/* What was to be written is, at this place, or rc says why not. */
void desk_settle(struct desk *k, struct taking *t, enum rc rc, struct journal_place at);

/* --- desk_replay.c; with the lock --- */
enum rc desk_replay(struct desk *k, struct reg *reg, int64_t now, struct diag *d);
