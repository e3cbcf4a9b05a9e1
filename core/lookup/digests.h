/*
 * What the endpoint asks sitecert-digests: one question and one answer at a time over a UNIX socket
 * (core/ipc/ipc.h), deterministic CBOR: [ask, number, person, API key or empty] → [reply, retry_s,
 * digest, seal], or, asked which employers have asked, [reply, retry_s, since, more, [[day,
 * watched, employer, purpose], …]]. With an API key and an empty number: the keys of the person's
 * own row.
 */
#pragma once

#include "core/lookup/lookup.h"

/* Numbers go over the socket: never renumber. */
enum digests_ask {
    DIGESTS_LOOK_UP =
        0,             /* the keys of one row; with an API key: of a list, which is written down */
    DIGESTS_WATCH = 1, /* the same, of a list that is watched */
    DIGESTS_WHO = 2,   /* which employers have asked; without an API key */
};
#define DIGESTS_ASK_LAST DIGESTS_WHO

struct digests_question {
    enum digests_ask ask;
    struct span number; /* plain (lookup_number()); borrows the message */
    uint8_t person[LOOKUP_PERSON_LEN];
    struct span key; /* of an employer whose list is checked; empty: of nobody. Borrows likewise */
};
/* Numbers go over the socket: never renumber. */
enum digests_reply {
    DIGESTS_NONE = 0,
    DIGESTS_CLOSED = 1, /* asked too often, in all, for this number or with this key: retry_s */
    DIGESTS_FAILED = 2, /* what employers ask cannot be written down, or not be read */
    DIGESTS_GIVEN = 90,
};
struct digests_answer {
    enum digests_reply reply;
    uint32_t retry_s;
    struct lookup_keys keys; /* when given */
};

/* One employer who has looked somebody up by a list, on one day. Texts are borrowed. */
struct digests_asker {
    int32_t day;
    bool watched; /* the list is watched: asked about again and again */
    struct span employer, purpose;
};
#define DIGESTS_ASKERS_MAX   500u
#define DIGESTS_EMPLOYER_MAX 200u /* bytes of UTF-8 */
#define DIGESTS_PURPOSE_MAX  400u

struct digests_told {
    enum digests_reply reply;
    uint32_t retry_s;
    int32_t since; /* the first day of which all is known */
    bool more;     /* there were more than fit: those of the last days are here */
    size_t count;
    struct digests_asker at[DIGESTS_ASKERS_MAX]; /* the last day first */
};

void digests_question_put(struct buf *to, const struct digests_question *q);
void digests_answer_put(struct buf *to, const struct digests_answer *a);
/* RC_FORMAT: not exactly such a message. */
MUST_CHECK enum rc digests_question_read(struct span message, struct digests_question *ret,
                                         struct diag *d);
MUST_CHECK enum rc digests_answer_read(struct span message, struct digests_answer *ret,
                                       struct diag *d);
void digests_told_put(struct buf *to, const struct digests_told *t);
/* Borrows message. RC_FORMAT: as above. */
MUST_CHECK enum rc digests_told_read(struct span message, struct digests_told *ret, struct diag *d);
