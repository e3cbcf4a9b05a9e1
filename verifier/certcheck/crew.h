/* As many threads as there is work for, over numbered pieces of work. */
#pragma once

#include <stdint.h>

#define CREW_MAX 64u

/* Processors that this process may run on, 1 to CREW_MAX. */
unsigned crew_size(void);

/*
 * Calls work(ctx, member, piece) once for every piece below pieces and returns when all are done.
 * Pieces are taken in ascending order; member, below members, is the same for all calls of one
 * thread. members is at most CREW_MAX; fewer do it all when threads cannot be had.
 */
void crew_run(unsigned members, uint32_t pieces,
              void (*work)(void *ctx, unsigned member, uint32_t piece), void *ctx);
