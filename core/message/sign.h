/*
 * The other side of message.h: what a client signs and sends. It holds no key: take the base, sign
 * it, hand the signature in. Pure.
 */
#pragma once

#include "core/message/message.h"

struct message_draft {
    const char *method;
    struct span target_uri;
    /* of a request with a body; all NULL or empty without */
    const uint8_t *body_sha256; /* SHA256_LEN bytes */
    const char *content_type;
    const char *idempotency_key;
    /* parameters */
    const char *keyid, *nonce;
    enum cose_alg alg;
    int64_t created;
};

/*
 * Appends the value of Content-Digest (only with a body), the value of Signature-Input and the
 * signature base to three buffers.
 *
 * RC_FORMAT  keyid or nonce holds what no string may
 */
MUST_CHECK enum rc message_draft_put(const struct message_draft *m, struct buf *content_digest,
                                     struct buf *signature_input, struct buf *base, struct diag *d);
/* Appends the value of Signature. */
void message_signature_put(struct buf *to, struct span signature);
