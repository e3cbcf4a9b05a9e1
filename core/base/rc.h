/*
 * How a function says that it could not do its work.
 *
 * An rc is about us (no memory, no file, no key material). What we think of a
 * certificate is never an rc: see core/cert/verdict.h.
 */
#pragma once

#include <stddef.h>

#include "core/base/attrs.h"

/* name, number, text. Append only; never renumber. */
#define RC_LIST(X)                                                                                 \
    X(RC_OK, 0, "no error")                                                                        \
    X(RC_NOMEM, 1, "out of memory")                                                                \
    X(RC_IO, 2, "cannot read or write")                                                            \
    X(RC_FORMAT, 3, "input is not well formed")                                                    \
    X(RC_LIMIT, 4, "input is over a documented limit")                                             \
    X(RC_NOT_FOUND, 5, "no such entry")                                                            \
    X(RC_CRYPTO, 6, "the crypto library refused")                                                  \
    X(RC_REFUSED, 7, "a rule forbids it")                                                          \
    X(RC_EXISTS, 8, "it exists already")                                                           \
    X(RC_BUSY, 9, "another process holds it")                                                      \
    X(RC_FULL, 10, "the disk or the register is full")                                             \
    X(RC_USAGE, 11, "the command line is not understood")                                          \
    X(RC_BAD_SIGNATURE, 12, "a signature does not hold")

enum rc {
#define X(name, number, text) name = (number),
    RC_LIST(X)
#undef X
};

/*
 * Where and why, for a person. The caller owns it and may pass NULL. The first
 * cause wins: diag_set() keeps what is already there.
 */
struct diag {
    enum rc code;
    size_t offset;  /* byte offset into the input, or DIAG_NO_OFFSET */
    char text[240]; /* always NUL-terminated; never holds secrets or identity numbers */
};

#define DIAG_NO_OFFSET ((size_t)-1)
#define DIAG_INIT      ((struct diag){ .code = RC_OK, .offset = DIAG_NO_OFFSET, .text = "" })

const char *rc_name(enum rc e); /* "RC_FORMAT"; static storage */
const char *rc_text(enum rc e); /* "input is not well formed"; static storage */

/* Records the cause and returns code, so that a caller can write
 * return diag_set(d, RC_FORMAT, off, "..."). */
PRINTF_LIKE(4, 5)
enum rc diag_set(struct diag *d, enum rc code, size_t offset, const char *fmt, ...);
