/* A cursor over a structured field, and one bare item. Used by fields.c and fields_item.c alone. */
#pragma once

#include "core/message/fields.h"

struct field_cursor {
    struct span in;
    size_t at;
};

static inline bool cursor_ended(const struct field_cursor *c)
{
    return c->at == c->in.len;
}

/* The next character, or 0 at the end; a NUL in the text is no character of any field. */
static inline uint8_t cursor_peek(const struct field_cursor *c)
{
    return cursor_ended(c) ? 0 : c->in.ptr[c->at];
}

static inline bool cursor_take(struct field_cursor *c, uint8_t character)
{
    if (cursor_ended(c) || c->in.ptr[c->at] != character)
        return false;
    c->at++;
    return true;
}

static inline struct span cursor_since(const struct field_cursor *c, size_t start)
{
    return span_of(c->in.ptr + start, c->at - start);
}

/* Errors as field_dictionary_read(). */
MUST_CHECK enum rc cursor_bare_item(struct field_cursor *c, struct field_item *ret, struct diag *d);
MUST_CHECK enum rc cursor_key(struct field_cursor *c, struct span *ret, struct diag *d);
