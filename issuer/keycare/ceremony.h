/*
 * How a trust list comes to be signed: one file that goes from operator to operator and from root
 * to root, on machines that need not know one another, and back. CBOR, an array of 3 byte strings:
 *
 *   the current trust.cbor | the change: a COSE_Sign (TYP_KEYS) by operators of the current list
 * over the new list's payload | the new list: a COSE_Sign (TYP_TRUST) by roots over the same
 * payload, or no bytes
 *
 * Whoever has it can check all of it, and sees what changes before he signs.
 */
#pragma once

#include "core/base/buf.h"
#include "keys/private/keyfile.h"
#include "keys/trust/trust_follow.h"

#define CEREMONY_FILE    "keys/ceremony.cbor"
#define CEREMONY_MAX     (TRUST_FILE_MAX + 2 * TRUST_LIST_MAX + 64)
#define CHANGE_OPERATORS 2 /* of a real deployment; of a demonstration one is enough */

struct ceremony {
    struct buf file;                      /* owned; the spans borrow it */
    struct span current, change, list;    /* list: empty as long as no root has signed */
    struct span payload;                  /* of the new list */
    struct trust_list *old, *new;         /* owned */
    unsigned operators, operators_needed; /* that have signed */
    unsigned by_old, by_new;              /* roots of either list that have signed */
};
void ceremony_close(struct ceremony *c); /* leaves it zeroed; for ON_EXIT too */

/*
 * Takes over *file and checks everything in it: the current list by roots (NULL: its own), that the
 * new one follows it, and every signature.
 * RC_FORMAT, RC_REFUSED, RC_BAD_SIGNATURE  d says why
 */
MUST_CHECK enum rc ceremony_open(struct buf *file, const struct root_set *roots,
                                 struct ceremony *ret, struct diag *d);

/* The file of these parts, appended. */
void ceremony_put(struct buf *to, struct span current, struct span change, struct span list);

/* Opens the ceremony again with one more operator's, or root's, signature.
 * RC_REFUSED  the key is no operator's of the current list in its dates, or no root of either list;
 *             a root signs only when enough operators have. RC_EXISTS: it has signed */
MUST_CHECK enum rc ceremony_operate(struct ceremony *c, const struct private_key *key,
                                    struct diag *d);
MUST_CHECK enum rc ceremony_sign(struct ceremony *c, const struct private_key *root,
                                 struct diag *d);

bool ceremony_rotates(const struct ceremony *c);    /* the new list names another root set */
bool ceremony_is_decided(const struct ceremony *c); /* by enough operators */
bool ceremony_is_done(const struct ceremony *c);    /* by enough roots too */

/* The new trust.cbor, appended. RC_REFUSED: it is not done. */
MUST_CHECK enum rc ceremony_result(const struct ceremony *c, struct buf *to, struct diag *d);
