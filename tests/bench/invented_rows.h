/*
 * Rows as a register of many years has them, from a fixed generator: two runs
 * make the same. 1 % are not valid, nearly half were never renewed.
 */
#pragma once

#include "core/cert/columns.h"

#define INVENTED_DAYS     730u /* over which renewal deadlines are spread */
#define INVENTED_VERSIONS 8u

static inline uint64_t invented_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline unsigned invented_below(uint64_t *state, unsigned n)
{
    return (unsigned)(invented_next(state) >> 32) % n;
}

/* 1 % not valid: 8 in 1,000 revoked, withdrawn, cancelled or amended, 2 suspended. */
static inline uint8_t invented_status(uint64_t *state)
{
    const unsigned x = invented_below(state, 1000);
    return x < 8 ? STATUS_INVALID : x < 10 ? STATUS_SUSPENDED : STATUS_VALID;
}

/* Nearly half never renewed, each further renewal rarer. */
static inline uint16_t invented_version(uint64_t *state)
{
    static const unsigned upto[INVENTED_VERSIONS] = { 45, 70, 84, 92, 96, 98, 99, 100 };
    const unsigned x = invented_below(state, 100);
    unsigned v = 0;
    while (x >= upto[v])
        v++;
    return (uint16_t)(v + 1);
}
