/* A request's body on its way in: to memory, from HTTP_BODY_SMALL on to an unlinked file, or to
 * nowhere; hashed as it comes. */
#pragma once

#include "core/base/buf.h"
#include "core/http/server.h"

struct body {
    enum http_body kind; /* HTTP_BODY_NONE: what comes is dropped */
    uint64_t len, max;   /* bytes */
    bool too_large;      /* more than max came: it is dropped from there on */
    enum rc failure;     /* of the spool file: likewise */
    const char *spool;   /* borrowed */
    struct sha256_stream *hash;
    struct buf bytes;
    int fd;             /* -1: no file, or not yet */
    uint8_t sha256[32]; /* after body_end(), when there is a hash */
};
#define BODY_NOTHING ((struct body){ .fd = -1 })

/* spool: folder for HTTP_BODY_FILE; borrowed. On failure *b stays as it was. */
MUST_CHECK enum rc body_begin(struct body *b, enum http_body kind, uint64_t max, const char *spool,
                              struct diag *d);
/* False: so much was dropped that the client is not worth listening to. */
MUST_CHECK bool body_add(struct body *b, struct span bytes);
/* All is here: the file goes back to its beginning. */
MUST_CHECK enum rc body_end(struct body *b);
/* Appends all of it, from wherever it is. */
MUST_CHECK enum rc body_read(const struct body *b, struct buf *to, struct diag *d);
void body_free(struct body *b);
