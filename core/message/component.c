#include <string.h>

#include "core/message/parts.h"
#include "core/message/target.h"

static struct target_parts parts_of(const struct message_request *request)
{
    struct target_parts parts = { 0 };
    if (!target_split(request->target_uri, &parts))
        return (struct target_parts){ 0 };
    return parts;
}

static void put_method(struct buf *to, const struct message_request *request)
{
    buf_put_text(to, request->method);
}

static void put_target_uri(struct buf *to, const struct message_request *request)
{
    buf_put_span(to, request->target_uri);
}

static void put_lower(struct buf *to, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        buf_put_u8(to, c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c);
    }
}

static bool ends_with(struct span text, struct span end)
{
    return text.len >= end.len && memcmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

/* Section 2.2.3: in lower case, without the scheme's own port. */
static void put_authority(struct buf *to, const struct message_request *request)
{
    const struct target_parts parts = parts_of(request);
    const struct span port = span_equal(parts.scheme, SPAN_LITERAL("https")) ? SPAN_LITERAL(":443")
                                                                             : SPAN_LITERAL(":80");
    struct span authority = parts.authority;
    if (ends_with(authority, port))
        authority.len -= port.len;
    put_lower(to, authority);
}

static void put_scheme(struct buf *to, const struct message_request *request)
{
    put_lower(to, parts_of(request).scheme);
}

/* Section 2.2.6: an empty path is "/". */
static void put_path(struct buf *to, const struct message_request *request)
{
    const struct span path = parts_of(request).path;
    buf_put_span(to, path.len > 0 ? path : SPAN_LITERAL("/"));
}

/* Section 2.2.7: no query is "?". */
static void put_query(struct buf *to, const struct message_request *request)
{
    const struct span query = parts_of(request).query;
    buf_put_span(to, query.len > 0 ? query : SPAN_LITERAL("?"));
}

const struct component message_components[] = {
    { "@method", COMPONENT_ALWAYS, put_method },
    { "@target-uri", COMPONENT_ALWAYS, put_target_uri },
    { "content-digest", COMPONENT_WITH_BODY, NULL },
    { "content-type", COMPONENT_WITH_BODY, NULL },
    { "idempotency-key", COMPONENT_WITH_BODY, NULL },
    { "@authority", COMPONENT_MAY, put_authority },
    { "@scheme", COMPONENT_MAY, put_scheme },
    { "@path", COMPONENT_MAY, put_path },
    { "@query", COMPONENT_MAY, put_query },
    { "content-length", COMPONENT_MAY, NULL },
    { "date", COMPONENT_MAY, NULL },
    { "prefer", COMPONENT_MAY, NULL },
    { "accept", COMPONENT_MAY, NULL },
    { NULL, COMPONENT_MAY, NULL },
};

const struct component *component_find(struct span name)
{
    for (const struct component *c = message_components; c->name; c++)
        if (span_equal(span_text(c->name), name))
            return c;
    return NULL;
}

/* Section 2.1: without the blanks around it. */
static struct span trimmed(const char *value)
{
    struct span s = span_text(value);
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = span_of(s.ptr + 1, s.len - 1);
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

bool component_put(struct buf *to, const struct component *c, const struct message_request *request)
{
    const char *const value = c->derive ? NULL : request->header(request->arg, c->name);
    if (!c->derive &&
        (!value || strpbrk(value, "\r\n"))) /* a line end would make two lines of it */
        return false;

    buf_printf(to, "\"%s\": ", c->name);
    if (c->derive)
        c->derive(to, request);
    else
        buf_put_span(to, trimmed(value));
    buf_put_u8(to, '\n');
    return true;
}

void signature_params_line_put(struct buf *to, struct span params)
{
    buf_put_text(to, "\"@signature-params\": ");
    buf_put_span(to, params);
}
