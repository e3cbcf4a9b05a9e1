/* What may stand in a request's header fields (RFC 9110 section 5, RFC 9112 section 6). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/rc.h"
#include "core/base/span.h"

struct field {
    const char *name;
    struct span value; /* trimmed */
};
#define FIELDS_MAX 64u

/* A token of RFC 9110 section 5.6.2: methods and field names. */
bool field_is_token(struct span text);
/* Visible UTF-8, spaces and tabs. */
bool field_is_clean(struct span value);
struct span field_trim(struct span value); /* without spaces and tabs at both ends */

/* The body that the fields announce. */
struct field_body {
    bool chunked;
    bool expects_continue;
    uint64_t len; /* of Content-Length; 0 when chunked or absent */
};

enum field_fault {
    FIELD_FINE = 0,
    FIELD_MALFORMED,      /* 400: the diag says why */
    FIELD_CODING_UNKNOWN, /* 501: a transfer coding that is not "chunked" */
    FIELD_EXPECTATION,    /* 417: an Expect that is not "100-continue" */
};

/*
 * Judges names, values, repetitions, and how long the body is.
 *
 * http_1_1  else 1.0, which has no transfer codings and needs no Host
 * ret       written only with FIELD_FINE
 */
enum field_fault fields_judge(const struct field *fields, size_t count, bool http_1_1,
                              struct field_body *ret, struct diag *d);

/* The first of that name, in any case; NULL: none. */
const struct field *field_find(const struct field *fields, size_t count, const char *name);

/* Accept-Language (RFC 9110 section 12.5.4): English is wanted before Chinese. */
bool field_prefers_english(struct span accept_language);
