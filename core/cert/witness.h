/*
 * What a witness does with a checkpoint that a log submits (C2SP tlog-witness, add-checkpoint):
 * the request's form, and the decision. Pure: what was cosigned last, and keeping it, are the
 * caller's, who must decide and keep in one step.
 */
#pragma once

#include "core/cert/tlog.h"

#define WITNESS_PROOF_MAX   63    /* hashes: C2SP tlog-witness */
#define WITNESS_REQUEST_MAX 8192u /* bytes: the longest proof and checkpoint have 7,000 */

struct witness_request {
    uint64_t old; /* the size that the log believes was cosigned last; 0: none */
    size_t count;
    struct tlog_hash proof[WITNESS_PROOF_MAX];
    struct span checkpoint; /* borrows the body; its form was checked */
};

void witness_request_put(struct buf *b, uint64_t old, const struct tlog_hash *proof, size_t count,
                         struct span checkpoint);
/* RC_FORMAT: not such a body, offset says where. RC_LIMIT: over WITNESS_REQUEST_MAX. */
MUST_CHECK enum rc witness_request_parse(struct span body, struct witness_request *ret,
                                         struct diag *d);

/* The body of a 409: a size in decimal and a newline. */
bool witness_size_read(struct span body, uint64_t *ret);

struct witness_seen { /* of one log; zeroed: nothing was cosigned yet */
    uint64_t size;
    struct tlog_hash root; /* only with a size */
};

enum witness_answer {
    WITNESS_UNDECIDED = 0,
    WITNESS_UNKNOWN_LOG, /* 404: another origin */
    WITNESS_FORBIDDEN,   /* 403: not signed by the log */
    WITNESS_SHRUNK,      /* 400: the old size is past the checkpoint's */
    WITNESS_OTHER_SIZE,  /* 409: not what was cosigned last; the answer is that size */
    WITNESS_SPLIT,       /* 409: the size that was cosigned last with another root: a log that shows
                            two faces */
    WITNESS_UNPROVEN,    /* 422: the proof does not hold */
    WITNESS_COSIGNS = 90,
};

/*
 * key  the log's; several are asked one after another
 * ret  the checkpoint; written with every answer but UNDECIDED, UNKNOWN_LOG and FORBIDDEN
 *
 * RC_OK  *answer is the decision. Anything else: none was made
 */
MUST_CHECK enum rc witness_decide(const struct witness_request *request, const char *origin,
                                  const struct pubkey *const *keys, size_t key_count,
                                  const struct witness_seen *seen, enum witness_answer *answer,
                                  struct checkpoint *ret, struct diag *d);
