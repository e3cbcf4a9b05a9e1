/*
 * The signer as its users see it: typed requests out, signed objects back, never arbitrary bytes.
 * It is a process of its own, sitecert-signer, which alone loads private keys. It re-reads every
 * payload, checks the key's use, dates, scope and range in the trust list, remembers what it has
 * signed (keys/memory/memory.h), and checks its own signature with the verifier's code before
 * anyone sees it. Times given here must agree with the signer's own clock.
 *
 * Two libraries have these functions: sitecert_signer_client speaks to the process, and is what
 * programs link; sitecert_signer_inside holds the keys itself and remembers nothing, for tests.
 * Threads: any; requests of one signer wait for each other.
 */
#pragma once

#include "core/base/buf.h"
#include "core/cose/cose.h"
#include "core/crypto/hash.h"
#include "keys/trust/trust_list.h"

struct signer;

#define SIGNER_SOCKET "run/signer.sock" /* in the home */
#define SIGNER_WORDS  "the signer"      /* how d begins when it cannot be reached, or has gone */
#define SIGNER_HSM    "the HSM"         /* when it is there, and what keeps its keys is not */

/*
 * Connects to the signer of the home. When none runs there, one is started, found beside our own
 * executable; it ends when those whom it serves have closed.
 *
 * One that runs apart from us and goes is waited for first, for it will be started again.
 *
 * trust  of that home; borrowed for the signer's life
 *
 * RC_NOT_FOUND  none runs, and the program is not beside ours
 * RC_REFUSED    we may not speak to it; it is another deployment's; it would not start, and d says
 *               why: key files that are not safe (see keyfile.h), no memory of its own
 * RC_BUSY       it does not answer
 */
MUST_CHECK enum rc signer_open(const char *home, const struct trust_list *trust,
                               struct signer **ret, struct diag *d);
void signer_free(struct signer *s);
static inline void signer_free_at(struct signer **s)
{
    signer_free(*s);
    *s = NULL;
}

/*
 * Signs one token payload. The key is the token key whose range holds the payload's log index and
 * whose dates hold its iat.
 *
 * to   gets the whole COSE_Sign1, appended
 * RC_REFUSED    no key may sign this (range used up, dates, scope), or what is remembered forbids
 *               it: the text names the rule
 * RC_FORMAT     not a token payload
 * RC_IO, RC_NOT_FOUND, RC_BUSY  of any function here: the signer has gone. What was asked may be
 *               asked again, and is then answered
 */
MUST_CHECK enum rc signer_token(struct signer *s, struct span payload, struct buf *to,
                                struct diag *d);

/* Many at once over up to `threads` threads; each job has its own answer. */
struct token_job {
    struct span payload;
    struct buf cose; /* owned by the job; empty on failure */
    enum rc rc;
    struct diag diag;
};
void signer_tokens(struct signer *s, struct token_job *jobs, size_t count, unsigned threads);

/* Signs a publication of this type (TYP_STATUS, TYP_DEADLINES, TYP_DIRECTORY, TYP_BUNDLE,
 * TYP_DELTA) with the publish key. */
MUST_CHECK enum rc signer_publication(struct signer *s, const char *typ, struct span payload,
                                      int64_t now_s, struct buf *to, struct diag *d);
/* The checkpoint note of a tree, with the log key. */
MUST_CHECK enum rc signer_checkpoint(struct signer *s, uint64_t size,
                                     const uint8_t root[SHA256_LEN], int64_t now_s, struct buf *to,
                                     struct diag *d);
/* A void leaf {1: deployment, 2: log index, 3: reason text} with the log key (TYP_VOID). */
MUST_CHECK enum rc signer_void(struct signer *s, uint64_t log_index, const char *reason,
                               int64_t now_s, struct buf *to, struct diag *d);

/* --- orders: signed by operators, admitted by the signer (docs/formats.md, "Order") --- */

/*
 * Whether an order by this operator may now stand with one signature. Outside a demonstration two
 * must sign to amend or to reinstate, and above so many orders in 24 hours.
 * kid  KID_LEN bytes
 */
MUST_CHECK enum rc signer_order_alone(struct signer *s, struct span kid, uint32_t action,
                                      int64_t now_s, bool *ret, struct diag *d);
/*
 * Admits an order into the log, durably: its operators' signatures hold, and there are as many as
 * the rule wants.
 *
 * first   COSE_Sign1 of TYP_ORDER
 * second  COSE_Sign1 of TYP_ORDER_SECOND over the same payload, or empty
 *
 * RC_REFUSED, RC_BAD_SIGNATURE, RC_NOT_FOUND, RC_FORMAT  it is not admitted
 */
MUST_CHECK enum rc signer_order(struct signer *s, struct span first, struct span second,
                                int64_t now_s, struct diag *d);

/* Where in the log an admitted order stands. */
struct placed_order {
    uint64_t log_index;
    uint8_t leaf[SHA256_LEN]; /* tlog_leaf() of its first COSE_Sign1 */
};
/* Before the checkpoint that covers them. RC_REFUSED: one was never admitted, or its index is
 * another's. Placed again: fine. */
MUST_CHECK enum rc signer_place(struct signer *s, const struct placed_order *orders, size_t count,
                                struct diag *d);

/* What is remembered of the log: leaves below checkpoint_size are under a signed checkpoint. */
struct signer_status {
    uint8_t deployment[DEPLOYMENT_LEN];
    uint64_t trust_sequence;
    uint64_t checkpoint_size;
    int64_t last_iat; /* Unix seconds; 0: no token yet */
    char hsm[240];    /* why keys in an HSM cannot be used; "": they can, or there are none */
};
MUST_CHECK enum rc signer_status(struct signer *s, struct signer_status *ret, struct diag *d);

/* False: it has gone, and the next question waits for it. Does not block. */
bool signer_is_there(struct signer *s);

#define SIGNER_KEYS_MAX  128
#define SIGNER_PLACE_LEN 80

/* A key that the signer signs with, and where it is. */
struct signer_held {
    uint8_t kid[KID_LEN];
    bool usable;                  /* now, but for its dates */
    char place[SIGNER_PLACE_LEN]; /* a file's name, or "hsm:LABEL" */
};
MUST_CHECK enum rc signer_keys(struct signer *s, struct signer_held ret[SIGNER_KEYS_MAX],
                               size_t *ret_count, struct diag *d);
