/*
 * Decides what to think of one certificate from its bytes and from what is at
 * hand: trust list, bundle, time. Pure, fail-closed: each precondition has its
 * own answer, and what was not checked is never good.
 */
#pragma once

#include "core/cert/bundle.h"
#include "core/cert/verdict.h"

#define CLOCK_SKEW_S 86400 /* how far ahead of our clock a signed time may be */

/* How old the status may be where nobody says otherwise. */
#define JUDGE_MAX_AGE_S (INT64_C(30) * 86400)

/*
 * Tokens whose signature has held before, by the hash of their leaf: such a one holds again. Use,
 * dates, range and scope of the key, and the status, are looked at each time all the same.
 */
struct judge_memory {
    /* The key of the trust list at hand that verified exactly these bytes; NULL: not known. */
    const struct trusted_key *(*find)(void *ctx, const struct tlog_hash *leaf);
    void (*keep)(void *ctx, const struct tlog_hash *leaf, const struct trusted_key *key);
    void *ctx;
};

struct evidence {
    const struct trust_list *trust; /* never NULL */
    struct bundle *bundle;          /* NULL: keys only, so no status */
    enum problem refused;           /* why the bundle's status may not serve though its keys may:
                                       rollback, set-back clock; PROBLEM_NONE: it may */
    struct span staple;             /* a live code's bytes (staple.h); empty: none */
    int64_t now;                    /* Unix seconds */
    int64_t max_age_s; /* status older than this is stale; can only shorten what the lists allow */
    const struct judge_memory *memory; /* NULL: every signature is checked */
};

/*
 * token  the COSE bytes; borrowed by ret
 * host   as the QR text named it; empty: none
 *
 * RC_OK  *ret is the answer, whatever it is. Anything else: we could not judge.
 */
MUST_CHECK enum rc judge(struct span token, struct span host, const struct evidence *at_hand,
                         struct verdict *ret, struct diag *d);

/* The same for a token whose place in the log was already proven under the root of its key's
 * cut-off, if its key has one. */
MUST_CHECK enum rc judge_proven(struct span token, struct span host, bool proven,
                                const struct evidence *at_hand, struct verdict *ret,
                                struct diag *d);

/*
 * Runs the bundle's own vectors (SECTION_SELFTEST) through this device's signature check. To be
 * done once after a bundle was opened, before the first judgement.
 *
 * RC_REFUSED  a vector came out otherwise than signed: this device must not judge
 * RC_FORMAT   the section is not what docs/formats.md says
 */
MUST_CHECK enum rc judge_selftest(const struct bundle *b, struct diag *d);
