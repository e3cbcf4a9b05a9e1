/* A client of the intake for what measures it: signs its requests with P-256 and sends them over a
 * connection that it keeps. Whatever goes wrong ends the program with a word about it. */
#pragma once

#include <openssl/evp.h>

#include "core/base/buf.h"

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
double clock_s(void); /* a clock that goes forward */

/* where: 127.0.0.1:PORT; base: what is signed before the target; now_s: Unix seconds. */
void client_aim(const char *where, const char *base, int64_t now_s);
EVP_PKEY *client_key(const char *path); /* a PEM file */

struct client {
    int socket; /* -1: none yet */
    const char *who;
    EVP_PKEY *key;
    struct buf answer; /* headers and body */
    unsigned status;
    size_t body; /* where it begins */
};
void client_connect(struct client *c);
/* Appends a signed request; with a body, of text/csv under this key; wait_s 0: no Prefer. */
void client_put_request(const struct client *c, struct buf *to, const char *method,
                        const char *target, const char *key, const struct span *body,
                        unsigned wait_s);
/* Sends it and waits for the answer. */
void client_ask(struct client *c, const char *method, const char *target, const char *key,
                const struct span *body, unsigned wait_s);
/* The value of a header of the answer, up to its line's end; NULL: not there. */
const char *client_header(struct client *c, const char *name);
