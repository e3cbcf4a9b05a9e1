/*
 * The staple: a live code against screenshots (docs/formats.md, "Staple"). A few bytes beside a
 * token that say what the register's lists said of it a moment ago, good for ten minutes. Reading
 * checks form; staple_check() says whether it may be believed. Pure.
 */
#pragma once

#include "core/cert/state.h"
#include "core/cert/verdict.h"
#include "keys/trust/trust_list.h"

#define STAPLE_LEAF_LEN 12  /* bytes: the first of the token's leaf hash */
#define STAPLE_MAX_LEN  104 /* bytes of the whole COSE_Sign1; with ES256 99 */
#define STAPLE_GOOD_S   600 /* seconds before and after its iat */
#define STAPLE_KEYS_MAX 4   /* current ones that are tried */

struct staple {
    struct cose_sign1 cose; /* as parsed; zero when being made */
    uint8_t leaf[STAPLE_LEAF_LEN];
    enum state state; /* STATE_VALID, STATE_SUSPENDED or STATE_REVOKED */
    int32_t deadline; /* the current one, days since 1970-01-01, UTC+8 */
    int64_t iat;      /* Unix seconds */
};

/* [leaf, state, deadline, iat]; the caller has kept the ranges above. */
void staple_payload_put(struct buf *b, const struct staple *s);
/* The first bytes of the log's leaf hash of these token bytes. */
void staple_leaf(struct span token, uint8_t ret[STAPLE_LEAF_LEN]);

/*
 * Spans of *ret borrow bytes.
 *
 * RC_FORMAT  not exactly such a message: a header other than {1: alg}, another state; offset says
 *            where
 * RC_LIMIT   longer than STAPLE_MAX_LEN
 */
MUST_CHECK enum rc staple_parse(struct span bytes, struct staple *ret, struct diag *d);
/* The same for the payload alone (a signer looks at what it is asked to sign); cose stays zero. */
MUST_CHECK enum rc staple_payload_parse(struct span payload, struct staple *ret, struct diag *d);

/*
 * The bytes of a live code's text: bare digits (docs/formats.md, "QR text"). What is no such text
 * is no live code either, so that staple_check() says PROBLEM_STAPLE_FORMAT: the bytes are one
 * zero.
 *
 * to  appended to
 */
MUST_CHECK enum rc staple_text_read(struct span text, struct buf *to, struct diag *d);

/*
 * May this staple be believed beside this token, now?
 *
 * bytes    as the second code gave them
 * token    the token's bytes, which have been verified
 * now      Unix seconds
 * ret      the staple; written only when *ret_why is PROBLEM_NONE
 * ret_why  why not
 *
 * RC_OK  *ret_why says it. RC_NOMEM, RC_CRYPTO: we could not tell.
 */
MUST_CHECK enum rc staple_check(struct span bytes, struct span token, const struct trust_list *list,
                                int64_t now, struct staple *ret, enum problem *ret_why,
                                struct diag *d);
