#include "core/base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CAP_FIRST 64

static bool grow(struct buf *b, size_t len)
{
    size_t cap = b->cap > CAP_FIRST ? b->cap : CAP_FIRST;
    while (cap - b->len < len)
        cap = cap > SIZE_MAX / 4 ? b->len + len : cap * 2;

    uint8_t *const ptr = realloc(b->ptr, cap);
    if (!ptr)
        return false;

    b->ptr = ptr;
    b->cap = cap;
    return true;
}

uint8_t *buf_grow(struct buf *b, size_t len)
{
    assert(b && b->len <= b->cap);

    if (!b->failed &&
        (len >= SIZE_MAX - b->len - 1 || (b->cap - b->len < len + 1 && !grow(b, len + 1))))
        b->failed = true;
    return b->failed ? NULL : b->ptr + b->len;
}

void buf_put_be32(struct buf *b, uint32_t v)
{
    const uint8_t be[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
    buf_put(b, be, sizeof be);
}

void buf_put_be64(struct buf *b, uint64_t v)
{
    uint8_t be[8];
    for (size_t i = 0; i < sizeof be; i++)
        be[i] = (uint8_t)(v >> (56 - 8 * i));
    buf_put(b, be, sizeof be);
}

void buf_put_int(struct buf *b, int64_t v)
{
    char digits[sizeof "-9223372036854775808"];
    size_t at = sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (v < 0)
        digits[--at] = '-';
    buf_put(b, digits + at, sizeof digits - at);
}

void buf_put_spans(struct buf *b, const struct span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_put_span(b, spans[i]);
}

/* Where there is room for it the text is made once; vsnprintf() writes a NUL behind it: the byte
 * that buf_reserve() keeps. */
void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    const size_t room = b->failed ? 0 : b->cap - b->len;
    va_start(args, fmt);
    const int n = vsnprintf(room > 0 ? (char *)b->ptr + b->len : NULL, room, fmt, args);
    va_end(args);
    if (n < 0) {
        b->failed = true;
        return;
    }
    if ((size_t)n >= room) {
        uint8_t *const to = buf_reserve(b, (size_t)n);
        if (!to)
            return;
        va_start(args, fmt);
        (void)vsnprintf((char *)to, (size_t)n + 1, fmt, args);
        va_end(args);
    }
    b->len += (size_t)n;
}

bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

struct span buf_span(const struct buf *b)
{
    return span_of(b->ptr, b->len);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

void buf_wipe(struct buf *b)
{
    if (b->ptr)
        explicit_bzero(b->ptr, b->cap);
    buf_free(b);
}

void buf_free(struct buf *b)
{
    if (!b)
        return;
    free(b->ptr);
    *b = (struct buf){ 0 };
}

const char *buf_cstr(struct buf *b)
{
    uint8_t *const end = buf_reserve(b, 0);
    if (!end)
        return "";

    *end = '\0';
    return (const char *)b->ptr;
}

enum rc buf_rc(const struct buf *b, struct diag *d)
{
    return b->failed ? diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "after %zu bytes", b->len) : RC_OK;
}
