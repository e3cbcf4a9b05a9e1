/*
 * The next trust list while it is made: the current one with changes that nobody has signed yet.
 * It stands in the home as keys/draft.cbor, a trust list's payload, until `keys publish` takes it.
 */
#pragma once

#include "issuer/register/register.h"
#include "keys/trust/trust_follow.h"

#define DRAFT_FILE     "keys/draft.cbor"
#define KEYS_NOTICE_S  (7 * INT64_C(86400))       /* between a list and the first use of its keys */
#define KEYS_LIFE_S    (2 * INT64_C(365) * 86400) /* of a real deployment's keys, by default */
#define KEYS_DEMO_S    (20 * INT64_C(365) * 86400)
#define LIST_LIFE_S    (90 * INT64_C(86400)) /* of a trust list, until its next update */
#define LIST_WARNING_S (21 * INT64_C(86400)) /* before that, a reader of `keys list` is told */

struct draft {
    const struct home *home;
    struct trust_list *list; /* owned: what will be list s + 1 */
    size_t room;             /* of list->keys */
    bool begun;              /* it stood in the home before */
};
/* RC_REFUSED: the draft in the home is not of the list that follows the current one. */
MUST_CHECK enum rc draft_open(const struct home *h, struct draft *ret, struct diag *d);
void draft_close(struct draft *f); /* leaves it zeroed; for ON_EXIT too */
MUST_CHECK enum rc draft_save(const struct draft *f, struct diag *d);
MUST_CHECK enum rc draft_remove(const struct home *h, struct diag *d);

/* A key of the draft by its kid in hex, or by the first digits of it that no other has. */
MUST_CHECK enum rc draft_find(struct draft *f, const char *kid, struct trusted_key **ret,
                              struct diag *d);

/*
 * Adds a key; `terms` has everything but kid and pubkey.
 * RC_EXISTS  its kid or public key is listed. RC_LIMIT: TRUST_KEYS_MAX
 */
MUST_CHECK enum rc draft_add(struct draft *f, const struct public_numbers *key,
                             const struct trusted_key *terms, struct diag *d);

/*
 * The log indexes of a new token key. first, last: what was asked for; DRAFT_ANY: by the rule: the
 * first index behind what other keys may sign from the log's end on, and a million of them or up to
 * the next key's. A key in whose range `first` lies ends there.
 *
 * size  of the log: no index below it goes to the new key. RC_REFUSED
 */
#define DRAFT_ANY UINT64_MAX
MUST_CHECK enum rc draft_range(struct draft *f, uint64_t first, uint64_t last, uint64_t size,
                               struct trusted_key *ret, struct diag *d);

/* Ends a key's dates, at time_s or earlier. A token key gives back the indexes that it has not
 * signed. RC_REFUSED: it has no later end than that. */
MUST_CHECK enum rc draft_retire(struct draft *f, struct trusted_key *key, int64_t time_s,
                                uint64_t size, struct diag *d);

/*
 * Closes the log where this register's ends, and begins one of another origin: no key of before
 * signs behind that. The caller adds keys that do.
 *
 * RC_EXISTS  the draft does so already. RC_LIMIT: TRUST_CLOSED_MAX
 */
#define LOG_NOTICE_S INT64_C(3600) /* from the draft to the first use of its keys */
MUST_CHECK enum rc draft_close_log(struct draft *f, struct reg *r, struct diag *d);

/*
 * Cuts a token key off at `index`, whose root the register's log must have; a spare token key, one
 * whose range begins behind the log's end, takes over from there.
 *
 * note  of a checkpoint of that size from before the theft, or empty: the register's own word
 * RC_REFUSED  not a token key; cut off already; index past the log; the note is of another size,
 *             tree or signer
 */
MUST_CHECK enum rc draft_cut_off(struct draft *f, struct reg *r, struct trusted_key *key,
                                 uint64_t index, struct span note, struct diag *d);
