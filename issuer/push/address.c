#include "issuer/push/address.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define UNIX "unix:"

static bool begins(struct span text, struct span with)
{
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

static struct span without_port(struct span authority)
{
    const uint8_t *const bracket = memchr(authority.ptr, ']', authority.len);
    if (bracket)
        return span_of(authority.ptr, (size_t)(bracket - authority.ptr) + 1);
    const uint8_t *const colon = memchr(authority.ptr, ':', authority.len);
    return colon ? span_of(authority.ptr, (size_t)(colon - authority.ptr)) : authority;
}

static bool is_digits_and_dots(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] < '0' || text.ptr[i] > '9') && text.ptr[i] != '.')
            return false;
    return true;
}

/* RFC 6761 section 6.3, RFC 1122 section 3.2.1.3 (g), RFC 4291 section 2.5.3. */
static bool is_this_machine(struct span authority)
{
    const struct span host = without_port(authority);
    return span_equal(host, SPAN_LITERAL("localhost")) || span_equal(host, SPAN_LITERAL("[::1]")) ||
           (begins(host, SPAN_LITERAL("127.")) && is_digits_and_dots(host));
}

static enum rc read_unix(const char *url, struct address *ret, struct diag *d)
{
    const int len = snprintf(ret->socket, sizeof ret->socket, "%s", url + sizeof UNIX - 1);
    if (len < 1 || (size_t)len >= sizeof ret->socket)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "'%.120s' names no socket", url);
    target_base_of_listen(url, ret->connect);
    return RC_OK;
}

static enum rc read_web(const char *url, struct address *ret, struct diag *d)
{
    struct span text = span_text(url);
    if (text.len > 0 && text.ptr[text.len - 1] == '/')
        text.len--;
    struct target_parts parts;
    if (!target_base_valid(text) || !target_split(text, &parts))
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET,
                        "'%.120s' is not https://HOST[:PORT][/PATH], http://127.0.0.1:PORT or "
                        "unix:PATH",
                        url);
    if (span_equal(parts.scheme, SPAN_LITERAL("http")) && !is_this_machine(parts.authority))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'%.120s' would send people's data in the clear: use https", url);
    (void)snprintf(ret->connect, sizeof ret->connect, "%.*s", (int)text.len,
                   (const char *)text.ptr);
    return RC_OK;
}

enum rc address_read(const char *url, const char *base, struct address *ret, struct diag *d)
{
    assert(url && ret);

    struct address a = { .socket = "" };
    const bool is_unix = strncmp(url, UNIX, sizeof UNIX - 1) == 0;
    const enum rc rc = is_unix ? read_unix(url, &a, d) : read_web(url, &a, d);
    if (rc != RC_OK)
        return rc;
    if (base && !target_base_valid(span_text(base)))
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET,
                        "'%.120s' is not http(s)://HOST[:PORT][/PATH] without '/' at its end",
                        base);
    (void)snprintf(a.base, sizeof a.base, "%s", base ? base : a.connect);
    *ret = a;
    return RC_OK;
}
