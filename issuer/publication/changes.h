/*
 * What has changed, in order: the feed that other registers and platforms follow (docs/http.md,
 * "Changes"). It is the log, told entry by entry: a change's number is its log index plus one, it
 * appears when its entry is settled, and says the same for ever after. Lapses are no changes, since
 * nobody makes them: each change states the deadline, and the certificate lapses the day after
 * unless a later change moves it.
 */
#pragma once

#include "core/json/json.h"
#include "issuer/register/register.h"

/* kind, word in the feed */
#define CHANGE_KINDS(X)                                                                            \
    X(CHANGE_ISSUED, "issued")                                                                     \
    X(CHANGE_EXCHANGED, "exchanged")                                                               \
    X(CHANGE_RENEWED, "renewed") /* a new version with a later deadline */                         \
    X(CHANGE_AMENDED, "amended") /* a new version that corrects the holder: older prints are void  \
                                  */                                                               \
    X(CHANGE_REISSUED,                                                                             \
      "reissued") /* a new version with the same deadline, for a key was cut off */                \
    X(CHANGE_SUSPENDED, "suspended")                                                               \
    X(CHANGE_REINSTATED, "reinstated")                                                             \
    X(CHANGE_REVOKED, "revoked")                                                                   \
    X(CHANGE_WITHDRAWN, "withdrawn")                                                               \
    X(CHANGE_CANCELLED, "cancelled")

enum change_kind {
    CHANGE_NONE = 0,
#define X(name, word) name,
    CHANGE_KINDS(X)
#undef X
};
const char *change_word(enum change_kind k);

struct change {
    uint64_t seq; /* from 1 */
    int64_t at;   /* Unix seconds: of signing, or of the order */
    enum change_kind kind;
    char number[NUMBER_MAX + 1];
    uint32_t unit, post;
    uint32_t version; /* current then */
    int32_t deadline; /* of that version */
    enum state state; /* by the orders so far, from `effective` on; never lapsed or due */
    int32_t effective;
};

/*
 * The change with this number.
 *
 * RC_NOT_FOUND  the entry is none: a void leaf, or an amendment's order, whose new versions are
 *               changes of their own; or it is not settled yet
 */
MUST_CHECK enum rc change_read(struct reg *r, uint64_t seq, struct change *ret, struct diag *d);

#define CHANGES_MAX      1000u  /* of one page */
#define CHANGES_SCAN_MAX 20000u /* entries looked at for one page */

struct changes_page {
    uint64_t upto; /* everything up to this number has been told */
    bool more;     /* there is something settled behind it */
};

/*
 * {"changes":[…],"upto":…}: what follows `after`, at most `limit` of one unit (0: of all). A page
 * may be empty and yet not the last: so many entries were others'.
 *
 * ret   owned
 * RC_LIMIT  after is past the log's end: it was not told by this register, or the register has
 *           been set back
 */
MUST_CHECK enum rc changes_json(struct reg *r, uint64_t after, uint64_t limit, uint32_t unit,
                                json_t **ret, struct changes_page *ret_page, struct diag *d);
