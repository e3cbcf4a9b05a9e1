/* Numbers that look random and are the same in every run, so that a failing case fails again. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state; /* not 0 */
};

/* xorshift64*, G. Marsaglia and S. Vigna. */
static inline uint64_t dice_roll(struct dice *d)
{
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return d->state * UINT64_C(0x2545F4914F6CDD1D);
}

/* min to max, both included. */
static inline uint64_t dice_between(struct dice *d, uint64_t min, uint64_t max)
{
    const uint64_t width = max - min + 1;
    return width == 0 ? dice_roll(d) : min + dice_roll(d) % width;
}

static inline void dice_fill(struct dice *d, uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = (uint8_t)(dice_roll(d) >> 56);
}
