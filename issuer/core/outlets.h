/*
 * Answers on their way out of sockets that carry many questions: each is put where its question
 * came from when it is ready, and those of one moment go out together. Threads: any.
 */
#pragma once

#include "issuer/daemon/protocol.h"

#define OUTLET_MAX 1024u /* answers that one socket waits for */

struct outlets;
struct outlet; /* of one socket */

MUST_CHECK enum rc outlets_new(struct outlets **ret, struct diag *d);
void outlets_free(struct outlets *all); /* every one is closed; NULL is fine */
/* Sends what was put. arg: struct outlets, as desk_options has it. */
void outlets_flush(void *arg);

/* socket: borrowed. NULL: out of memory. */
struct outlet *outlet_open(struct outlets *all, int socket);
/* Waits until every answer that was begun is put, and sends the last of them. */
void outlet_close(struct outlet *o);
/* One more answer will be put; blocks while OUTLET_MAX are to come. */
void outlet_begin(struct outlet *o);
/* Nobody has it any more when the peer has gone. */
void outlet_put(struct outlet *o, const struct answer *a);
