/* Problems as text. Pure. */
#pragma once

#include "core/http/server.h"

/* The JSON object of RFC 9457, with "errors": the items, or one that points at the whole request.
 */
void problem_write(const struct http_problem *p, struct buf *to);
