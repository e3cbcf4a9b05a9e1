#include "core/base/span.h"

#include <assert.h>

#define EACH(byte) ((uint64_t)(byte)*UINT64_C(0x0101010101010101))

/* None of eight bytes is outside. A sum carries into the next byte only from a byte beyond ASCII,
 * which then is one that has not reached its bound. */
static bool all_within(const uint8_t *at, uint8_t least, uint8_t most)
{
    uint64_t w;
    memcpy(&w, at, sizeof w);
    const uint64_t over = w + EACH(0x7f - most), reached = w + EACH(0x80 - least);
    return ((over | ~reached) & EACH(0x80)) == 0;
}

size_t span_run_behind(struct span s, size_t from, uint8_t least, uint8_t most)
{
    assert(from < s.len && least <= most && most <= 0x7f);

    size_t i = from;
    while (s.len - i >= sizeof(uint64_t) && all_within(s.ptr + i, least, most))
        i += sizeof(uint64_t);
    while (i < s.len && s.ptr[i] >= least && s.ptr[i] <= most)
        i++;
    return i;
}
