/*
 * What the public endpoint asks sitecert-staple for a holder's live code, and what it answers: one
 * question and one answer at a time over HOME/run/staple.sock (core/ipc/ipc.h), each a
 * deterministic CBOR map with small integer keys. The staple signer judges the token itself, by the
 * published lists and its own clock: whoever asks can have nothing signed that is not so. Pure, but
 * for live_call().
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define LIVE_VERSION 1
#define LIVE_SOCKET  "run/staple.sock" /* in the issuer's home */
#define ANSWER_SOCKET                                                                              \
    "run/answer.sock"       /* of sitecert-answer: asked with list_summary_put()'s bytes, it       \
                               answers with the signed message, or hangs up */
#define LIVE_TOKEN_MAX 768u /* bytes */

/* Numbers go over the socket: never renumber. */
enum live_reply {
    LIVE_REPLY_NONE = 0,
    LIVE_OK = 1,            /* body: the staple's bytes */
    LIVE_NOT_AUTHENTIC = 2, /* no token that holds here */
    LIVE_UNDECIDED = 3,     /* the lists at hand are too old, or do not know it yet */
    LIVE_FAILED = 4,
};
#define LIVE_REPLY_LAST LIVE_FAILED

struct live_answer {
    enum live_reply reply;
    struct span body; /* borrows the message */
};

/* Appends the message. token: 1 to LIVE_TOKEN_MAX bytes. */
void live_question_put(struct buf *to, struct span token);
void live_answer_put(struct buf *to, const struct live_answer *a);
/* Spans borrow bytes. RC_FORMAT: not exactly such a message, or of another version. */
MUST_CHECK enum rc live_question_read(struct span bytes, struct span *ret_token, struct diag *d);
MUST_CHECK enum rc live_answer_read(struct span bytes, struct live_answer *ret, struct diag *d);

/*
 * Asks, on a connection of its own.
 *
 * path     of the socket
 * message  cleared; *ret borrows it
 *
 * RC_NOT_FOUND, RC_IO, RC_BUSY  nobody answers there, or not in time
 */
MUST_CHECK enum rc live_call(const char *path, struct span token, uint32_t timeout_ms,
                             struct buf *message, struct live_answer *ret, struct diag *d);
