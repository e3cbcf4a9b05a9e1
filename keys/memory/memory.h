/*
 * What the signer remembers of what it has signed, so that nobody gets a second, other answer from
 * it: HOME/signer/, outside every backup (a memory that is set back is worse than none).
 *
 *   lock      held by the one process that signs for this home
 *   leaves    64 bytes for each log index: SHA-256 of the payload, hash of the leaf; zeros: none
 *   orders    88 bytes for each admitted order
 *   journal   what has been noted since `state` was written: frames, each with the hash of all
 *             before it; the last may be torn
 *   state     the rest, up to the journal's first frame
 *
 * Notes are collected and settled together: one write and one fdatasync of the journal, however
 * many they are. Only then a signature may leave the process. `leaves` and `orders` follow lazily
 * and are made whole from the journal at the next opening. Opening reads `state`, the journal (at
 * most MEMORY_JOURNAL_MAX and one group) and the orders; leaves stay on disk.
 *
 * Threads: one at a time.
 */
#pragma once

#include <stdbool.h>

#include "core/cert/tlog.h"
#include "keys/trust/trust_list.h"

#define MEMORY_FOLDER      "signer"            /* in the home */
#define MEMORY_JOURNAL_MAX (16u << 20)         /* bytes; then `state` is written anew */
#define MEMORY_INDEX_MAX   (UINT64_C(1) << 48) /* log indexes are below it */

struct memory;

/*
 * Makes the memory of a home that has signed nothing yet; `sitecert init` does, and whoever takes
 * over an old home (`sitecert keys adopt`).
 * RC_EXISTS  there is one
 */
MUST_CHECK enum rc memory_create(const char *home, const uint8_t deployment[DEPLOYMENT_LEN],
                                 struct diag *d);
/*
 * Opens it for the only process that signs, and finishes what a crash has left.
 *
 * RC_NOT_FOUND  this home has no memory: see memory_create()
 * RC_BUSY       another process has it
 * RC_REFUSED    it is another deployment's
 * RC_FORMAT     it is damaged: d says where
 */
MUST_CHECK enum rc memory_open(const char *home, const uint8_t deployment[DEPLOYMENT_LEN],
                               struct memory **ret, struct diag *d);
void memory_close(struct memory *m); /* what was not settled is dropped; NULL is fine */
DEFINE_ON_EXIT(struct memory, memory_close)

/* --- what has been settled --- */

struct memory_leaf {
    uint8_t payload[SHA256_LEN]; /* SHA-256 of what was signed */
    uint8_t leaf[SHA256_LEN];    /* tlog_leaf() of the message as it left */
};
/* RC_NOT_FOUND: nothing was signed for this index. RC_LIMIT: not below MEMORY_INDEX_MAX. */
MUST_CHECK enum rc memory_leaf(struct memory *m, uint64_t index, struct memory_leaf *ret,
                               struct diag *d);

/* The last signed checkpoint. size 0, root all zeros: none yet. */
struct memory_tree {
    uint64_t size;
    uint8_t root[SHA256_LEN];
};
struct memory_tree memory_tree(const struct memory *m);
/*
 * The root of the first `size` leaves, at least memory_tree().size of them.
 * RC_NOT_FOUND  a leaf among them was never signed here: d says which
 */
MUST_CHECK enum rc memory_root(struct memory *m, uint64_t size, struct tlog_hash *ret,
                               struct diag *d);

int64_t memory_last_iat(const struct memory *m);        /* Unix seconds; 0: no token yet */
uint64_t memory_trust_sequence(const struct memory *m); /* 0: none seen yet */

struct memory_order {
    uint8_t payload[SHA256_LEN]; /* SHA-256 of what the operators signed */
    uint8_t leaf[SHA256_LEN];
    int64_t admitted_at; /* Unix seconds, by the signer's clock */
    uint8_t kid[KID_LEN];
    bool alone; /* one operator has signed it */
};
/* NULL: not admitted. Borrows m until the next settling. */
const struct memory_order *memory_order_find(const struct memory *m,
                                             const uint8_t leaf[SHA256_LEN]);
/* Orders by one operator alone that were admitted after since_s: of all, and of this one. */
struct memory_counts {
    uint32_t all, by_operator;
};
struct memory_counts memory_orders_alone(const struct memory *m, int64_t since_s,
                                         const uint8_t kid[KID_LEN]);

/* --- notes: nothing holds before memory_settle() --- */

void memory_note_leaf(struct memory *m, uint64_t index, const struct memory_leaf *leaf);
void memory_note_iat(struct memory *m, int64_t iat);
void memory_note_trust(struct memory *m, uint64_t sequence);
void memory_note_order(struct memory *m, const struct memory_order *o);
/* A checkpoint of memory_root()'s last size and root. */
void memory_note_checkpoint(struct memory *m, uint64_t size, const struct tlog_hash *root);

/*
 * Makes all notes durable. After an error none of them may be relied on; the next settling may
 * succeed, unless memory_is_broken().
 * RC_FULL, RC_IO, RC_NOMEM
 */
MUST_CHECK enum rc memory_settle(struct memory *m, struct diag *d);
/* Notes are durable that could not be taken over: opening it anew is the way on. */
bool memory_is_broken(const struct memory *m);
void memory_forget_notes(struct memory *m);
