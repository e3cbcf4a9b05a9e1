#include "core/http/routes.h"

#include <assert.h>

/* The next segment of a route's path; *at is NULL behind the last. */
static struct span next_segment(const char **at)
{
    const char *const from = *at;
    const size_t len = strcspn(from, "/");
    *at = from[len] == '/' ? from + len + 1 : NULL;
    return span_of(from, len);
}

static bool is_name(struct span part)
{
    return part.len > 2 && part.ptr[0] == '{' && part.ptr[part.len - 1] == '}';
}

/* "{name*}": all segments that are left, at least one. */
static bool is_rest(struct span part)
{
    return is_name(part) && part.ptr[part.len - 2] == '*';
}

static bool take_rest(struct span part, const struct target *t, size_t from, struct route_match *m)
{
    const struct span first = t->segments[from].raw, last = t->segments[t->segment_count - 1].raw;
    assert(m->name_count < ROUTE_NAMES_MAX);
    m->names[m->name_count] = span_of(part.ptr + 1, part.len - 3);
    m->values[m->name_count++] = span_of(first.ptr, (size_t)(last.ptr - first.ptr) + last.len);
    return true;
}

/* Fixed segments are compared as sent: a path has one spelling. */
static bool fits(const struct http_route *route, const struct target *t, struct route_match *m)
{
    assert(route->path[0] == '/');

    m->name_count = 0;
    size_t i = 0;
    for (const char *at = route->path + 1; at; i++) {
        const struct span part = next_segment(&at);
        if (i == t->segment_count)
            return false;
        if (!is_name(part)) {
            if (!span_equal(part, t->segments[i].raw))
                return false;
            continue;
        }
        if (is_rest(part))
            return take_rest(part, t, i, m);
        if (t->segments[i].value.len == 0)
            return false;
        assert(m->name_count < ROUTE_NAMES_MAX);
        m->names[m->name_count] = span_of(part.ptr + 1, part.len - 2);
        m->values[m->name_count++] = t->segments[i].value;
    }
    return i == t->segment_count;
}

void route_find(const struct http_route *routes, enum http_method method, const struct target *t,
                struct route_match *ret)
{
    assert(routes && t && ret);

    ret->route = NULL;
    ret->get = ret->post = false;
    for (const struct http_route *r = routes; r->path; r++) {
        if (!fits(r, t, ret))
            continue;
        ret->get |= r->method == HTTP_GET;
        ret->post |= r->method == HTTP_POST;
        if (r->method == method) {
            ret->route = r;
            return;
        }
    }
    ret->name_count = 0;
}

const char *route_allow(const struct route_match *m)
{
    if (m->get && m->post)
        return "GET, HEAD, POST";
    return m->get ? "GET, HEAD" : "POST";
}
