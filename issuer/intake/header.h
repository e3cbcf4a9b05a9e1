/* The header of a CSV of records, checked against the columns of its kind. Pure. */
#pragma once

#include "core/text/csv.h"
#include "issuer/scheme/record.h"

struct header {
    size_t count;
    struct span columns[CSV_CELLS_MAX]; /* in the file's order; static storage */
};

/* The static name of a kind's column, or NULL: it has none such. */
const char *header_column(enum record_kind kind, struct span name);

/*
 * Reads a header: order is free, blanks around a name are not part of it.
 *
 * RC_FORMAT  a column that the kind does not have, one twice, or a required one missing; d names it
 */
MUST_CHECK enum rc header_read(enum record_kind kind, const struct csv_row *row, struct header *ret,
                               struct diag *d);
