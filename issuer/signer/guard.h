/*
 * What the signer refuses although a key could sign it: what its memory and its clock forbid. Wraps
 * the functions of keys/signer/signer.h, as keys/private does them. What is signed is remembered
 * durably before it is handed out.
 *
 * Threads: any; requests that touch the memory wait for each other.
 */
#pragma once

#include "core/policy/policy.h"
#include "keys/memory/memory.h"
#include "keys/signer/signer.h"

#define GUARD_AHEAD_MAX_S 5     /* an issue time, or a time given, ahead of our clock */
#define GUARD_AGE_MAX_S   86400 /* a time given behind our clock: a command may run for long */

struct guard;

/* Opens the memory; as memory_open(). */
MUST_CHECK enum rc guard_open(const char *home, const uint8_t deployment[DEPLOYMENT_LEN],
                              struct guard **ret, struct diag *d);
void guard_close(struct guard *g); /* NULL is fine */
DEFINE_ON_EXIT(struct guard, guard_close)

/* With whom and when a request is answered; all borrowed for one call. */
struct guarded {
    struct guard *guard;
    struct signer *signer; /* with the keys */
    const struct trust_list *trust;
    const struct policy *policy;
    unsigned threads;
    int64_t now_s; /* by our clock */
};

/* A trust list about to be used. RC_REFUSED: a newer one has been used before. */
MUST_CHECK enum rc guard_trust(struct guard *g, uint64_t sequence, struct diag *d);

/* The same, and nothing is noted. */
MUST_CHECK enum rc guard_trust_holds(struct guard *g, uint64_t sequence, struct diag *d);

/* RC_REFUSED: a time given by who asks is not about now. */
MUST_CHECK enum rc guard_time(int64_t given_s, int64_t now_s, struct diag *d);

/* As signer_tokens(). Refuses another payload for an index, an issue time before the last or ahead
 * of now, and indexes that do not ascend. */
void guard_tokens(const struct guarded *w, struct token_job *jobs, size_t count);

/* As signer_void(); refused for an index that has a payload. */
MUST_CHECK enum rc guard_void(const struct guarded *w, uint64_t log_index, const char *reason,
                              struct buf *to, struct diag *d);
/* As signer_checkpoint(). RC_REFUSED: shorter than the last, another tree of one size, or not the
 * tree of the leaves that were signed, admitted and placed here. */
MUST_CHECK enum rc guard_checkpoint(const struct guarded *w, uint64_t size,
                                    const uint8_t root[SHA256_LEN], struct buf *to, struct diag *d);

/* As signer_order_alone(), signer_order(), signer_place(). */
MUST_CHECK enum rc guard_order_alone(const struct guarded *w, const uint8_t kid[KID_LEN],
                                     uint32_t action, bool *ret, struct diag *d);
MUST_CHECK enum rc guard_order(const struct guarded *w, struct span first, struct span second,
                               struct diag *d);
MUST_CHECK enum rc guard_place(const struct guarded *w, const struct placed_order *orders,
                               size_t count, struct diag *d);

/* What signer_status() tells, but the deployment. */
void guard_status(struct guard *g, struct signer_status *ret);
/* memory_is_broken() */
bool guard_is_broken(struct guard *g);
