/*
 * The state of a certificate (design: MOHURD codes 01 to 06) and how other
 * platforms number it. A zeroed state is unknown, never good news.
 */
#pragma once

#include "core/base/span.h"

/* name, number (stored and published: never renumber), word, 中文, MOHURD code, order action that
 * sets it */
#define STATE_LIST(X)                                                                              \
    X(STATE_UNKNOWN, 0, "unknown", "无法判断", NULL)                                               \
    X(STATE_SUSPENDED, 2, "suspended", "暂扣", "02")                                               \
    X(STATE_REVOKED, 3, "revoked", "吊销", "03")                                                   \
    X(STATE_WITHDRAWN, 4, "withdrawn", "撤销", "04")                                               \
    X(STATE_CANCELLED, 5, "cancelled", "注销", "05")                                               \
    X(STATE_LAPSED, 6, "lapsed", "失效", "06")                                                     \
    X(STATE_DUE, 80, "due", "即将到期", "01")                                                      \
    X(STATE_VALID, 90, "valid", "有效", "01")

enum state {
#define X(name, number, word, chinese, code) name = (number),
    STATE_LIST(X)
#undef X
};

const char *state_word(enum state s);      /* "valid"; static */
const char *state_chinese(enum state s);   /* "有效"; static */
const char *state_code(enum state s);      /* MOHURD code "01"; NULL for unknown */
enum state state_from_word(struct span s); /* STATE_UNKNOWN: no such word */
