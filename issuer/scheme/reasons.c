#include "issuer/scheme/reasons.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct sentence {
    const char *code, *chinese, *english;
} sentences[REASON_END] = {
#define X(name, code, chinese, english) [name] = { code, chinese, english },
    REASON_LIST(X)
#undef X
};

static const struct sentence *find(enum reason_code code)
{
    static const struct sentence none = { "", "", "" };
    return code > REASON_NONE && code < REASON_END ? &sentences[code] : &none;
}

const char *reason_code_text(enum reason_code code)
{
    return find(code)->code;
}

enum reason_code reason_code_from_text(struct span text)
{
    for (int code = REASON_NONE + 1; code < REASON_END; code++)
        if (span_equal(text, span_text(sentences[code].code)))
            return (enum reason_code)code;
    return REASON_NONE;
}

const char *reason_sentence(enum reason_code code, bool chinese)
{
    return chinese ? find(code)->chinese : find(code)->english;
}

static bool same_field(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* NULL: it is there already, or there is no room. */
static struct reason *add(struct reasons *r, enum reason_code code, const char *field)
{
    assert(r && code > REASON_NONE && code < REASON_END);

    for (size_t i = 0; i < r->count; i++)
        if (r->items[i].code == code && same_field(r->items[i].field, field))
            return NULL;
    if (r->count == REASONS_MAX)
        return NULL;

    struct reason *const new = &r->items[r->count++];
    *new = (struct reason){ .code = code, .field = field };
    return new;
}

void reasons_add(struct reasons *r, enum reason_code code, const char *field)
{
    (void)add(r, code, field);
}

void reasons_add_detail(struct reasons *r, enum reason_code code, const char *field,
                        const char *fmt, ...)
{
    struct reason *const new = add(r, code, field);
    if (!new)
        return;

    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(new->detail, sizeof new->detail, fmt, args);
    va_end(args);
}

bool reasons_has(const struct reasons *r, enum reason_code code)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->items[i].code == code)
            return true;
    return false;
}
