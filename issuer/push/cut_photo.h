/* Photo rows on their way: NDJSON lines that hold the picture itself as "data", since the other
 * side has no files beside. Used by cut.c alone. */
#pragma once

#include "issuer/intake/rows.h"

struct photo_rows {
    char folder[PATH_LEN]; /* where the records' file lies */
};

MUST_CHECK enum rc photo_rows_open(const char *path, struct photo_rows *ret, struct diag *d);

/*
 * Appends the next row as a line. One that has no right shape, or whose picture can't be read, is
 * written so that the other side finds the same wrong with it.
 */
MUST_CHECK enum rc photo_rows_put(const struct photo_rows *p, struct rows *from, struct buf *to,
                                  bool *ret_row, struct diag *d);
