#include "core/sys/clock.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/dates.h"

enum rc clock_now(bool demo, int64_t *ret_s, struct diag *d)
{
    const char *const set = getenv(CLOCK_VARIABLE);
    if (set && !demo)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'%s' is set, and this is not a demonstration deployment", CLOCK_VARIABLE);
    if (set) {
        if (time_parse(span_text(set), ret_s))
            return RC_OK;
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%s' holds no RFC 3339 time: '%s'",
                        CLOCK_VARIABLE, set);
    }

    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the system's clock cannot be read");
    *ret_s = now.tv_sec;
    return RC_OK;
}

double clock_elapsed(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int64_t clock_elapsed_ms(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct timespec clock_in_ms(uint32_t ms)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}
