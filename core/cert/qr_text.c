#include <assert.h>
#include <strings.h>

#include "core/cert/digits.h"

static const char scheme[] = "HTTPS://";
static const char path[] = "/V/";

void qr_text_put(struct buf *b, const char *host, struct span token)
{
    buf_put_text(b, scheme);
    buf_put_text(b, host);
    buf_put_text(b, path);
    digits_encode(token, b);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span trim(struct span s)
{
    while (s.len > 0 && is_space(s.ptr[0]))
        s = span_of(s.ptr + 1, s.len - 1);
    while (s.len > 0 && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

/* Takes prefix off *s, in any case of letters. */
static bool take_prefix(struct span *s, const char *prefix)
{
    const size_t n = strlen(prefix);
    if (s->len < n || strncasecmp((const char *)s->ptr, prefix, n) != 0)
        return false;
    *s = span_of(s->ptr + n, s->len - n);
    return true;
}

static bool is_host_character(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == ':' || c == '-';
}

static struct span take_host(struct span *s)
{
    size_t n = 0;
    while (n < s->len && is_host_character(s->ptr[n]))
        n++;
    const struct span host = span_of(s->ptr, n);
    *s = span_of(s->ptr + n, s->len - n);
    return host;
}

enum rc qr_text_parse(struct span text, struct qr_text *ret, struct diag *d)
{
    assert(ret);

    struct span rest = trim(text);
    struct qr_text qr = { 0 };
    if (take_prefix(&rest, scheme)) {
        qr.host = take_host(&rest);
        const size_t at = (size_t)(rest.ptr - text.ptr);
        if (qr.host.len == 0)
            return diag_set(d, RC_FORMAT, at, "there is no host after https://");
        if (!take_prefix(&rest, path))
            return diag_set(d, RC_FORMAT, at, "'/V/' does not follow the host");
    }
    if (rest.len == 0)
        return diag_set(d, RC_FORMAT, text.len, "there are no digits");
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] < '0' || rest.ptr[i] > '9')
            return diag_set(d, RC_FORMAT, (size_t)(rest.ptr - text.ptr) + i,
                            "a character that is not a digit");
    }
    qr.digits = rest;
    *ret = qr;
    return RC_OK;
}
