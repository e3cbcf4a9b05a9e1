/*
 * Is this request the sender's? RFC 9421 signatures over exactly what an intake needs: method,
 * target URI, and of a request with a body its Content-Digest (RFC 9530), Content-Type and
 * Idempotency-Key; with created, nonce, keyid and tag="sitecert-intake". The algorithm is that of
 * the registered key. One function answers; nothing of a request that it does not find good may be
 * believed.
 *
 * A request may carry other signatures (a proxy's): that with our tag counts, and there must be
 * exactly one. ECDSA signatures are taken with either s (RFC 9421 section 3.3.4 names no rule and
 * common libraries write both): that one signature has two forms does no harm here, since a request
 * is known by its nonce, never by its signature's bytes.
 *
 * What is left to the caller: that the nonce was not seen before, for MESSAGE_WINDOW_S on both
 * sides of created; whether the sender may do this.
 *
 * Pure: time, keys and request are parameters. Threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/crypto/hash.h"
#include "core/crypto/pubkey.h"
#include "core/message/problem.h"

#define MESSAGE_TAG             "sitecert-intake"
#define MESSAGE_WINDOW_S        300 /* created may be this much before or behind the clock */
#define MESSAGE_NONCE_MIN       16  /* characters */
#define MESSAGE_NONCE_MAX       64
#define MESSAGE_KEYID_MAX       64
#define MESSAGE_IDEMPOTENCY_MAX 128 /* characters */
#define MESSAGE_KEYS_MAX        2 /* of a sender at once: while a key is changed, the old and the new */

/* A request as it came in; all borrowed. */
struct message_request {
    const char *method;     /* "POST" */
    struct span target_uri; /* base (core/message/target.h) and request target as sent */
    /* A header's value by its lower-case name, several joined by ", "; NULL: not there. */
    const char *(*header)(void *arg, const char *name);
    void *arg;
    const uint8_t *body_sha256; /* SHA256_LEN bytes; NULL: a request without a body, and only GET
                                   and HEAD may be such */
};

struct message_keys {
    size_t count;                              /* 0: no such sender */
    const struct pubkey *at[MESSAGE_KEYS_MAX]; /* ES256 or EdDSA */
    bool suspended;
};

/* Fills *ret (zeroed before) with the keys that hold now under a keyid. */
struct message_key_source {
    void (*find)(void *arg, struct span keyid, int64_t now, struct message_keys *ret);
    void *arg;
};

/* What was signed. Zeroed before use; freed with message_evidence_free(). */
struct message_evidence {
    char keyid[MESSAGE_KEYID_MAX + 1];
    char nonce[MESSAGE_NONCE_MAX + 1]; /* visible ASCII and spaces */
    int64_t created;
    struct buf base;                  /* the signature base: what the signature is of */
    uint8_t signature[SIGNATURE_LEN]; /* as it came, but with the lower s */
    const struct pubkey *key;         /* under which it holds; the source's */
    char detail[96];                  /* of a refusal: the component, parameter or header; or "" */
};
void message_evidence_free(struct message_evidence *e); /* leaves it zeroed; for ON_EXIT too */

/*
 * Judges a request.
 *
 * now           Unix seconds
 * ret           MESSAGE_GOOD, or what is wrong first, in the order of the list
 * ret_evidence  zeroed; all of it only with MESSAGE_GOOD. On a refusal detail, and keyid when it
 *               got so far: a claim, nothing more
 *
 * RC_OK      *ret says what we think of it
 * RC_NOMEM RC_CRYPTO  we could not tell; *ret stays as it was
 *
 * RFC 9421 sections 2.5, 3.2; RFC 9530 section 2; docs/intake.md
 */
MUST_CHECK enum rc message_verify(const struct message_request *request,
                                  const struct message_key_source *keys, int64_t now,
                                  enum message_verdict *ret, struct message_evidence *ret_evidence,
                                  struct diag *d);

/* "ed25519", "ecdsa-p256-sha256" (RFC 9421 section 6.2.2); NULL: no algorithm for messages. */
const char *message_alg_name(enum cose_alg alg);

/* Checks kept evidence again: the signature holds over base under key. */
MUST_CHECK enum rc message_evidence_check(const struct pubkey *key, struct span base,
                                          struct span signature, enum check *ret, struct diag *d);
