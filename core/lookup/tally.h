/*
 * Counts by name in a fixed room, such as misses by address, existing or not: once a name has
 * TALLY's bound within an hour, it is closed for an hour. Names are hashed by a secret of the
 * process into two rows, and closed when both say so, so that a stranger's name hardly ever closes
 * another and nothing can push a count out. Threads: one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

#define TALLY_WINDOW_S 3600u

struct tally;
/* bound: how many in an hour. NULL: out of memory. */
struct tally *tally_new(uint32_t bound);
void tally_free(struct tally *t); /* NULL is fine */

/* Seconds until the name is open again; 0: it is. */
uint32_t tally_closed(const struct tally *t, struct span name, int64_t now_s);
void tally_add(struct tally *t, struct span name, int64_t now_s);
