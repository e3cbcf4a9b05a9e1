/*
 * Views of the register, a fixed number for each kind of work, so that long work (the report,
 * drawing) never takes the places of short looks. Threads: any.
 */
#pragma once

#include "issuer/register/register.h"

enum lane { LANE_LOOK = 0, LANE_PRINT, LANE_REPORT };
#define LANE_COUNT      3
#define LANE_PLACES_MAX 64u

struct views;

/* opened: with REG_READ; borrowed. counts: 1 to LANE_PLACES_MAX each. */
MUST_CHECK enum rc views_open(struct reg *opened, const unsigned counts[LANE_COUNT],
                              struct views **ret, struct diag *d);
void views_close(struct views *v); /* none may be taken; NULL is fine */

/* A view at the last committed state. RC_BUSY: none was free for so long. */
MUST_CHECK enum rc views_take(struct views *v, enum lane lane, uint32_t wait_ms, struct reg **ret,
                              struct diag *d);
/* works: false after RC_IO, RC_FORMAT or RC_NOMEM of the view: it is closed, and opened anew. */
void views_give(struct views *v, enum lane lane, struct reg *reg, bool works);
