/*
 * Whom we believe, for what, until when: the trust list (docs/formats.md,
 * "Trust list"). Public keys only. Read-only once read, so threads may share it.
 *
 * A COSE_Sign by k of the deployment's n root keys. Its own root set must be the
 * one that signed it, or the successor that those roots name in it.
 */
#pragma once

#include "core/cose/cose.h"
#include "core/crypto/hash.h"

#define DEPLOYMENT_LEN      SHA256_LEN
#define TRUST_ROOTS_MAX     16
#define TRUST_KEYS_MAX      4096
#define TRUST_HOSTS_MAX     16
#define TRUST_HOST_LEN      64         /* bytes with NUL */
#define TRUST_SCOPE_MAX     64         /* units, or posts, of one key */
#define TRUST_LIST_MAX      (1u << 20) /* bytes of one list */
#define TRUST_CHAIN_MAX     16 /* lists in one file: the newest, and those that changed roots */
#define TRUST_FILE_MAX      (4u << 20) /* bytes of them all */
#define TRUST_WITNESSES_MAX 16
#define TRUST_CLOSED_MAX    16
#define SURVIVOR_LEN        10 /* bytes of a leaf hash in a survivor set */
#define SEQUENCE_MAX                                                                               \
    (((uint64_t)1 << 53) - 1)      /* of lists and bundles: every JSON reader can hold it */
#define TOKEN_KEY_INDEXES 1000000u /* log indexes that one token key may sign */

/* What a key may sign. One use a key. Numbers are signed: never renumber. */
enum key_use {
    USE_NONE = 0,
    USE_TOKEN = 1,
    USE_PUBLISH = 2,
    USE_LOG = 3,
    USE_DOCUMENT = 4,
    USE_STAPLE = 5,
    USE_OPERATOR = 6,
    USE_ANSWER = 7,
};
#define KEY_USE_COUNT 8
const char *key_use_name(enum key_use use); /* "token"; NULL: no such use */

/* From when on a stolen key is not believed (docs/formats.md, "Cut-off"). Token and document keys
 * alone have one: what another key signs is signed again by its successor. */
struct cut_off {
    bool given;
    uint64_t index;                /* token keys: N, a size of the log before the theft */
    uint8_t root[SHA256_LEN];      /* of the log at that size */
    uint8_t survivors[SHA256_LEN]; /* SHA-256 of the survivor set */
    int64_t time_s;                /* document keys: before the theft, Unix seconds; others 0 */
};

struct trusted_key {
    uint8_t kid[KID_LEN];
    enum key_use use;
    int64_t not_before, not_after; /* Unix seconds, both inside */
    uint64_t first, last;          /* token keys: log indexes [first, last); others 0, 0 */
    uint16_t units[TRUST_SCOPE_MAX], posts[TRUST_SCOPE_MAX];
    size_t unit_count, post_count; /* 0: every one */
    struct pubkey *key;            /* owned by the list */
    char name[64];                 /* operators: who; others "" */
    struct cut_off cut_off;
};
/* The end of the log indexes that a token key may have signed: its range's, or its cut-off's. */
uint64_t trusted_key_end(const struct trusted_key *key);

/* Who cosigns checkpoints (C2SP tlog-cosignature), with an Ed25519 key. */
struct witness {
    char name[128];     /* printing ASCII without '+' */
    struct pubkey *key; /* owned by the list */
};

/* n root keys of which k must sign. Its deterministic encoding, hashed, names the deployment. */
struct root_set {
    unsigned threshold;
    size_t count;
    struct public_numbers keys[TRUST_ROOTS_MAX];
    /* Not in the encoding: of the list that was last believed by it. Who knows it passes over the
     * lists of a chain from before; 0: not known. */
    uint64_t since;
};
void root_set_put(struct buf *b, const struct root_set *roots); /* [k, [COSE_Key, …]] */
MUST_CHECK enum rc root_set_parse(struct span bytes, struct root_set *ret, struct diag *d);
MUST_CHECK enum rc root_set_id(const struct root_set *roots, uint8_t ret[SHA256_LEN],
                               struct diag *d);

/* A log that ended when a register was restored without all of it (docs/formats.md, "Closed logs"):
 * its first entries are those of the log behind it, the rest counts no more. */
struct closed_log {
    char origin[128];
    uint64_t size;
    uint8_t root[SHA256_LEN]; /* at that size */
};

