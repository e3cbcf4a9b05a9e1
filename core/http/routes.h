/* Which route a path and a method mean. Pure. */
#pragma once

#include "core/http/server.h"
#include "core/http/target.h"

#define ROUTE_NAMES_MAX 4u

struct route_match {
    const struct http_route *route; /* NULL: none */
    size_t name_count;
    struct span names[ROUTE_NAMES_MAX];  /* of {name}, in the route's path */
    struct span values[ROUTE_NAMES_MAX]; /* decoded, of {name*} as sent; borrow the target */
    bool get, post;                      /* methods that some route has for this path */
};

/*
 * The first route of the table that fits. A path without any has neither get nor post; of one with
 * others the Allow header can be told.
 *
 * method  0: none of ours
 */
void route_find(const struct http_route *routes, enum http_method method, const struct target *t,
                struct route_match *ret);

/* "GET, HEAD", "POST", "GET, HEAD, POST"; static storage. */
const char *route_allow(const struct route_match *m);
