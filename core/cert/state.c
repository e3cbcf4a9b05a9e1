#include "core/cert/state.h"

static const struct state_row {
    enum state state;
    const char *word, *chinese, *code;
} rows[] = {
#define X(name, number, word, chinese, code) { name, word, chinese, code },
    STATE_LIST(X)
#undef X
};
#define ROW_COUNT (sizeof rows / sizeof *rows)

/* A number that names no state reads as unknown: the first row. */
static const struct state_row *row_of(enum state s)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].state == s)
            return &rows[i];
    }
    return &rows[0];
}

const char *state_word(enum state s)
{
    return row_of(s)->word;
}

const char *state_chinese(enum state s)
{
    return row_of(s)->chinese;
}

const char *state_code(enum state s)
{
    return row_of(s)->code;
}

enum state state_from_word(struct span s)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (span_equal(s, span_text(rows[i].word)))
            return rows[i].state;
    }
    return STATE_UNKNOWN;
}
