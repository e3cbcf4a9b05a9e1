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
MUST_CHECK static inline bool reader_u8(struct reader *r, uint8_t *ret);
MUST_CHECK bool reader_be16(struct reader *r, uint16_t *ret);
MUST_CHECK bool reader_be32(struct reader *r, uint32_t *ret);
MUST_CHECK bool reader_be64(struct reader *r, uint64_t *ret);
/* Borrows r->in. */
MUST_CHECK static inline bool reader_take(struct reader *r, size_t n, struct span *ret);

static inline size_t reader_left(const struct reader *r);

/* Here, and not in reader.c: tokens are read a byte or two at a time. */
static inline size_t reader_left(const struct reader *r)
{
    return r->in.len - r->pos;
}

static inline bool reader_take(struct reader *r, size_t n, struct span *ret)
{
    if (n > reader_left(r))
        return false;

    /* An empty span may have no bytes at all, and NULL + 0 is undefined in C. */
    *ret = span_of(n > 0 ? r->in.ptr + r->pos : r->in.ptr, n);
    r->pos += n;
    return true;
}

static inline bool reader_u8(struct reader *r, uint8_t *ret)
{
    if (reader_left(r) == 0)
        return false;

    *ret = r->in.ptr[r->pos++];
    return true;
}
