/*
 * A cursor over bytes that we do not own. Every read is bounds-checked; after
 * a failed read the cursor has not moved.
 */
#pragma once

#include "core/base/attrs.h"
#include "core/base/span.h"

struct reader {
    struct span in;
    size_t pos; /* invariant: pos <= in.len */
};

struct reader reader_over(struct span in);

/* Each returns false, and writes nothing, when too few bytes are left. */
MUST_CHECK bool reader_u8(struct reader *r, uint8_t *ret);
MUST_CHECK bool reader_be16(struct reader *r, uint16_t *ret);
MUST_CHECK bool reader_be32(struct reader *r, uint32_t *ret);
MUST_CHECK bool reader_be64(struct reader *r, uint64_t *ret);
MUST_CHECK bool reader_take(struct reader *r, size_t n, struct span *ret); /* borrows r->in */

size_t reader_left(const struct reader *r);
