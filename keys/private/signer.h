/*
 * The signer: typed requests in, signed objects out, never arbitrary bytes. It
 * re-reads every payload it is asked to sign, checks the key's use, dates, scope
 * and range in the trust list, and checks its own signature with the verifier's
 * code before anyone sees it. In this process for now; the interface passes only
 * bytes and numbers, so that it can stand in a process of its own.
 * Threads: any; contexts are per thread.
 */
#pragma once

#include "core/base/buf.h"
#include "core/cose/cose.h"
#include "core/crypto/hash.h"
#include "keys/private/keyfile.h"
#include "keys/trust/trust_list.h"

struct signer;

/*
 * Loads every private key file of `folder` (NAME.pem) whose public key the trust list holds.
 * trust   borrowed for the signer's life
 * RC_REFUSED  a key file is not safe (see keyfile.h); RC_NOT_FOUND: no key for a use that is asked
 * for later
 */
MUST_CHECK enum rc signer_open(const char *folder, const struct trust_list *trust,
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
 * RC_REFUSED    no key may sign this (range used up, dates, scope): the text names the rule
 * RC_FORMAT     not a token payload
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

/* --- operators: their keys are files of their own, named by the command --- */
#define TYP_ORDER_SECOND "application/sitecert-order-second+cbor"

/* What an order says (docs/formats.md, "Order"). Signed by one operator, or by two over the same
 * payload. */
struct order_text {
    uint8_t deployment[SHA256_LEN];
    struct span number; /* certificate */
    uint32_t action;    /* enum order_action of issuer/scheme/record.h */
    int32_t effective;  /* day */
    struct span reason, reference;
    int64_t ordered_at; /* Unix seconds */
    struct span name;   /* amend: the new name; else empty. A new identity number is never in it */
    struct span second_kid; /* KID_LEN bytes of the second operator, or empty */
};
void order_payload_put(struct buf *b, const struct order_text *o);
MUST_CHECK enum rc order_payload_read(struct span payload, struct order_text *ret, struct diag *d);

/*
 * Signs an order with an operator's key, which the trust list must hold for that use.
 * second  false: TYP_ORDER; true: the countersignature, TYP_ORDER_SECOND
 * RC_NOT_FOUND  the trust list does not hold this operator's key
 */
MUST_CHECK enum rc operator_sign(const struct private_key *key, const struct trust_list *trust,
                                 bool second, struct span payload, int64_t now_s, struct buf *to,
                                 struct diag *d);
