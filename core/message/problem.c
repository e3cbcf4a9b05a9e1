#include "core/message/problem.h"

#include <assert.h>
#include <stddef.h>

static const struct row {
    const char *code;
    unsigned status;
    const char *chinese, *english;
} rows[] = {
#define X(name, code, status, chinese, english) [name] = { code, status, chinese, english },
    MESSAGE_PROBLEM_LIST(X)
#undef X
};

static const struct row *row_of(enum message_verdict v)
{
    assert((size_t)v < sizeof rows / sizeof rows[0] && rows[v].code);
    return &rows[v];
}

const char *message_code(enum message_verdict v)
{
    return row_of(v)->code;
}

unsigned message_status(enum message_verdict v)
{
    return row_of(v)->status;
}

const char *message_text(enum message_verdict v, bool chinese)
{
    return chinese ? row_of(v)->chinese : row_of(v)->english;
}
