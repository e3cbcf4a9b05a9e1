/*
 * How often somebody who is not the holder has tried a certificate's number: after `most` wrong
 * answers the number is closed for a while, whether there is such a certificate or not. In memory
 * of a fixed size; when that is full, numbers that are none make room first, and then those tried
 * longest ago. Threads: any.
 */
#pragma once

#include "core/base/rc.h"
#include "core/base/span.h"

#define ATTEMPTS_SETS 8192u
#define ATTEMPTS_WAYS 8u /* numbers remembered: their product */

struct attempts;

/* most: 1 to 255. closed_s: counted from the last try. */
MUST_CHECK enum rc attempts_new(unsigned most, uint32_t closed_s, struct attempts **ret,
                                struct diag *d);
void attempts_free(struct attempts *a); /* NULL is fine */

/*
 * Before an answer is looked for: the try counts as a wrong one until attempts_right(), so that
 * tries at the same time are counted too.
 *
 * now_s        of a clock that never goes back
 * ret_retry_s  false: in so many seconds the number is open again
 * False: it is closed.
 */
MUST_CHECK bool attempts_begin(struct attempts *a, struct span number, int64_t now_s,
                               uint32_t *ret_retry_s);
void attempts_right(struct attempts *a, struct span number);    /* it was the holder */
void attempts_unjudged(struct attempts *a, struct span number); /* we could not tell: not counted */
void attempts_known(struct attempts *a, struct span number);    /* there is such a certificate */
