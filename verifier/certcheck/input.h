/*
 * One INPUT of the command line, down to the token in it: QR text, its digits,
 * a token's bytes, a picture of a QR code; or the whole of a PDF; from a file,
 * from standard input, or as the argument itself.
 */
#pragma once

#include "core/cli/say.h"

#define INPUT_MAX (40u << 20) /* bytes: pictures are the largest */

struct input {
    struct buf token; /* COSE bytes */
    struct buf text;  /* what the token was in, when it was text */
    struct span host; /* borrows text; empty: none was named */
    struct buf pdf;   /* a file that says it is one; then the others are empty */
};
void input_free(struct input *in); /* leaves it zeroed; for ON_EXIT too */

/*
 * The same of bytes that are at hand: a file, or a text.
 *
 * RC_FORMAT  no certificate code is in it; offset says where reading failed, when there is a place
 * RC_IO, RC_NOT_FOUND, RC_NOMEM   it could not be read at all
 */
MUST_CHECK enum rc input_take(struct span bytes, struct input *ret, struct diag *d);

/*
 * argument  a file that can be read, "-", or else the text itself
 *
 * RC_FORMAT  no certificate code is in it; offset says where reading failed, when there is a place
 * RC_LIMIT   longer than INPUT_MAX
 * RC_IO, RC_NOT_FOUND, RC_NOMEM   it could not be read at all
 */
MUST_CHECK enum rc input_read(const char *argument, struct input *ret, struct diag *d);
