/*
 * How a program of ours talks: results on standard output, talk on standard
 * error, both in Chinese or English, with colour only where a person looks.
 * Files and terminals: for programs, not for libraries.
 */
#pragma once

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

struct say {
    const char *program; /* stands before every message: "certcheck: …" */
    bool chinese, quiet;
    bool colour_out, colour_err; /* ANSI colours may be used there */
};

/* True when the locale is Chinese: the first of LC_ALL, LC_MESSAGES, LANG that is set begins with
 * zh. */
bool say_locale_chinese(void);

/* NO_COLOR is set, and not empty: no escape sequence, whatever for. */
bool say_colour_refused(void);
/* True when the stream (1 or 2) is a terminal that can show colours and NO_COLOR is unset or empty.
 */
bool say_colour(int fd);

static inline const char *pick(const struct say *say, const char *zh, const char *en)
{
    return say->chinese ? zh : en;
}

/* "PROGRAM: message" and a newline on standard error. Both formats take the same arguments. */
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) void
say_error(const struct say *say, const char *zh, const char *en, ...);

/* The same, unless --quiet. */
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) void
say_note(const struct say *say, const char *zh, const char *en, ...);

/* What a failed call left behind: its class in the reader's language, then the cause. */
void say_diag(const struct say *say, enum rc rc, const struct diag *d);

/* The class of a failure in Chinese; static storage. English: rc_text(). */
const char *say_rc_chinese(enum rc rc);

/* Writes all of it to standard output. RC_NOMEM: out could not hold it; RC_IO: it could not be
 * written. */
MUST_CHECK enum rc say_out(const struct buf *out, struct diag *d);
