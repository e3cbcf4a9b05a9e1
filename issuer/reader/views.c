#include "issuer/reader/views.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/sys/clock.h"

struct places {
    unsigned count;                    /* free ones */
    struct reg *free[LANE_PLACES_MAX]; /* NULL: not opened yet */
};

struct views {
    struct reg *opened;
    pthread_mutex_t lock;
    pthread_cond_t given;
    struct places lanes[LANE_COUNT];
};

static bool set_up_locks(struct views *v)
{
    pthread_condattr_t monotonic;
    if (pthread_mutex_init(&v->lock, NULL) != 0)
        return false;
    if (pthread_condattr_init(&monotonic) == 0) {
        (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        const bool done = pthread_cond_init(&v->given, &monotonic) == 0;
        (void)pthread_condattr_destroy(&monotonic);
        if (done)
            return true;
    }
    (void)pthread_mutex_destroy(&v->lock);
    return false;
}

enum rc views_open(struct reg *opened, const unsigned counts[LANE_COUNT], struct views **ret,
                   struct diag *d)
{
    assert(opened && ret);

    struct views *const v = calloc(1, sizeof *v);
    if (!v || !set_up_locks(v)) {
        free(v);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "views");
    }
    v->opened = opened;
    for (size_t i = 0; i < LANE_COUNT; i++) {
        assert(counts[i] > 0 && counts[i] <= LANE_PLACES_MAX);
        v->lanes[i].count = counts[i];
    }
    *ret = v;
    return RC_OK;
}

void views_close(struct views *v)
{
    if (!v)
        return;
    for (size_t i = 0; i < LANE_COUNT; i++)
        for (size_t k = 0; k < v->lanes[i].count; k++)
            register_close(v->lanes[i].free[k]);
    (void)pthread_cond_destroy(&v->given);
    (void)pthread_mutex_destroy(&v->lock);
    free(v);
}

/* False: no place became free. */
static bool take_place(struct views *v, enum lane lane, uint32_t wait_ms, struct reg **ret)
{
    struct places *const p = &v->lanes[lane];
    const struct timespec until = clock_in_ms(wait_ms);
    int error = 0;
    (void)pthread_mutex_lock(&v->lock);
    while (p->count == 0 && error == 0)
        error = pthread_cond_timedwait(&v->given, &v->lock, &until);
    const bool found = p->count > 0;
    if (found)
        *ret = p->free[--p->count];
    (void)pthread_mutex_unlock(&v->lock);
    return found;
}

enum rc views_take(struct views *v, enum lane lane, uint32_t wait_ms, struct reg **ret,
                   struct diag *d)
{
    struct reg *reg = NULL;
    if (!take_place(v, lane, wait_ms, &reg))
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "busy");
    const enum rc rc = reg ? register_renew(reg, d) : register_view(v->opened, &reg, d);
    if (rc != RC_OK) {
        views_give(v, lane, reg, false);
        return rc;
    }
    *ret = reg;
    return RC_OK;
}

void views_give(struct views *v, enum lane lane, struct reg *reg, bool works)
{
    if (works) {
        register_rest(reg);
    } else {
        register_close(reg);
        reg = NULL;
    }
    (void)pthread_mutex_lock(&v->lock);
    struct places *const p = &v->lanes[lane];
    p->free[p->count++] = reg;
    (void)pthread_cond_broadcast(&v->given);
    (void)pthread_mutex_unlock(&v->lock);
}
