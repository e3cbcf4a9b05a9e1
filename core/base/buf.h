/*
 * Owned bytes that grow: what every encoder writes into.
 *
 * A zeroed buf is an empty one. Failure is sticky: after one failed growth
 * nothing more is written and buf_ok() is false, so an encoder may write many
 * pieces and ask once at the end. Not for secrets: growing leaves copies behind.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/attrs.h"
#include "core/base/rc.h"
#include "core/base/span.h"

struct buf {
    uint8_t *ptr;
    size_t len, cap;
    bool failed;
};

static inline void buf_put(struct buf *b, const void *bytes, size_t len);
static inline void buf_put_span(struct buf *b, struct span s);
static inline void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_be32(struct buf *b, uint32_t v);
void buf_put_be64(struct buf *b, uint64_t v);
static inline void buf_put_text(struct buf *b, const char *text); /* without its NUL */
void buf_put_int(struct buf *b, int64_t v);                       /* in decimal */
/* One behind the other: what a template's pieces are put together with. */
void buf_put_spans(struct buf *b, const struct span *spans, size_t count);
PRINTF_LIKE(2, 3) void buf_printf(struct buf *b, const char *fmt, ...);

/* Room for len more bytes; returns where to write them, or NULL (and failed). The caller adds to
 * b->len what it wrote. */
static inline uint8_t *buf_reserve(struct buf *b, size_t len);

bool buf_ok(const struct buf *b);
struct span buf_span(const struct buf *b); /* borrows b, until the next write */
void buf_clear(struct buf *b);             /* keeps the memory; clears failed */
void buf_free(struct buf *b);              /* leaves an empty buf; NULL is fine */
/* The same, zeroed first: for what must not stay in memory. Reserve the room at once, for growing
 * leaves copies behind. */
void buf_wipe(struct buf *b);

/* The text with a NUL behind it (not counted in len); "" when it failed or is empty. */
const char *buf_cstr(struct buf *b);

/* RC_OK, or RC_NOMEM when a write failed. */
MUST_CHECK enum rc buf_rc(const struct buf *b, struct diag *d);

/* What buf_reserve() does when there is no room. */
uint8_t *buf_grow(struct buf *b, size_t len);

/* Here, and not in buf.c: encoders write a few bytes at a time, by the million. */
static inline uint8_t *buf_reserve(struct buf *b, size_t len)
{
    /* One byte is always kept, so that buf_cstr() of a buffer that is full still has room. */
    if (__builtin_expect(!b->failed && len < b->cap - b->len, 1))
        return b->ptr + b->len;
    return buf_grow(b, len);
}

static inline void buf_put(struct buf *b, const void *bytes, size_t len)
{
    uint8_t *const to = buf_reserve(b, len);
    if (!to || len == 0)
        return;

    memcpy(to, bytes, len);
    b->len += len;
}

static inline void buf_put_span(struct buf *b, struct span s)
{
    buf_put(b, s.ptr, s.len);
}

static inline void buf_put_u8(struct buf *b, uint8_t v)
{
    buf_put(b, &v, 1);
}

/* The length of a literal is the compiler's to know. */
static inline void buf_put_text(struct buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

static inline void buf_free_at(struct buf *b)
{
    buf_free(b);
}

static inline void buf_wipe_at(struct buf *b)
{
    buf_wipe(b);
}
