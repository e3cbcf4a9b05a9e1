/*
 * The INPUTs of one call, in order: the operands, then the lines of a list.
 * Read as they are asked for, so that a list may be longer than memory.
 */
#pragma once

#include "core/cli/cli.h"

#define NAME_MAX_LEN 8192u /* bytes of a line; longer than any QR text or path */

struct names {
    const struct cli_call *call;
    int next;         /* operand */
    const char *from; /* name of the list, for messages; NULL: none */
    int list;         /* owned; negative: none */
    struct buf chunk; /* owned: what was read of the list and is not yet used, from at on */
    size_t at;
};

/*
 * from  a file with one INPUT a line, "-" for standard input; NULL: operands alone. Borrowed
 *
 * RC_NOT_FOUND, RC_IO  it cannot be opened
 */
MUST_CHECK enum rc names_open(const struct cli_call *call, const char *from, struct names *ret,
                              struct diag *d);
void names_close(struct names *n); /* leaves it zeroed; for ON_EXIT too */

/*
 * The next one, with a NUL behind it, in *ret.
 *
 * RC_NOT_FOUND  there is none
 * RC_LIMIT      a line of over NAME_MAX_LEN bytes; *ret holds its beginning
 * RC_IO, RC_NOMEM
 */
MUST_CHECK enum rc names_next(struct names *n, struct buf *ret, struct diag *d);
