/*
 * What the front asks sitecert-core and sitecert-reader, and what they answer: one question and one
 * answer at a time on a socket of core/ipc/ipc.h, each a deterministic CBOR map with small integer
 * keys (the table in protocol.c). A socket serves any number of questions one after another; a
 * front opens as many sockets as it has questions under way. One whose first question has an id
 * carries many at once instead: SUBMIT alone, without wait_ms and file, each answered by its id, in
 * any order. Pure; threads: any.
 *
 * Who asks is the front, which has checked signatures. Core and reader believe `sender` and
 * `is_operator`, look up what that sender may do themselves (HOME/senders.json), and keep the
 * evidence.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "core/message/message.h"
#include "issuer/scheme/record.h"

#define PROTOCOL_VERSION 1

#define CORE_SOCKET   "run/core.sock" /* in the home */
#define READER_SOCKET "run/reader.sock"

#define BATCH_ID_LEN       16     /* lower-case hex */
#define SIGNATURE_BASE_MAX 16384  /* bytes */
#define BODY_INLINE_MAX    65536u /* bytes; a larger body comes as a file */

/* Numbers go over the socket: never renumber. */
enum ask {
    ASK_NONE = 0,
    /* both */
    ASK_STATUS = 1, /* → REPLY_OK, body: status_put() */
    /* core */
    ASK_SUBMIT = 2, /* → REPLY_ACCEPTED, REPLY_REPLAY or a refusal; with wait_ms: REPLY_RESULTS */
    ASK_BATCH = 3,  /* → REPLY_OK, body: JSON of the batch's state (docs/http.md) */
    ASK_RESULTS = 4, /* → REPLY_RESULTS, with more while the batch is not done */
    ASK_ORDER = 5,   /* body: JSON as POSTed → REPLY_OK, body: JSON; or REPLY_ORDER */
    ASK_PICKUP = 6, /* number → REPLY_OK, body: the new code. By operators on this machine alone */
    ASK_LEND = 7,   /* → REPLY_OK: the register is free until the socket closes. Likewise */
    ASK_COVER = 8,  /* → REPLY_OK: a checkpoint covers all that was applied before */
    /* reader */
    ASK_CERTIFICATE = 16, /* → body: JSON as `sitecert show --json` */
    ASK_TOKEN = 17,       /* → body: QR text; with raw: the COSE bytes */
    ASK_PDF = 18,         /* → a file, or body: the PDF */
    ASK_CHANGES = 19,     /* → body: JSON {"changes":[…]}; next when there are more */
    ASK_REPORT = 20,      /* → body: JSON as `sitecert report --json` */
    ASK_OVERVIEW = 21,    /* → body: HTML, the report's part of the operator's page */
};

#define ASK_LAST ASK_OVERVIEW

/* A question. Spans are borrowed; what does not belong to the kind of question is empty. */
struct question {
    enum ask ask;
    struct span sender; /* ASCII; empty: an operator asks */
    bool is_operator;
    bool chinese; /* language of explanations */
    bool raw;
    uint32_t wait_ms;      /* SUBMIT, BATCH: answer when it is done, or after so long */
    struct span batch;     /* BATCH, RESULTS */
    struct span number;    /* CERTIFICATE, TOKEN, PDF */
    uint64_t after, limit; /* CHANGES; RESULTS: after alone, the number of a row */
    int32_t as_of;         /* REPORT; NO_DATE: today */
    enum record_kind kind; /* SUBMIT */
    bool is_csv;           /* SUBMIT; else NDJSON */
    struct span key;       /* SUBMIT: Idempotency-Key */
    struct span nonce;     /* SUBMIT */
    int64_t created;       /* SUBMIT: Unix seconds, of the signature */
    struct span digest;    /* SUBMIT: SHA-256 of the body, 32 bytes */
    struct span base;      /* SUBMIT: what was signed */
    struct span signature; /* SUBMIT */
    struct span signer;    /* SUBMIT: the key under which it holds, as COSE_Key */
    uint64_t body_len;     /* SUBMIT: bytes */
    struct span body;      /* SUBMIT, ORDER: the bytes; empty when they come as a file */
    uint32_t id;           /* on a socket that carries many; 0: alone on its socket */
};

enum reply {
    REPLY_NONE = 0,
    REPLY_OK = 1,
    REPLY_ACCEPTED = 2,  /* batch: its id; on disk. body: its state as JSON */
    REPLY_REPLAY = 3,    /* batch: the first one's id. body: its state as JSON */
    REPLY_RESULTS = 4,   /* batch; body or file: NDJSON */
    REPLY_NOT_FOUND = 5, /* no such thing, or not this sender's */
    /* 6: never again */
    REPLY_KEY_REUSED = 7,
    REPLY_NONCE_USED = 8,
    REPLY_QUEUE_FULL = 9,    /* retry_s */
    REPLY_ROWS_PER_DAY = 10, /* retry_s */
    REPLY_SENDER = 11,       /* suspended, or unknown */
    REPLY_KIND = 12,         /* not a kind for this sender */
    REPLY_UNREADABLE = 13,   /* the whole body: batch, detail names the line */
    REPLY_TOO_LARGE = 14,    /* detail names the limit */
    REPLY_ORDER = 15,        /* refused: body is JSON {"reasons":[{"code","text"}]} */
    REPLY_BAD_REQUEST = 16,  /* detail */
    REPLY_NOT_READY = 17,    /* detail: a word of the reasons in status */
    REPLY_FAILED = 18,       /* detail */
};
#define REPLY_COUNT 19

struct answer {
    enum reply reply;
    char batch[BATCH_ID_LEN + 1]; /* "" */
    uint32_t retry_s;
    char detail[240]; /* never a person's data */
    struct span body; /* borrows the message; empty when a file comes with it */
    uint64_t file_len;
    uint64_t next; /* CHANGES: SEQ after which the list goes on; 0: that was all. RESULTS: the
                      last row that is done */
    bool more;     /* RESULTS: of a batch that is not done */
    uint32_t id;   /* the question's */
};

/* How a part is, for /readyz and /metrics. The reader's has zeros between `reason` and
 * its own counts. */
struct status {
    bool ready;
    char reason[40]; /* why not: signer_gone, hsm_gone, disk_full, register_full, clock_behind,
                        register_busy, failed, starting; "" when ready */
    uint64_t queued, working, done, failed; /* batches; the last two since the start */
    /* rows since the start */
    uint64_t recorded, issued, renewed, exchanged, duplicate, refused, conflict;
    int64_t last_commit_s, last_signing_s; /* Unix seconds; 0: none yet */
    uint64_t register_bytes, register_max_bytes;
    /* of the reader alone: questions for holders since the start (core/holder/holder.h) */
    uint64_t holder_answered, holder_no_match, holder_closed;
};

/* Appends the message. A file goes beside it. */
void question_put(struct buf *to, const struct question *q);
void answer_put(struct buf *to, const struct answer *a);
/* Spans borrow bytes. RC_FORMAT: not exactly such a message; of another version, RC_REFUSED. */
MUST_CHECK enum rc question_read(struct span bytes, struct question *ret, struct diag *d);
MUST_CHECK enum rc answer_read(struct span bytes, struct answer *ret, struct diag *d);
void status_put(struct buf *to, const struct status *s);
MUST_CHECK enum rc status_read(struct span bytes, struct status *ret, struct diag *d);
