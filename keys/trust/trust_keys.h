/* The numbers of a trust list's maps (docs/formats.md, "Trust list") and its limits, for this
 * folder alone. */
#pragma once

#include "keys/trust/trust_list.h"

enum list_field {
    LIST_DEPLOYMENT = 1,
    LIST_DEMO,
    LIST_HOSTS,
    LIST_LOG_ORIGIN,
    LIST_STATUS_URI,
    LIST_SEQUENCE,
    LIST_ISSUED,
    LIST_NEXT_UPDATE,
    LIST_ROOTS,
    LIST_KEYS,
    LIST_WITNESSES,
    LIST_CLOSED,
};
#define LIST_FIELD_COUNT   12
#define LIST_FIELDS_NEEDED 10 /* 1 to 10 */

enum key_field {
    KEY_KID = 1,
    KEY_COSE_KEY,
    KEY_USE,
    KEY_NOT_BEFORE,
    KEY_NOT_AFTER,
    KEY_RANGE,
    KEY_UNITS,
    KEY_POSTS,
    KEY_NAME,
    KEY_CUT_OFF,
};
#define KEY_FIELD_COUNT   10
#define KEY_FIELDS_NEEDED 5 /* 1 to 5 */

#define TRUST_TIME_MAX  (((uint64_t)1 << 40) - 1) /* Unix seconds */
#define TRUST_INDEX_MAX ((uint64_t)1 << 53)       /* the end of a range of log indexes */
#define TRUST_UNIT_MAX  999
#define TRUST_POST_MAX  9999

/* Takes [k, [COSE_Key, …]] and checks 1 <= k <= n and that no two keys are one. */
MUST_CHECK bool root_set_take(struct cbor_reader *c, struct root_set *ret);

/* Takes [quorum, [[name, COSE_Key], …]]. Keys belong to ret's owner even on failure. As
 * trusted_key_take(). */
MUST_CHECK enum rc trust_witnesses_take(struct cbor_reader *c, struct trust_list *ret);
void trust_witnesses_put(struct buf *b, const struct trust_list *list);

/* Takes [[origin, size, root], …] and its rules. */
MUST_CHECK bool trust_closed_take(struct cbor_reader *c, struct trust_list *ret);
void trust_closed_put(struct buf *b, const struct trust_list *list);
MUST_CHECK enum rc trust_closed_check(const struct trust_list *list, struct diag *d);

/* Copies a printing-ASCII text with a NUL: `to` has room for max + 1 bytes. */
MUST_CHECK bool trust_ascii_take(struct cbor_reader *c, const char *name, size_t max, char *to);

/* Makes a handle of a key that was read at `at`: what no key could be is RC_FORMAT, the rest ours.
 */
MUST_CHECK enum rc trust_key_load(struct cbor_reader *c, size_t at,
                                  const struct public_numbers *numbers, struct pubkey **ret);

/* One list, as trust_list_read() reads each. behind: the roots of the list behind it in the file,
 * which may have signed it too; NULL: none. */
MUST_CHECK enum rc trust_list_read_one(struct span bytes, const struct root_set *roots,
                                       const struct root_set *behind, struct trust_list **ret,
                                       struct diag *d);

/* One Unix time, from 1 to TRUST_TIME_MAX. */
MUST_CHECK bool trust_time_take(struct cbor_reader *c, const char *name, int64_t *ret);

/*
 * Takes one key of the list; ret is zeroed, and its pubkey belongs to the caller even on failure.
 * RC_FORMAT   not a key of ours: the cause is in c->d
 * RC_REFUSED  of an algorithm that this build does not check. RC_NOMEM
 */
MUST_CHECK enum rc trusted_key_take(struct cbor_reader *c, struct trusted_key *ret);

/*
 * Checks who signed, before or after the list itself is known.
 *
 * roots  of whom at least `threshold` must have signed
 * also   more keys that may have signed, without being counted; NULL: none known yet, and signers
 *        that are not roots are then left for later
 * behind as also; NULL: none
 *
 * RC_BAD_SIGNATURE  too few, one that does not hold, one root twice, or with `also` a stranger
 */
MUST_CHECK enum rc trust_list_check_signers(const struct cose_sign *m, const struct root_set *roots,
                                            const struct root_set *also,
                                            const struct root_set *behind, struct diag *d);

/* Host names as a QR text in alphanumeric mode holds them: [A-Z0-9.:-]{1,63}. */
bool trust_host_valid(struct span host);

/*
 * What no single field shows. RC_FORMAT: one public key twice, among the keys or the roots;
 * overlapping token ranges; times that run backwards; a root that is no key; a log key that is not
 * Ed25519; a document key that is neither P-256 nor RSA, and RSA for anything else.
 */
MUST_CHECK enum rc trust_list_check_rules(const struct trust_list *list, struct diag *d);
