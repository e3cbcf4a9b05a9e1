/* Borrowed bytes. Whoever hands out a span says how long it lives. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *ptr;
    size_t len;
};

/* A string literal or array of known size, without its NUL. */
#define SPAN_LITERAL(text) ((struct span){ (const uint8_t *)("" text), sizeof(text) - 1 })

static inline struct span span_of(const void *ptr, size_t len)
{
    return (struct span){ (const uint8_t *)ptr, len };
}

/* text may be NULL: an empty span. */
static inline struct span span_text(const char *text)
{
    return (struct span){ (const uint8_t *)text, text ? strlen(text) : 0 };
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/*
 * Where the bytes from `least` to `most`, both ASCII, that begin at `from` end: s.len, or the place
 * of another. Eight at a time, for what is long and nearly all of one kind, as digits in an
 * address:
 *
 *     for (size_t i = 0; (i = span_run(s, i, '0', '9')) < s.len; i++)
 *         judge(s.ptr[i]);
 */
static inline size_t span_run(struct span s, size_t from, uint8_t least, uint8_t most);
/* What span_run() does when the first of them is such a byte. */
size_t span_run_behind(struct span s, size_t from, uint8_t least, uint8_t most);

static inline size_t span_run(struct span s, size_t from, uint8_t least, uint8_t most)
{
    const bool none = from == s.len || s.ptr[from] < least || s.ptr[from] > most;
    return none ? from : span_run_behind(s, from, least, most);
}
