#include "core/employers/rations.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct day {
    uint8_t key[SHA256_LEN]; /* all zero: the place is free */
    int64_t until;
    uint32_t rows, people;
};

struct rations {
    pthread_mutex_t lock; /* of what follows */
    struct day days[EMPLOYERS_MAX];
};

struct rations *rations_new(void)
{
    struct rations *const r = calloc(1, sizeof *r);
    if (r)
        (void)pthread_mutex_init(&r->lock, NULL);
    return r;
}

void rations_free(struct rations *r)
{
    if (!r)
        return;
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

/* Its own place, else one whose day is over. NULL: all days run, those of keys of the past too. */
static struct day *day_of(struct rations *r, const uint8_t key[SHA256_LEN], int64_t now_s)
{
    struct day *spare = NULL;
    for (size_t i = 0; i < EMPLOYERS_MAX; i++) {
        struct day *const day = &r->days[i];
        const bool over = now_s >= day->until;
        if (!over && memcmp(day->key, key, SHA256_LEN) == 0)
            return day;
        if (over && !spare)
            spare = day;
    }
    if (spare) {
        memcpy(spare->key, key, SHA256_LEN);
        spare->until = now_s + RATION_S;
        spare->rows = spare->people = 0;
    }
    return spare;
}

static bool fits(uint32_t used, uint32_t more, uint32_t bound)
{
    return more <= bound && used <= bound - more;
}

static uint32_t take(struct rations *r, const struct employer *e, uint32_t rows, uint32_t people,
                     int64_t now_s)
{
    struct day *const day = day_of(r, e->key, now_s);
    if (!day)
        return RATION_S;
    if (!fits(day->rows, rows, e->rows_per_day) || !fits(day->people, people, e->people_per_day))
        return (uint32_t)(day->until - now_s);
    day->rows += rows;
    day->people += people;
    return 0;
}

uint32_t rations_take(struct rations *r, const struct employer *e, uint32_t rows, uint32_t people,
                      int64_t now_s)
{
    assert(r && e && now_s > 0);

    (void)pthread_mutex_lock(&r->lock);
    const uint32_t wait_s = take(r, e, rows, people, now_s);
    (void)pthread_mutex_unlock(&r->lock);
    return wait_s;
}
