/*
 * The request target as it was sent: path and query, taken apart and decoded. What two readers
 * could understand differently is refused. Pure.
 */
#pragma once

#include <stdbool.h>

#include "core/base/rc.h"
#include "core/base/span.h"

#define TARGET_SEGMENTS_MAX 16u
#define TARGET_QUERY_MAX    32u

struct target_segment {
    struct span raw;   /* as sent */
    struct span value; /* decoded; a NUL stands behind it */
};
struct target_field {
    struct span name, value; /* decoded; a NUL stands behind each */
};
struct target {
    size_t segment_count; /* of "/": one, and empty */
    struct target_segment segments[TARGET_SEGMENTS_MAX];
    size_t field_count;
    struct target_field fields[TARGET_QUERY_MAX];
};

/*
 * Where path and query begin. A target in absolute form is taken when it names host itself, as RFC
 * 9112 section 3.2.2 wants, so that there is nothing to choose from.
 *
 * target  as sent
 * host    of the request; empty when there is none
 * ret     inside target, begins with '/'
 *
 * RC_FORMAT  neither form, another host, or a character that may not stand in a target
 */
MUST_CHECK enum rc target_origin(const char *target, struct span host, const char **ret,
                                 struct diag *d);

#define TARGET_ROOM(len) ((len) + 2) /* bytes for what is decoded of a target of len bytes */

/*
 * Takes path and query apart.
 *
 * origin  of target_origin(); ret borrows it
 * room    TARGET_ROOM(strlen(origin)) bytes; ret borrows them
 * ret     unspecified after an error
 *
 * RC_FORMAT     '%' without two digits, a control character, not UTF-8, a slash or backslash in
 *               disguise, "." or ".." as a segment, a parameter without a name or sent twice
 * RC_LIMIT      more than TARGET_QUERY_MAX parameters
 * RC_NOT_FOUND  more than TARGET_SEGMENTS_MAX segments: no route is that long
 *
 * RFC 3986 section 2.1; in the query '+' is a space (WHATWG URL, application/x-www-form-urlencoded)
 */
MUST_CHECK enum rc target_parse(const char *origin, char *room, struct target *ret, struct diag *d);
