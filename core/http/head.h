/*
 * A request's line and headers as libmicrohttpd hands them over, judged.
 *
 * libmicrohttpd 0.9.75 accepts lines that end in a bare LF, folds continued lines, cuts at NUL, and
 * says nothing of it. But it reads in place: method, target, version, names and values lie in its
 * buffer as they came, with NULs where the syntax stood. So a head is taken only when these pieces
 * cover what was read without a gap: between two of them stands what the syntax allows and nothing
 * else. A library that copies instead would fail every request, and the tests with it.
 */
#pragma once

#include <microhttpd.h>

#include "core/http/fields.h"
#include "core/http/refusal.h"
#include "core/http/routes.h"
#include "core/http/target.h"

struct head {
    struct field
        fields[FIELDS_MAX]; /* names and values are libmicrohttpd's, for the request's life */
    size_t field_count;
    struct field_body body;
    struct target target;
    struct route_match match; /* REFUSED_NOT, REFUSED_METHOD */
    enum http_method method;  /* 0: none of ours */
    const char *origin; /* path and query, inside the target that was given; "" while malformed */
    bool close; /* the connection cannot be trusted any more, or what comes next is not known */
};

/* What the handler's first call is given, and the target that was kept before. */
struct head_given {
    struct MHD_Connection *connection;
    const char *method, *url, *version;
    const char *target; /* as sent */
    char *room;         /* TARGET_ROOM() bytes for what is decoded of it; for the request's life */
};

/* Reads and judges. Whatever comes out, *ret is of this request alone. */
enum refusal head_read(const struct head_given *given, const struct http_limits *limits,
                       const struct http_route *routes, struct head *ret, struct diag *d);
