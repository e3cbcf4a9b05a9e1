#include "core/json/json_out.h"

#include <assert.h>
#include <string.h>

struct json_out json_out_to(struct buf *to, unsigned indent, unsigned depth)
{
    assert(to);

    return (struct json_out){
        .to = to, .indent = indent, .depth = depth, .first = true, .outermost = true
    };
}

static void put_line(struct json_out *o)
{
    if (o->indent == 0)
        return;
    const size_t spaces = (size_t)o->indent * o->depth;
    uint8_t *const at = buf_reserve(o->to, 1 + spaces);
    if (!at)
        return;
    at[0] = '\n';
    memset(at + 1, ' ', spaces);
    o->to->len += 1 + spaces;
}

/* What stands before a value: comma, line, key. */
static void put_lead(struct json_out *o, const char *key, bool outermost)
{
    if (!outermost) {
        if (!o->first)
            buf_put_u8(o->to, ',');
        put_line(o);
    }
    o->first = false;
    if (!key)
        return;
    buf_put_u8(o->to, '"');
    buf_put_text(o->to, key);
    buf_put(o->to, o->indent > 0 ? "\": " : "\":", o->indent > 0 ? 3 : 2);
}

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static void put_escaped(struct buf *to, uint8_t c)
{
    static const char *const named[0x20] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"
    };
    if (c == '"' || c == '\\')
        buf_put_text(to, c == '"' ? "\\\"" : "\\\\");
    else if (named[c])
        buf_put_text(to, named[c]);
    else
        buf_printf(to, "\\u%04X", c);
}

static void put_string(struct buf *to, struct span s)
{
    buf_put_u8(to, '"');
    for (size_t i = 0; i < s.len;) {
        size_t n = i;
        while (n < s.len && is_plain(s.ptr[n]))
            n++;
        buf_put(to, s.ptr + i, n - i);
        if (n < s.len)
            put_escaped(to, s.ptr[n++]);
        i = n;
    }
    buf_put_u8(to, '"');
}

void json_out_open(struct json_out *o, const char *key, char bracket)
{
    put_lead(o, key, o->outermost);
    o->outermost = false;
    buf_put_u8(o->to, (uint8_t)bracket);
    o->depth++;
    o->first = true;
}

void json_out_close(struct json_out *o, char bracket)
{
    assert(o->depth > 0);

    o->depth--;
    if (!o->first)
        put_line(o);
    buf_put_u8(o->to, (uint8_t)bracket);
    o->first = false;
}

void json_out_text(struct json_out *o, const char *key, struct span utf8)
{
    put_lead(o, key, false);
    put_string(o->to, utf8);
}

void json_out_int(struct json_out *o, const char *key, int64_t value)
{
    put_lead(o, key, false);
    buf_put_int(o->to, value);
}

void json_out_bool(struct json_out *o, const char *key, bool value)
{
    put_lead(o, key, false);
    buf_put_text(o->to, value ? "true" : "false");
}

void json_out_null(struct json_out *o, const char *key)
{
    put_lead(o, key, false);
    buf_put_text(o->to, "null");
}
