#include "core/lookup/tally.h"

#include <stdlib.h>

#include "core/crypto/sealed.h"

#define ROWS  2u
#define SLOTS 65536u

struct slot {
    uint32_t count;
    int64_t until; /* of the window; of the closing, once count is the bound */
};

struct tally {
    uint32_t bound;
    uint8_t secret[32];
    struct slot slots[ROWS][SLOTS];
};

struct tally *tally_new(uint32_t bound)
{
    struct tally *const t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->bound = bound;
    random_bytes(t->secret, sizeof t->secret);
    return t;
}

void tally_free(struct tally *t)
{
    free(t);
}

static void places_of(const struct tally *t, struct span name, size_t ret[ROWS])
{
    uint8_t hash[SHA256_LEN];
    hmac_sha256(t->secret, name, (struct span){ 0 }, hash);
    for (size_t i = 0; i < ROWS; i++)
        ret[i] = (size_t)(hash[2 * i] << 8 | hash[2 * i + 1]);
}

uint32_t tally_closed(const struct tally *t, struct span name, int64_t now_s)
{
    size_t at[ROWS];
    int64_t least = INT64_MAX;
    places_of(t, name, at);
    for (size_t i = 0; i < ROWS; i++) {
        const struct slot *const s = &t->slots[i][at[i]];
        const int64_t left = s->count >= t->bound ? s->until - now_s : 0;
        least = left < least ? left : least;
    }
    return least > 0 ? (uint32_t)least : 0;
}

void tally_add(struct tally *t, struct span name, int64_t now_s)
{
    size_t at[ROWS];
    places_of(t, name, at);
    for (size_t i = 0; i < ROWS; i++) {
        struct slot *const s = &t->slots[i][at[i]];
        if (now_s >= s->until)
            *s = (struct slot){ .until = now_s + TALLY_WINDOW_S };
        if (s->count < t->bound && ++s->count == t->bound)
            s->until = now_s + TALLY_WINDOW_S;
    }
}
