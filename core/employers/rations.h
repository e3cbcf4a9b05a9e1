/*
 * What each employer has used of its day: rows, and people asked about without a number, counted
 * from the first one on for 24 hours by a clock that nobody sets. Forgotten when the process ends.
 * Threads: any.
 */
#pragma once

#include "core/employers/employers.h"

#define RATION_S 86400

struct rations;
struct rations *rations_new(void);    /* NULL: out of memory */
void rations_free(struct rations *r); /* NULL is fine */

/* Takes so many of the employer's day, all or none. 0: taken; else after how many seconds there may
 * be some again. */
uint32_t rations_take(struct rations *r, const struct employer *e, uint32_t rows, uint32_t people,
                      int64_t now_s);
