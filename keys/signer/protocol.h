/*
 * What the users of the signer ask it, and what it answers: one question and one answer at a time
 * on a socket of core/ipc/ipc.h, each a record of core/cose/cbor_record.h (the tables in
 * protocol.c). Every question may be asked again, and has the same effect once. Pure; threads: any.
 */
#pragma once

#include "keys/signer/document.h"
#include "keys/signer/signer.h"

#define SIGNER_PROTOCOL_VERSION 1

/* Limits of one question; the client splits what is more. */
#define SIGNER_TOKENS_MAX      4096u       /* payloads */
#define SIGNER_DOCUMENTS_MAX   256u        /* requests */
#define SIGNER_PLACES_MAX      65536u      /* orders */
#define SIGNER_PUBLICATION_MAX (15u << 20) /* bytes */
#define SIGNER_ORDER_MAX       8192u       /* bytes of an order with its signature */
#define SIGNER_REASON_MAX      200u        /* bytes, of a void leaf */

/* Numbers go over the socket: never renumber. */
enum signer_ask {
    SIGNER_ASK_NONE = 0,
    SIGNER_ASK_STATUS = 1,      /* → status */
    SIGNER_ASK_TOKENS = 2,      /* items → items */
    SIGNER_ASK_PUBLICATION = 3, /* typ payload now → body */
    SIGNER_ASK_CHECKPOINT = 4,  /* number (size) hash (root) now → body */
    SIGNER_ASK_VOID = 5,        /* number (log index) text (reason) now → body */
    SIGNER_ASK_ROOM = 6,        /* flag (timed) now → number */
    SIGNER_ASK_DOCUMENTS = 7,   /* items now → items */
    SIGNER_ASK_ORDER_ALONE = 8, /* kid action now → flag */
    SIGNER_ASK_ORDER = 9,       /* payload (first) second now → */
    SIGNER_ASK_PLACE = 10,      /* items → */
    SIGNER_ASK_KEYS = 11,       /* → items */
};
#define SIGNER_ASK_COUNT 12

/* A question. Spans are borrowed; what does not belong to the kind of question is empty. */
struct signer_question {
    enum signer_ask ask;
    int64_t now_s;
    uint64_t number;
    uint32_t action;
    bool flag;
    struct span typ, text, kid, hash, payload, second;
    struct span items; /* an array, see below */
};

enum signer_reply {
    SIGNER_REPLY_NONE = 0,
    SIGNER_REPLY_DONE = 1,
    SIGNER_REPLY_NO = 2, /* rc and text say why */
};

struct signer_answer {
    enum signer_reply reply;
    uint32_t rc; /* enum rc */
    char text[240];
    uint64_t number;
    bool flag;
    struct span body, items;
    /* of status */
    struct span deployment;
    uint64_t trust_sequence, checkpoint_size;
    int64_t last_iat;
    char hsm[240];
};

/* Appends the message. */
void signer_question_put(struct buf *to, const struct signer_question *q);
void signer_answer_put(struct buf *to, const struct signer_answer *a);
/* Spans borrow bytes. RC_FORMAT: not exactly such a message; of another version, RC_REFUSED. */
MUST_CHECK enum rc signer_question_read(struct span bytes, struct signer_question *ret,
                                        struct diag *d);
MUST_CHECK enum rc signer_answer_read(struct span bytes, struct signer_answer *ret, struct diag *d);

/*
 * Token jobs as items. A question holds payloads alone; an answer, in the same order, the signed
 * token or [rc, text].
 */
void signer_payloads_put(struct buf *to, const struct token_job *jobs, size_t count);
/* Fills payload of each; the rest is zeroed. RC_LIMIT: none, or more than SIGNER_TOKENS_MAX. */
MUST_CHECK enum rc signer_payloads_read(struct span items, struct token_job *ret, size_t *ret_count,
                                        struct diag *d);
void signer_tokens_put(struct buf *to, const struct token_job *jobs, size_t count);
/* Into cose, rc and diag of each of count jobs. RC_FORMAT: not exactly so many answers. */
MUST_CHECK enum rc signer_tokens_read(struct span items, struct token_job *jobs, size_t count,
                                      struct diag *d);

/*
 * Document jobs as items. A question holds requests, [number, version, state, digest, room] each;
 * an answer, in the same order, the contents or [rc, text].
 */
void signer_requests_put(struct buf *to, const struct document_job *jobs, size_t count);
/* Fills request of each, its number borrowed; the rest is zeroed. RC_LIMIT: none, or more than
 * SIGNER_DOCUMENTS_MAX. */
MUST_CHECK enum rc signer_requests_read(struct span items, struct document_job *ret,
                                        size_t *ret_count, struct diag *d);
void signer_contents_put(struct buf *to, const struct document_job *jobs, size_t count);
/* Into contents, rc and diag of each of count jobs. RC_FORMAT: not exactly so many answers, or one
 * not of the room that was asked for. */
MUST_CHECK enum rc signer_contents_read(struct span items, struct document_job *jobs, size_t count,
                                        struct diag *d);

/* Keys as items: [kid, usable, place] each. */
void signer_keys_put(struct buf *to, const struct signer_held *keys, size_t count);
MUST_CHECK enum rc signer_keys_read(struct span items, struct signer_held ret[SIGNER_KEYS_MAX],
                                    size_t *ret_count, struct diag *d);

/* Orders' places as items: [log index, leaf] each. */
void signer_places_put(struct buf *to, const struct placed_order *orders, size_t count);
/* ret: room for SIGNER_PLACES_MAX. */
MUST_CHECK enum rc signer_places_read(struct span items, struct placed_order *ret,
                                      size_t *ret_count, struct diag *d);
