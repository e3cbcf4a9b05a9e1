/* The memory's inside, for the files of keys/memory alone. */
#pragma once

#include "core/sys/file.h"
#include "keys/memory/memory.h"

#define LEAF_LEN     ((size_t)64)
#define ORDER_LEN    ((size_t)88)
#define FRONTIER_MAX 64
#define GROUP_MAX    (8u << 20) /* bytes of one frame */

/* Complete subtrees from the left, largest first: one for each bit that is set in the size. */
struct frontier {
    uint64_t size;
    size_t count;
    struct tlog_hash hashes[FRONTIER_MAX];
};
void frontier_add(struct frontier *f, const struct tlog_hash *leaf);
struct tlog_hash frontier_root(const struct frontier *f);

/* What `state` holds. */
struct memory_state {
    uint8_t deployment[DEPLOYMENT_LEN];
    uint64_t sequence;         /* of the last frame that is in it */
    uint8_t chain[SHA256_LEN]; /* of that frame */
    int64_t last_iat;
    uint64_t trust_sequence;
    uint64_t order_count;
    struct frontier tree; /* under the last checkpoint */
    uint8_t root[SHA256_LEN];
};
void memory_state_put(struct buf *to, const struct memory_state *s);
MUST_CHECK enum rc memory_state_read(struct span bytes, struct memory_state *ret, struct diag *d);

/* Admitted orders in memory, found by leaf. */
struct order_book {
    struct memory_order *orders;
    size_t count, cap;
    uint32_t *slots; /* open addressing: 1 + place in orders; 0: free */
    size_t slot_count;
};
MUST_CHECK enum rc order_book_add(struct order_book *b, const struct memory_order *o,
                                  struct diag *d);
const struct memory_order *order_book_find(const struct order_book *b,
                                           const uint8_t leaf[SHA256_LEN]);
void order_book_free(struct order_book *b);
void memory_order_put(struct buf *to, const struct memory_order *o);
void memory_order_get(const uint8_t bytes[ORDER_LEN], struct memory_order *ret);

struct memory {
    struct memory_state state; /* as of the last settling */
    struct order_book book;
    struct frontier next; /* what memory_root() came to */
    int lock, leaves, orders, journal;
    uint64_t journal_len; /* bytes of whole frames */
    bool broken;
    struct buf notes;    /* the body of the next frame */
    char path[PATH_LEN]; /* of the folder */
};

/* Notes, as they stand in a frame: a kind and a body of its length. */
enum note { NOTE_LEAF = 1, NOTE_IAT = 2, NOTE_TRUST = 3, NOTE_ORDER = 4, NOTE_CHECKPOINT = 5 };

/* Appends a frame of these notes to the journal, durably. */
MUST_CHECK enum rc journal_add(struct memory *m, struct span notes, struct diag *d);
/* Applies every whole frame that `state` does not hold yet, and cuts off a torn one. */
MUST_CHECK enum rc journal_replay(struct memory *m, struct diag *d);
/* Everything into `state`, `leaves` and `orders`; the journal is empty then. */
MUST_CHECK enum rc journal_compact(struct memory *m, struct diag *d);
/* What a frame says, into state, book and the files (not synced). */
MUST_CHECK enum rc memory_apply(struct memory *m, struct span notes, struct diag *d);

/* Whole or an error; RC_FULL: no room. */
MUST_CHECK enum rc memory_write_at(int fd, struct span bytes, uint64_t at, const char *what,
                                   struct diag *d);
/* How much there was of it; *ret_len < len at the end of the file. */
MUST_CHECK enum rc memory_read_at(int fd, uint8_t *to, size_t len, uint64_t at, size_t *ret_len,
                                  const char *what, struct diag *d);
