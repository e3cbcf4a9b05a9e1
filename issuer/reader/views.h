/*
 * Views of the register, a fixed number for each kind of work, so that long work (the report,
 * drawing) never takes the places of short looks. Threads: any.
 */
#pragma once

#include "issuer/register/register.h"

enum lane { LANE_LOOK = 0, LANE_PRINT, LANE_REPORT, LANE_HOLDER };
#define LANE_COUNT      4
#define LANE_PLACES_MAX 64u

struct views;

/* opened: with REG_READ; borrowed. counts: 1 to LANE_PLACES_MAX each. */
MUST_CHECK enum rc views_open(struct reg *opened, const unsigned counts[LANE_COUNT],
                              struct views **ret, struct diag *d);
void views_close(struct views *v); /* none may be taken; NULL is fine */

/* A view at the last committed state. RC_BUSY: none was free for so long; d is
 * "busy". */
MUST_CHECK enum rc views_take(struct views *v, enum lane lane, uint32_t wait_ms, struct reg **ret,
                              struct diag *d);
static inline bool views_works(enum rc of_view)
{
    return of_view != RC_IO && of_view != RC_FORMAT && of_view != RC_NOMEM;
}
/* works: as views_works() says; a view that does not is closed, and opened anew. */
void views_give(struct views *v, enum lane lane, struct reg *reg, bool works);
