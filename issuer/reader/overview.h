/*
 * The report's part of the operator's page, as HTML (issuer/overview): drawn, and as a table. It is
 * made from the whole register, so what was made is kept for a while. Threads: any; who asks while
 * it is being made waits for it.
 */
#pragma once

#include "issuer/publication/report.h"

#define OVERVIEW_KEEP_S 60.0

struct overviews;

MUST_CHECK enum rc overviews_open(struct overviews **ret, struct diag *d);
void overviews_close(struct overviews *o); /* NULL is fine */

/* As of the day of home->now; appended. As report_make(). */
MUST_CHECK enum rc overviews_tell(struct overviews *o, struct reg *r, const struct home *home,
                                  bool english, struct buf *to, struct diag *d);
