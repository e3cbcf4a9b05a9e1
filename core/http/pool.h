/*
 * Threads that run handlers, so that none of them holds up the reading and writing. They are
 * started when there is work and no thread is free, and stay. Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/rc.h"

/* Part of whatever the work is about; belongs to the pool from pool_give() until run is called. */
struct pool_job {
    struct pool_job *next;
    /* cut: the pool is being closed, the work is not to be begun. */
    void (*run)(struct pool_job *job, bool cut);
};

struct pool;

/* waiting: jobs without a thread. */
MUST_CHECK enum rc pool_new(uint32_t threads, uint32_t waiting, struct pool **ret, struct diag *d);
/* False, run will not be called: too many wait, or the pool is closed. */
MUST_CHECK bool pool_give(struct pool *p, struct pool_job *job);
/* Cuts what waits, and blocks until what runs has returned. */
void pool_close(struct pool *p);
void pool_free(struct pool *p); /* closes; NULL is fine */
