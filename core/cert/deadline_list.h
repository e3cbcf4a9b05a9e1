/*
 * The deadline list (docs/formats.md, "Deadline list"): a small signed statement
 * {2: uri, 4: exp, 6: iat, -65537: {1: sequence, 2: rows, 3: root of the block
 * hashes}}, and beside it, unsigned but checked against the root, the block
 * hashes and the coded blocks.
 */
#pragma once

#include "core/cert/status_list.h"
#include "core/cose/cose.h"

struct deadline_statement {
    struct span uri;
    int64_t iat, exp;
    uint64_t sequence;
    uint32_t rows;
    uint8_t root[SHA256_LEN];
};
/* uri, exp, iat within the limits of status_list.h; rows at most COLUMN_ROWS_MAX. */
void deadline_statement_put(struct buf *b, const struct deadline_statement *s);
/*
 * Reads the payload of a message whose signature has been checked; uri borrows it.
 * RC_FORMAT  not exactly that map; offset says where
 */
MUST_CHECK enum rc deadline_statement_read(struct span payload, struct deadline_statement *ret,
                                           struct diag *d);
