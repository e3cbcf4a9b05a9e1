/* Bounds with their defaults, and as many descriptors as they need. */
#pragma once

#include "core/http/server.h"

/*
 * Takes the default for each zero. Raises the process's soft limit of open files as far as
 * connections need and the hard limit allows; when that is less, connections are fewer.
 */
struct http_limits limits_settle(const struct http_limits *asked);

/* What libmicrohttpd may use for one connection: bytes. */
size_t limits_connection_memory(const struct http_limits *l);
