/*
 * What the journal holds of each request to take a batch: who sent what, when, and the signature
 * that says so. An entry of kind ENTRY_NONCE is of a request that was answered as an earlier one:
 * only its nonce is new. Pure.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "core/crypto/hash.h"
#include "issuer/core/bodies.h"
#include "issuer/daemon/protocol.h"

enum entry_type { ENTRY_NONE = 0, ENTRY_BATCH = 1, ENTRY_NONCE = 2 }; /* on disk: never renumber */

/* Spans are borrowed. */
struct entry {
    enum entry_type type;
    struct span sender, nonce;
    int64_t created, received_at; /* Unix seconds: of the signature; when it was taken */
    /* of a batch */
    uint64_t sequence; /* from 0, in the order in which they were taken */
    uint8_t id[BATCH_ID_LEN / 2];
    uint32_t unit; /* of the sender then */
    enum record_kind kind;
    bool is_csv;
    struct span key;    /* Idempotency-Key */
    struct span digest; /* SHA-256 of the body */
    struct span base, signature, signer;
    uint64_t rows, body_len;
    struct span body; /* sealed (issuer/core/bodies.h); empty: in the file of that digest */
};

void entry_put(struct buf *to, const struct entry *e);
/* Spans borrow bytes. RC_FORMAT */
MUST_CHECK enum rc entry_read(struct span bytes, struct entry *ret, struct diag *d);
