#include "core/message/target.h"

#include <stdio.h>
#include <string.h>

void target_base_of_listen(const char *listen, char ret[TARGET_BASE_MAX])
{
    if (strncmp(listen, "unix:", 5) == 0)
        listen = "localhost";
    (void)snprintf(ret, TARGET_BASE_MAX, "http://%s", listen);
}

static const uint8_t *find(struct span in, const char *set)
{
    for (size_t i = 0; i < in.len; i++)
        if (in.ptr[i] != 0 && strchr(set, in.ptr[i]))
            return in.ptr + i;
    return in.ptr + in.len;
}

static struct span between(const uint8_t *from, const uint8_t *to)
{
    return span_of(from, (size_t)(to - from));
}

bool target_split(struct span uri, struct target_parts *ret)
{
    const uint8_t *const end = uri.ptr + uri.len;
    const uint8_t *const colon = find(uri, ":/?#");
    if (colon == uri.ptr || end - colon < 4 || memcmp(colon, "://", 3) != 0)
        return false;
    const uint8_t *const authority = colon + 3;
    const uint8_t *const path = find(between(authority, end), "/?");
    const uint8_t *const query = find(between(path, end), "?");
    if (path == authority)
        return false;
    *ret = (struct target_parts){ between(uri.ptr, colon), between(authority, path),
                                  between(path, query), between(query, end) };
    return true;
}

bool target_base_valid(struct span base)
{
    struct target_parts parts;
    if (base.len >= TARGET_BASE_MAX || !target_split(base, &parts) || parts.query.len != 0)
        return false;
    for (size_t i = 0; i < base.len; i++)
        if (base.ptr[i] <= ' ' || base.ptr[i] > '~' || base.ptr[i] == '#')
            return false;
    return (span_equal(parts.scheme, SPAN_LITERAL("http")) ||
            span_equal(parts.scheme, SPAN_LITERAL("https"))) &&
           !memchr(parts.authority.ptr, '@', parts.authority.len) && base.ptr[base.len - 1] != '/';
}