struct trust_list {
    uint8_t deployment[DEPLOYMENT_LEN]; /* hash of the first root set */
    bool demo;
    size_t host_count;
    char hosts[TRUST_HOSTS_MAX]
              [TRUST_HOST_LEN]; /* upper case, as in the QR; the first is printed */
    char log_origin[128];
    char status_uri[256];
    uint64_t sequence;
    int64_t issued, next_update; /* Unix seconds */
    struct root_set roots;
    size_t key_count;
    struct trusted_key *keys; /* owned */
    unsigned witness_quorum;  /* so many witnesses must have cosigned; 0: there is no policy */
    size_t witness_count;
    struct witness witnesses[TRUST_WITNESSES_MAX];
    size_t closed_count; /* logs before the current one, the oldest first */
    struct closed_log closed[TRUST_CLOSED_MAX];
};
/* Whether this is the origin of the log, or of one that was closed. ret: so many of its first
 * entries count: all of them (UINT64_MAX), or those up to its end; 0 when it is neither. */
bool trust_list_log_end(const struct trust_list *list, struct span origin, uint64_t *ret);

void trust_list_free(struct trust_list *list); /* NULL is fine */
DEFINE_ON_EXIT(struct trust_list, trust_list_free)

/*
 * Why no token key may sign for an index of the log at a moment (Unix seconds), as a few words
 * ("no token key has this log index"); NULL: one may. unit, post: 0: of any.
 */
const char *trust_list_no_token_key(const struct trust_list *list, uint64_t log_index,
                                    uint32_t unit, uint32_t post, int64_t at_s);

/* The payload: what the roots sign. Keys' pubkey numbers, not handles' owners, are read. */
void trust_list_payload_put(struct buf *b, const struct trust_list *list);

/* The same read back, with every rule but who has signed: what is still to be signed. As
 * trust_list_read(). */
MUST_CHECK enum rc trust_list_payload_read(struct span payload, struct trust_list **ret,
                                           struct diag *d);

/*
 * Reads a trust list and checks that at least k of roots have signed it.
 *
 * Behind the list may stand those by which the roots were rotated, newest first: from the last to
 * the first each must be signed by k roots of the one behind it. Those from before the roots that
 * are believed are passed over.
 *
 * roots  whom to believe; NULL: the oldest list's own root set, as when a device pins what it first
 *        sees
 * ret    the newest; owned by the caller; written only on RC_OK
 *
 * RC_FORMAT         not exactly such a list; offset says where. Also: a key listed with two uses,
 *                   a token key of more than TOKEN_KEY_INDEXES, overlapping token ranges
 * RC_LIMIT          a list longer than TRUST_LIST_MAX, more of them than TRUST_CHAIN_MAX, or all
 *                   longer than TRUST_FILE_MAX
 * RC_BAD_SIGNATURE  fewer than k good signatures of different roots; or one that does not hold, is
 * by none of roots nor of the list's own, or is a root's second: none goes unchecked RC_REFUSED
 * sequence 1 whose root set is not the deployment's; or a key of an algorithm that this build does
 * not check
 */
MUST_CHECK enum rc trust_list_read(struct span bytes, const struct root_set *roots,
                                   struct trust_list **ret, struct diag *d);

/* A file's lists, newest first, as they stand there; nothing of them is read. RC_LIMIT: too many.
 */
struct trust_file {
    size_t count; /* 1 at least: what is no list is left to its reader */
    struct span lists[TRUST_CHAIN_MAX];
};
MUST_CHECK enum rc trust_file_split(struct span bytes, struct trust_file *ret, struct diag *d);

/*
 * The file that `newest` begins, behind what `old` holds: those lists of it that a reader of the
 * first roots needs to follow.
 *
 * newest  signed by the roots of old's newest list, as trust_list_read() will find
 * RC_LIMIT  more than TRUST_CHAIN_MAX lists, or TRUST_FILE_MAX bytes
 */
MUST_CHECK enum rc trust_file_put(struct span newest, struct span old, struct buf *to,
                                  struct diag *d);

/*
 * The next key with this kid after `after` (NULL: the first); kids may collide, so a caller tries
 * each until one verifies. NULL: no more.
 */
const struct trusted_key *trust_list_find(const struct trust_list *list, struct span kid,
                                          const struct trusted_key *after);

/*
 * Checks a COSE_Sign1 of this typ (NULL: a token, which has none) against every listed key of that
 * kid: signature, algorithm, use and dates at time_s.
 *
 * ret    the key that verified
 * RC_NOT_FOUND      no listed key has this kid
 * RC_BAD_SIGNATURE  none of them verifies it
 * RC_REFUSED        one verifies, but it is not for this use, or not at this time
 */
MUST_CHECK enum rc trust_list_check(const struct trust_list *list, const struct cose_sign1 *m,
                                    enum key_use use, const char *typ, int64_t time_s,
                                    const struct trusted_key **ret, struct diag *d);

/* host as in a QR text, any case; exact match with a listed one. */
bool trust_list_has_host(const struct trust_list *list, struct span host);
