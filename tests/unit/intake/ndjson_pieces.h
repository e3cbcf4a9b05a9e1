/* NDJSON read in pieces, as it comes from a file, for unit tests and fuzzing. */
#pragma once

#include <assert.h>

#include "issuer/intake/ndjson.h"

static inline enum rc ndjson_piece(struct ndjson *n, struct span piece,
                                   void (*put)(struct buf *to, const struct ndjson *n,
                                               struct span line),
                                   struct buf *to, struct diag *d)
{
    enum rc rc = RC_OK;
    while (piece.len > 0 && rc == RC_OK) {
        struct span line;
        bool whole = false;
        size_t used = 0;
        rc = ndjson_push(n, piece, &used, &line, &whole, d);
        assert(rc != RC_OK || (used > 0 && used <= piece.len));
        if (rc == RC_OK && whole)
            put(to, n, line);
        piece = span_of(piece.ptr + used, piece.len - used);
    }
    return rc;
}

/* step: bytes of a piece. put: what becomes of each line in *to. */
static inline enum rc ndjson_in_pieces(struct span in, size_t step,
                                       void (*put)(struct buf *to, const struct ndjson *n,
                                                   struct span line),
                                       struct buf *to, struct diag *d)
{
    ON_EXIT(ndjson_free_at) struct ndjson n = { 0 };
    enum rc rc = RC_OK;
    ndjson_begin(&n, 0, 1);
    for (size_t i = 0; i < in.len && rc == RC_OK; i += step)
        rc = ndjson_piece(&n, span_of(in.ptr + i, in.len - i < step ? in.len - i : step), put, to,
                          d);
    struct span line;
    bool whole = false;
    if (rc == RC_OK)
        rc = ndjson_finish(&n, &line, &whole, d);
    if (whole)
        put(to, &n, line);
    return rc;
}
