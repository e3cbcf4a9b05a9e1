/*
 * What has changed on a list since it was checked last, without anything kept here: the answer's
 * cursor holds a mark of each row, and the employer sends it along with the same list. A mark is of
 * the person and of what was found; who alters one misleads himself alone. Pure.
 */
#pragma once

#include "verifier/daemon/bulk_answer.h"
#include "verifier/daemon/bulk_list.h"

/* Appends the mark of the row that the lines are of, BULK_MARK_LEN bytes: the row's last one as
 * long as a line is not checked. */
void watch_mark(const struct bulk_list *l, const struct bulk_result *lines, size_t count,
                struct buf *to);
/* Whether the row is to be told: it is new on the list, it has another mark, or it is not checked.
 * marks: of watch_mark() for all rows up to this one. */
bool watch_tells(const struct bulk_list *l, const struct bulk_result *lines, size_t count,
                 struct span marks);
