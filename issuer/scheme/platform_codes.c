#include "issuer/scheme/platform_codes.h"

#include <stddef.h>

/* A state has one row; an empty place is a state that the platform does not know. */
static const struct row {
    enum state state;
    const char *codes[PLATFORM_COUNT]; /* MOHURD, safety managers, worker real-name platform */
} rows[] = {
    { STATE_VALID, { "01", "01", "1" } },      { STATE_DUE, { "01", "01", "1" } },
    { STATE_SUSPENDED, { "02", "02", "3" } },  { STATE_REVOKED, { "03", "07", NULL } },
    { STATE_WITHDRAWN, { "04", "03", NULL } }, { STATE_CANCELLED, { "05", "04", "2" } },
    { STATE_LAPSED, { "06", "05", "4" } },
};

const char *platform_name(enum platform p)
{
    static const char *const names[PLATFORM_COUNT] = { "mohurd", "safety-manager", "worker" };
    return (unsigned)p < PLATFORM_COUNT ? names[p] : NULL;
}

const char *platform_state_code(enum platform p, enum state s)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].state == s && (unsigned)p < PLATFORM_COUNT)
            return rows[i].codes[p];
    return NULL;
}
