/*
 * What the public endpoint asks sitecert-reader for a holder, and what it answers: one question and
 * one answer at a time over HOME/run/holder.sock (core/ipc/ipc.h), each a deterministic CBOR map
 * with small integer keys. Whoever knows number, name, document and pick-up code of a certificate
 * is its holder; the endpoint passes on what it was given and learns nothing else. Pure, but for
 * holder_call().
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define HOLDER_VERSION 1
#define HOLDER_SOCKET  "run/holder.sock" /* in the issuer's home */

/* Bytes; the endpoint refuses what is longer before it asks. */
#define HOLDER_NUMBER_MAX 64u
#define HOLDER_NAME_MAX   400u
#define HOLDER_ID_MAX     64u
#define HOLDER_PICKUP_MAX 64u

/* How often a wrong answer may come for one number until it is closed for a while. */
#define HOLDER_ATTEMPTS 5u
#define HOLDER_CLOSED_S 3600u

/* Numbers go over the socket: never renumber. */
enum holder_ask {
    HOLDER_ASK_NONE = 0,
    HOLDER_PDF = 1,      /* → body: the signed PDF */
    HOLDER_CALENDAR = 2, /* → body: text/calendar (RFC 5545) with the deadline and its alarms */
    HOLDER_HISTORY = 3,  /* → body: JSON, the certificate with its CE years */
    HOLDER_TOKEN = 4,    /* → body: QR text of the current version */
    /* → nothing more: it is the holder. For what the endpoint knows by itself, as who has asked. */
    HOLDER_KNOWN = 5,
};
#define HOLDER_ASK_LAST HOLDER_KNOWN

/* Spans are borrowed. */
struct holder_question {
    enum holder_ask ask;
    bool chinese;          /* language of texts in the answer */
    struct span number;    /* of the certificate */
    struct span name;      /* as typed, UTF-8 */
    unsigned id_type;      /* GB/T 36903; 0: whatever the holder's document is */
    struct span id_number; /* as typed */
    struct span pickup;    /* as typed */
};

enum holder_reply {
    HOLDER_REPLY_NONE = 0,
    HOLDER_OK = 1,
    HOLDER_NO_MATCH = 2,  /* one answer in one time, whatever does not match */
    HOLDER_CLOSED = 3,    /* too many wrong answers for this number: retry_s */
    HOLDER_NOT_GIVEN = 4, /* there is none: detail is the state, as "suspended" */
    HOLDER_NOT_READY = 5, /* retry_s; detail: signing, not_published, busy */
    HOLDER_FAILED = 6,
};
#define HOLDER_REPLY_LAST HOLDER_FAILED

struct holder_answer {
    enum holder_reply reply;
    uint32_t retry_s;
    char detail[40];  /* a word */
    struct span body; /* borrows the message */
};

/* Appends the message. */
void holder_question_put(struct buf *to, const struct holder_question *q);
void holder_answer_put(struct buf *to, const struct holder_answer *a);
/* Spans borrow bytes. RC_FORMAT: not exactly such a message, or of another version. */
MUST_CHECK enum rc holder_question_read(struct span bytes, struct holder_question *ret,
                                        struct diag *d);
MUST_CHECK enum rc holder_answer_read(struct span bytes, struct holder_answer *ret, struct diag *d);

/*
 * Asks, on a connection of its own.
 *
 * path     of the socket
 * message  cleared; *ret borrows it
 *
 * RC_NOT_FOUND, RC_IO, RC_BUSY  nobody answers there, or not in time: HTTP 503
 */
MUST_CHECK enum rc holder_call(const char *path, const struct holder_question *q,
                               uint32_t timeout_ms, struct buf *message, struct holder_answer *ret,
                               struct diag *d);
