/* What message.c is made of: components of a signature base, the signature's input, the digest.
 * Used in this folder alone. */
#pragma once

#include "core/message/fields.h"
#include "core/message/message.h"

/* --- components (RFC 9421 section 2) --- */

enum component_need {
    COMPONENT_MAY = 0,
    COMPONENT_ALWAYS,    /* every signature covers it */
    COMPONENT_WITH_BODY, /* that of a request with a body does */
};

struct component {
    const char *name; /* NULL ends the table */
    enum component_need need;
    /* Appends a derived component's value (section 2.2); NULL: a header's. */
    void (*derive)(struct buf *to, const struct message_request *request);
};
extern const struct component message_components[];
const struct component *component_find(struct span name); /* NULL: none of ours */

/* Appends `"name": value` and a newline. False, nothing written: the header is not there. */
MUST_CHECK bool component_put(struct buf *to, const struct component *c,
                              const struct message_request *request);

/* Appends the last line of a base: `"@signature-params": …`. */
void signature_params_line_put(struct buf *to, struct span params);

/* --- the input of the one signature with our tag --- */

struct signature_input {
    size_t count;
    const struct component *covered[FIELD_INNER_MAX];
    struct buf params;                            /* serialized anew: RFC 9421 section 2.3; owned */
    struct buf nonce, keyid, alg, tag, signature; /* owned */
    bool has_created, has_expires, has_nonce, has_keyid, has_alg, has_tag;
    int64_t created, expires;
    char detail[96]; /* of what is wrong */
};
void signature_input_free(struct signature_input *input);

/*
 * Reads both headers and checks their form. *ret_v MESSAGE_GOOD: so far.
 * ret  zeroed; freed by the caller also after errors
 */
MUST_CHECK enum rc signature_input_read(struct span signature_input, struct span signature,
                                        struct signature_input *ret, enum message_verdict *ret_v,
                                        struct diag *d);

/* --- Content-Digest (RFC 9530 section 2): sha-256 is compared, others are passed over --- */

/* *ret_v: MESSAGE_GOOD, …_DIGEST_MISSING, …_MALFORMED, or MESSAGE_DIGEST_MISMATCH. */
MUST_CHECK enum rc content_digest_check(struct span value, const uint8_t body_sha256[SHA256_LEN],
                                        enum message_verdict *ret_v, struct diag *d);
void content_digest_put(struct buf *to, const uint8_t sha256_of_body[SHA256_LEN]);
