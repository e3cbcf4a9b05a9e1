#include "core/cert/verdict.h"

#include <assert.h>

static const struct {
    const char *code, *chinese, *english;
} texts[] = { [PROBLEM_NONE] = { "", "", "" },
#define X(name, code, chinese, english) [name] = { code, chinese, english },
              PROBLEM_LIST(X)
#undef X
};

const char *problem_code(enum problem p)
{
    assert((size_t)p < sizeof texts / sizeof texts[0]);
    return texts[p].code;
}

const char *problem_text(enum problem p, bool chinese)
{
    assert((size_t)p < sizeof texts / sizeof texts[0]);
    return chinese ? texts[p].chinese : texts[p].english;
}

void verdict_add(struct verdict *v, enum problem p)
{
    assert(v && p != PROBLEM_NONE);

    if (v->problem_count < PROBLEMS_MAX && !verdict_has(v, p))
        v->problems[v->problem_count++] = p;
}

bool verdict_has(const struct verdict *v, enum problem p)
{
    for (size_t i = 0; i < v->problem_count; i++)
        if (v->problems[i] == p)
            return true;
    return false;
}

static int exit_of_state(enum state state, enum tristate in_force)
{
    switch (state) {
    case STATE_UNKNOWN:
        return VERDICT_EXIT_UNDECIDED;
    case STATE_REVOKED:
    case STATE_WITHDRAWN:
    case STATE_CANCELLED:
        return VERDICT_EXIT_REVOKED;
    case STATE_SUSPENDED:
        return VERDICT_EXIT_SUSPENDED;
    case STATE_LAPSED:
        return VERDICT_EXIT_LAPSED;
    case STATE_DUE:
    case STATE_VALID:
        return in_force == TRI_TRUE ? VERDICT_EXIT_IN_FORCE : VERDICT_EXIT_UNDECIDED;
    }
    return VERDICT_EXIT_INTERNAL;
}

int verdict_exit(const struct verdict *v)
{
    assert(v);

    switch (v->authentic) {
    case AUTH_UNDECIDED:
        return VERDICT_EXIT_INTERNAL;
    case AUTH_UNREADABLE:
        return VERDICT_EXIT_UNREADABLE;
    case AUTH_UNKNOWN_KEY:
        return VERDICT_EXIT_UNKNOWN_ISSUER;
    case AUTH_FALSE:
    case AUTH_NO_MATCH:
        return VERDICT_EXIT_NOT_AUTHENTIC;
    case AUTH_UNPROVEN:
        return VERDICT_EXIT_UNDECIDED;
    case AUTH_TRUE:
        return exit_of_state(v->state, v->in_force);
    }
    return VERDICT_EXIT_INTERNAL;
}

int exit_worse(int a, int b)
{
    static const int worst_first[] = { VERDICT_EXIT_INTERNAL,      VERDICT_EXIT_UNREADABLE,
                                       VERDICT_EXIT_NOT_AUTHENTIC, VERDICT_EXIT_UNKNOWN_ISSUER,
                                       VERDICT_EXIT_REVOKED,       VERDICT_EXIT_SUSPENDED,
                                       VERDICT_EXIT_LAPSED,        VERDICT_EXIT_UNDECIDED,
                                       VERDICT_EXIT_IN_FORCE };
    for (size_t i = 0; i < sizeof worst_first / sizeof worst_first[0]; i++)
        if (worst_first[i] == a || worst_first[i] == b)
            return worst_first[i];
    return VERDICT_EXIT_INTERNAL;
}
