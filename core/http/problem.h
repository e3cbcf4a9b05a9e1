/* Problems as text. Pure. */
#pragma once

#include "core/http/server.h"

/* The JSON object of RFC 9457, with "errors" when there are items. */
void problem_write(const struct http_problem *p, struct buf *to);
