#include "core/http/target.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "core/base/utf8.h"

static enum rc refuse(struct diag *d, const char *why)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the request target %s", why);
}

/* Visible ASCII without what no URI holds and some readers take for a slash or an end. */
static bool may_stand_in_target(struct span text)
{
    for (size_t i = 0; (i = span_run(text, i, '$', ';')) < text.len; i++) {
        const uint8_t c = text.ptr[i];
        if (c < 0x21 || c > 0x7e || c == '"' || c == '<' || c == '>' || c == '\\' || c == '#')
            return false;
    }
    return true;
}

static const char *behind_scheme(const char *target)
{
    static const char *const schemes[] = { "http://", "https://" };
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncasecmp(target, schemes[i], strlen(schemes[i])) == 0)
            return target + strlen(schemes[i]);
    return NULL;
}

enum rc target_origin(const char *target, struct span host, const char **ret, struct diag *d)
{
    assert(target && ret);

    if (!may_stand_in_target(span_text(target)))
        return refuse(d, "holds a character that may not stand in one");
    if (target[0] == '/') {
        *ret = target;
        return RC_OK;
    }

    const char *const authority = behind_scheme(target);
    if (!authority)
        return refuse(d, "is neither a path nor an http address");
    const size_t len = strcspn(authority, "/?");
    if (len == 0 || len != host.len || strncasecmp(authority, (const char *)host.ptr, len) != 0)
        return refuse(d, "names another host than the Host header");
    if (authority[len] != '/')
        return refuse(d, "has no path");

    *ret = authority + len;
    return RC_OK;
}

/* --- decoding --- */

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte that stands at *i, which is moved behind it; -1: a '%' without two digits. */
static int take_byte(struct span raw, bool is_query, size_t *i)
{
    const uint8_t c = raw.ptr[(*i)++];
    if (c != '%')
        return is_query && c == '+' ? ' ' : c;
    const int high = *i + 1 < raw.len ? digit_value(raw.ptr[*i]) : -1;
    const int low = *i + 1 < raw.len ? digit_value(raw.ptr[*i + 1]) : -1;
    *i += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Writes at *to at most raw.len bytes and a NUL, and moves it on. */
static enum rc decode(struct span raw, bool is_query, char **to, struct span *ret, struct diag *d)
{
    char *at = *to;
    bool plain = true; /* visible ASCII: nothing more can be wrong with it */
    for (size_t i = 0; i < raw.len;) {
        const size_t digits = span_run(raw, i, '0', '9') - i;
        if (digits > 0) {
            memcpy(at, raw.ptr + i, digits);
            at += digits;
            i += digits;
            continue;
        }
        const int c = take_byte(raw, is_query, &i);
        if (c < 0)
            return refuse(d, "has a '%%' without two digits");
        plain &= c >= 0x20 && c < 0x7f;
        *at++ = (char)c;
    }

    const struct span value = span_of(*to, (size_t)(at - *to));
    if (!plain && !utf8_well_formed(value))
        return refuse(d, "is not UTF-8 when decoded");
    if (!plain && utf8_has_control(value))
        return refuse(d, "holds a control character");
    *at++ = '\0';
    *to = at;
    *ret = value;
    return RC_OK;
}

static struct span cut(const char **at, const char *end, char stop)
{
    const char *const from = *at;
    const char *const found = memchr(from, stop, (size_t)(end - from));
    const char *const to = found ? found : end;
    *at = found ? found + 1 : NULL;
    return span_of(from, (size_t)(to - from));
}

/* --- the path --- */

static bool is_dots(struct span value)
{
    return span_equal(value, SPAN_LITERAL(".")) || span_equal(value, SPAN_LITERAL(".."));
}

static bool holds_slash(struct span value)
{
    return value.len > 0 &&
           (memchr(value.ptr, '/', value.len) || memchr(value.ptr, '\\', value.len));
}

static enum rc parse_path(const char *path, const char *end, char **room, struct target *t,
                          struct diag *d)
{
    const char *at = path + 1;
    while (at) {
        if (t->segment_count == TARGET_SEGMENTS_MAX)
            return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the path has over %u segments",
                            TARGET_SEGMENTS_MAX);
        struct target_segment *const s = &t->segments[t->segment_count++];
        s->raw = cut(&at, end, '/');
        const enum rc rc = decode(s->raw, false, room, &s->value, d);
        if (rc != RC_OK)
            return rc;
        if (holds_slash(s->value))
            return refuse(d, "hides a slash in a segment");
        if (is_dots(s->value))
            return refuse(d, "has '.' or '..' as a segment");
    }
    return RC_OK;
}

/* --- the query --- */

static bool is_given(const struct target *t, struct span name)
{
    for (size_t i = 0; i < t->field_count; i++)
        if (span_equal(t->fields[i].name, name))
            return true;
    return false;
}

static enum rc parse_field(struct span raw, char **room, struct target *t, struct diag *d)
{
    if (t->field_count == TARGET_QUERY_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the query has over %u parameters",
                        TARGET_QUERY_MAX);

    const char *at = (const char *)raw.ptr;
    const char *const end = at + raw.len;
    struct target_field f = { 0 };
    enum rc rc = decode(cut(&at, end, '='), true, room, &f.name, d);
    if (rc != RC_OK)
        return rc;
    if (f.name.len == 0)
        return refuse(d, "has a parameter without a name");
    if (is_given(t, f.name))
        return refuse(d, "has a parameter twice");

    /* Without '=' the value is the empty text that ends the name. */
    f.value = span_of(f.name.ptr + f.name.len, 0);
    if (at)
        rc = decode(span_of(at, (size_t)(end - at)), true, room, &f.value, d);
    if (rc != RC_OK)
        return rc;

    t->fields[t->field_count++] = f;
    return RC_OK;
}

static enum rc parse_query(const char *at, char **room, struct target *t, struct diag *d)
{
    const char *const end = at + strlen(at);
    if (at == end)
        return RC_OK;
    while (at) {
        const enum rc rc = parse_field(cut(&at, end, '&'), room, t, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

enum rc target_parse(const char *origin, char *room, struct target *ret, struct diag *d)
{
    assert(origin && origin[0] == '/' && room && ret);

    ret->segment_count = 0;
    ret->field_count = 0;
    const char *const path_end = origin + strcspn(origin, "?");
    const enum rc rc = parse_path(origin, path_end, &room, ret, d);
    if (rc != RC_OK || *path_end == '\0')
        return rc;
    return parse_query(path_end + 1, &room, ret, d);
}
