/*
 * Vector files for people: one case a line, cells between '|', '#' begins a comment line. Spaces
 * around a cell go. \u{202E} is that character, \x{FF} that byte, \s a space; "-" is written for
 * nothing and stays "-".
 */
#pragma once

#include "tests/unit/check.h"

#include "core/base/span.h"

#define ROW_CELLS_MAX 8

struct row {
    const char *file;
    unsigned line;
    size_t count;
    char *cells[ROW_CELLS_MAX];
    size_t lens[ROW_CELLS_MAX]; /* a cell may hold a NUL */
};

/* Calls check for each row of VECTORS/file, which must have that many cells; at least one row. */
void each_row(const char *file, size_t cells, void (*check)(const struct row *r));

struct span row_span(const struct row *r, size_t cell);
long row_long(const struct row *r, size_t cell);
/* A day YYYY-MM-DD. */
int row_date(const struct row *r, size_t cell);

/* Fails with file and line. */
#define row_assert(r, condition)                                                                   \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s:%u: not %s", (r)->file, (r)->line, #condition);                           \
    } while (0)
#define row_assert_text(r, got, wanted)                                                            \
    do {                                                                                           \
        if (strcmp(got, wanted) != 0)                                                              \
            fail_msg("%s:%u: got '%s', wanted '%s'", (r)->file, (r)->line, got, wanted);           \
    } while (0)
