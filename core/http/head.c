#include "core/http/head.h"

#include <assert.h>
#include <string.h>

#define VERSION_LEN  8u /* "HTTP/1.1" */
#define LINE_END_LEN 2u

/* --- collecting --- */

struct collected {
    struct head *head;
    uintptr_t expected; /* where the next line must begin */
    bool gap;
    bool too_many;
};

static bool is_blank(const char *from, const char *to)
{
    for (; from < to; from++)
        if (*from != ' ' && *from != '\t')
            return false;
    return true;
}

/* "name: value", at the place where a line must begin. */
static bool lies_in_place(const struct collected *c, const char *name, const char *value)
{
    const char *const behind_colon = name + strlen(name) + 1;
    return (uintptr_t)name == c->expected && (uintptr_t)value >= (uintptr_t)behind_colon &&
           (uintptr_t)value - (uintptr_t)behind_colon <= UINT16_MAX &&
           is_blank(behind_colon, value);
}

static enum MHD_Result collect(void *arg, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    (void)kind;
    struct collected *const c = arg;
    if (!value || !lies_in_place(c, name, value)) {
        c->gap = true;
        return MHD_NO;
    }
    if (c->head->field_count == FIELDS_MAX) {
        c->too_many = true;
        return MHD_NO;
    }
    c->expected = (uintptr_t)value + strlen(value) + LINE_END_LEN;
    c->head->fields[c->head->field_count++] =
        (struct field){ .name = name, .value = field_trim(span_text(value)) };
    return MHD_YES;
}

static bool line_is_whole(const struct head_given *g)
{
    const uintptr_t url = (uintptr_t)g->method + strlen(g->method) + 1;
    const uintptr_t version = url + strlen(g->target) + 1;
    return url == (uintptr_t)g->url && version == (uintptr_t)g->version &&
           strlen(g->version) == VERSION_LEN;
}

static size_t head_len(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

static enum refusal malformed(struct diag *d, const char *why)
{
    (void)diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "%s", why);
    return REFUSED_MALFORMED;
}

static enum refusal read_fields(const struct head_given *g, const struct http_limits *limits,
                                struct head *h, struct diag *d)
{
    const size_t len = head_len(g->connection);
    if (len > limits->header_bytes)
        return REFUSED_HEADERS;
    if (!line_is_whole(g))
        return malformed(d, "the request line is not method, target and version");

    struct collected c = { .head = h,
                           .expected = (uintptr_t)g->version + VERSION_LEN + LINE_END_LEN };
    (void)MHD_get_connection_values(g->connection, MHD_HEADER_KIND, collect, &c);
    if (c.too_many)
        return REFUSED_HEADERS;
    if (c.gap || c.expected + LINE_END_LEN != (uintptr_t)g->method + len)
        return malformed(d, "the headers are not lines that end in CR and LF");
    return REFUSED_NOT;
}

/* --- judging --- */

static enum refusal judge_fields(const struct head_given *g, struct head *h, struct diag *d)
{
    if (!field_is_token(span_text(g->method)))
        return malformed(d, "the method is no token");
    const bool http_1_1 = strcmp(g->version, "HTTP/1.0") != 0;
    switch (fields_judge(h->fields, h->field_count, http_1_1, &h->body, d)) {
    case FIELD_FINE:
        return REFUSED_NOT;
    case FIELD_MALFORMED:
        return REFUSED_MALFORMED;
    case FIELD_CODING_UNKNOWN:
        return REFUSED_CODING;
    case FIELD_EXPECTATION:
        return REFUSED_EXPECTATION;
    }
    return REFUSED_INTERNAL;
}

static enum refusal judge_target(const struct head_given *g, const struct http_limits *limits,
                                 struct head *h, struct diag *d)
{
    if (strlen(g->target) > limits->target_bytes)
        return REFUSED_TARGET_LEN;

    const struct field *const host = field_find(h->fields, h->field_count, "Host");
    const char *origin;
    if (target_origin(g->target, host ? host->value : (struct span){ 0 }, &origin, d) != RC_OK)
        return REFUSED_TARGET;

    const enum rc rc = target_parse(origin, g->room, &h->target, d);
    if (rc == RC_NOT_FOUND)
        return REFUSED_NO_ROUTE;
    if (rc != RC_OK)
        return REFUSED_TARGET;
    h->origin = origin;
    return REFUSED_NOT;
}

static enum http_method method_of(const char *name)
{
    if (strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0)
        return HTTP_GET;
    return strcmp(name, "POST") == 0 ? HTTP_POST : (enum http_method)0;
}

static enum refusal find_route(const struct http_route *routes, struct head *h)
{
    route_find(routes, h->method, &h->target, &h->match);
    if (h->match.route)
        return REFUSED_NOT;
    return h->match.get || h->match.post ? REFUSED_METHOD : REFUSED_NO_ROUTE;
}

static enum refusal judge_body(const struct head *h, struct diag *d)
{
    const struct http_route *const route = h->match.route;
    if (route->body == HTTP_BODY_NONE)
        return h->body.chunked || h->body.len > 0 ? REFUSED_NO_BODY : REFUSED_NOT;
    if (h->body.len <= route->body_max)
        return REFUSED_NOT;
    (void)diag_set(d, RC_LIMIT, (size_t)route->body_max, "a body of over %llu bytes",
                   (unsigned long long)route->body_max);
    return REFUSED_BODY_LEN;
}

/* Without the arrays that the counts tell of. */
static void begin(struct head *h, const struct head_given *given)
{
    h->field_count = h->target.segment_count = h->target.field_count = 0;
    h->body = (struct field_body){ 0 };
    h->match = (struct route_match){ 0 };
    h->method = method_of(given->method);
    h->origin = "";
    h->close = true;
}

enum refusal head_read(const struct head_given *given, const struct http_limits *limits,
                       const struct http_route *routes, struct head *ret, struct diag *d)
{
    assert(given && limits && routes && ret);

    begin(ret, given);
    enum refusal r = read_fields(given, limits, ret, d);
    if (r == REFUSED_NOT)
        r = judge_fields(given, ret, d);
    if (r == REFUSED_NOT)
        r = judge_target(given, limits, ret, d);
    if (r != REFUSED_NOT && r != REFUSED_NO_ROUTE)
        return r;

    /* From here on the request is understood, and so is where the next one begins. */
    ret->close = false;
    if (r == REFUSED_NOT)
        r = find_route(routes, ret);
    return r == REFUSED_NOT ? judge_body(ret, d) : r;
}
