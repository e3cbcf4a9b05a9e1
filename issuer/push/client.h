/*
 * Signed requests to an intake, tried again until they are answered: each attempt has a signature
 * and a nonce of its own. Network errors, 429 and 5xx are waited out, longer each time, or as long
 * as Retry-After says; certificates are always verified. Files (the key), sockets; blocks; one
 * thread at a time.
 */
#pragma once

#include "core/message/message.h"
#include "issuer/push/address.h"

#define CLIENT_ANSWER_MAX (64u << 20) /* bytes of an answer */

struct client;

struct client_options {
    const struct address *address;
    const char *id;       /* keyid */
    const char *key_path; /* private key, PEM: Ed25519 or P-256 */
    const char *ca_path;  /* CA certificates to believe instead of the system's; NULL: those */
    int64_t patience_s;   /* without any progress, before it gives up */
    int64_t fixed_now;    /* Unix seconds that stand for the clock; 0: the clock */
    bool chinese;         /* language of explanations */
    /* Told before it waits; may be NULL. */
    void (*waiting)(void *arg, const char *why, unsigned seconds);
    void *arg;
};

/* o, address and texts are borrowed. RC_REFUSED: the key is of another kind, or too open; RC_NOMEM
 */
MUST_CHECK enum rc client_open(const struct client_options *o, struct client **ret, struct diag *d);
void client_close(struct client *c); /* NULL is fine */
DEFINE_ON_EXIT(struct client, client_close)

struct client_request {
    const char *path; /* "/v1/batches?kind=test" */
    unsigned wait_s;  /* Prefer: wait=N; 0: none */
    /* POST: type not NULL */
    const char *type;
    struct span body;
    const uint8_t *body_sha256;
    const char *idempotency_key;
};

struct client_answer {
    long status;
    struct buf body;
    char location[256];     /* "" */
    uint32_t retry_after_s; /* 0: none */
};
void client_answer_free(struct client_answer *a); /* leaves it zeroed; for ON_EXIT too */

/*
 * RC_OK       an answer that another attempt would not change: 2xx, or a refusal
 * RC_IO       none within the patience; d has the last cause
 * RC_REFUSED  the server's certificate is not believed
 * RC_LIMIT    an answer over CLIENT_ANSWER_MAX
 */
MUST_CHECK enum rc client_send(struct client *c, const struct client_request *request,
                               struct client_answer *ret, struct diag *d);

/* What a refusal says, for d: its code, status and explanation (RFC 9457). RC_REFUSED. */
MUST_CHECK enum rc client_refusal(const struct client_answer *a, struct diag *d);
