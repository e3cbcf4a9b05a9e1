/*
 * The published list of employers as a process follows it, with what each has used of its day. No
 * file: no employers. A file that cannot be read: none either, until there is one that can.
 * Threads: any, roll_refresh() one at a time.
 */
#pragma once

#include "core/employers/employers.h"

struct roll;

/* path: copied; NULL: there are no employers. */
MUST_CHECK enum rc roll_open(const char *path, struct roll **ret, struct diag *d);
void roll_close(struct roll *r); /* NULL is fine */
DEFINE_ON_EXIT(struct roll, roll_close)

/* Looks whether there is another file, and takes it. RC_FORMAT and others: it is no such list; the
 * same file is complained of once. */
MUST_CHECK enum rc roll_refresh(struct roll *r, struct diag *d);

/* Whose key this is. False: nobody's. */
MUST_CHECK bool roll_find(struct roll *r, struct span key, struct employer *ret);
/* As rations_take(), by the monotonic clock. */
uint32_t roll_take(struct roll *r, const struct employer *e, uint32_t rows, uint32_t people);
