/* CSV read in pieces, as it comes from a file, for unit tests and fuzzing. */
#pragma once

#include <assert.h>

#include "core/text/csv.h"

static inline enum rc csv_piece(struct csv *c, struct span piece,
                                void (*put)(struct buf *to, const struct csv_row *row),
                                struct buf *to, struct diag *d)
{
    enum rc rc = RC_OK;
    while (piece.len > 0 && rc == RC_OK) {
        struct csv_row row;
        bool whole = false;
        size_t used = 0;
        rc = csv_push(c, piece, &used, &row, &whole, d);
        assert(rc != RC_OK || (used > 0 && used <= piece.len));
        if (rc == RC_OK && whole)
            put(to, &row);
        piece = span_of(piece.ptr + used, piece.len - used);
    }
    return rc;
}

/* step: bytes of a piece. put: what becomes of each row in *to. */
static inline enum rc csv_in_pieces(struct span in, size_t step,
                                    void (*put)(struct buf *to, const struct csv_row *row),
                                    struct buf *to, struct diag *d)
{
    ON_EXIT(csv_free_at) struct csv c = { 0 };
    enum rc rc = RC_OK;
    csv_begin(&c, 0, 1);
    for (size_t i = 0; i < in.len && rc == RC_OK; i += step)
        rc = csv_piece(&c, span_of(in.ptr + i, in.len - i < step ? in.len - i : step), put, to, d);
    struct csv_row row;
    bool whole = false;
    if (rc == RC_OK)
        rc = csv_finish(&c, &row, &whole, d);
    if (whole)
        put(to, &row);
    assert(rc == RC_OK ? c.offset == in.len : d->offset <= in.len);
    return rc;
}
