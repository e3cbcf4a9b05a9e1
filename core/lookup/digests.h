/*
 * What the endpoint asks sitecert-digests: one question and one answer at a time over a UNIX socket
 * (core/ipc/ipc.h), deterministic CBOR: [number, person, API key or empty] → [reply, retry_s,
 * digest, seal]. With an API key and an empty number: the keys of the person's own row.
 */
#pragma once

#include "core/lookup/lookup.h"

struct digests_question {
    struct span number; /* borrows the message */
    uint8_t person[LOOKUP_PERSON_LEN];
    struct span key; /* of an employer whose list is checked; empty: of nobody. Borrows likewise */
};
/* Numbers go over the socket: never renumber. */
enum digests_reply {
    DIGESTS_NONE = 0,
    DIGESTS_CLOSED = 1, /* asked too often, in all, for this number or with this key: retry_s */
    DIGESTS_GIVEN = 90,
};
struct digests_answer {
    enum digests_reply reply;
    uint32_t retry_s;
    struct lookup_keys keys; /* when given */
};

void digests_question_put(struct buf *to, const struct digests_question *q);
void digests_answer_put(struct buf *to, const struct digests_answer *a);
/* RC_FORMAT: not exactly such a message. */
MUST_CHECK enum rc digests_question_read(struct span message, struct digests_question *ret,
                                         struct diag *d);
MUST_CHECK enum rc digests_answer_read(struct span message, struct digests_answer *ret,
                                       struct diag *d);
