/* Conditional and partial requests for one file (RFC 9110 sections 13 and 14). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

/* If-None-Match names this entity tag, or is "*". etag: in its quotes; compared weakly. */
bool condition_none_match(struct span if_none_match, const char *etag);

enum range_answer {
    RANGE_WHOLE = 0, /* none asked for, or none that has to be understood */
    RANGE_PART,
    RANGE_NOWHERE, /* 416 */
};
struct range {
    uint64_t offset, len;
};
/*
 * One range of bytes; of several the whole is answered.
 *
 * if_range  empty, or the header: anything but this entity tag means the whole
 * len       of the file
 */
enum range_answer range_read(struct span range, struct span if_range, const char *etag,
                             uint64_t len, struct range *ret);
