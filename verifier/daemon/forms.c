#include "verifier/daemon/forms.h"

#include <assert.h>
#include <strings.h>

#include "core/http/fields.h"

#define BOUNDARY_MAX 70u /* RFC 2046 section 5.1.1 */
#define TYPE         "multipart/form-data"

struct span form_find(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (span_equal(f->fields[i].name, span_text(name)))
            return f->fields[i].value;
    return (struct span){ 0 };
}

static bool has_name(const struct form *f, struct span name)
{
    for (size_t i = 0; i < f->count; i++)
        if (span_equal(f->fields[i].name, name))
            return true;
    return false;
}

static enum rc add(struct form *f, struct span name, struct span value, struct diag *d)
{
    if (f->count == FORM_FIELDS_MAX || name.len > FORM_NAME_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "too many fields, or a name too long");
    if (name.len == 0 || has_name(f, name))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a field without a name, or one twice");
    f->fields[f->count++] = (struct form_field){ name, value };
    return RC_OK;
}

/* --- multipart --- */

static bool begins(struct span s, const char *word)
{
    return s.len >= strlen(word) && strncasecmp((const char *)s.ptr, word, strlen(word)) == 0;
}

static struct span behind(struct span s, size_t n)
{
    return span_of(s.ptr + n, s.len - n);
}

static bool boundary_fits(struct span b)
{
    static const char others[] = "'()+_,-./:=?";
    for (size_t i = 0; i < b.len; i++) {
        const uint8_t c = b.ptr[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && !memchr(others, c, sizeof others - 1))
            return false;
    }
    return b.len > 0 && b.len <= BOUNDARY_MAX;
}

/* One parameter and no other: "; boundary=token", or in quotes. */
static enum rc read_boundary(struct span type, struct span *ret, struct diag *d)
{
    bool good = begins(type, TYPE);
    struct span s = good ? field_trim(behind(type, sizeof TYPE - 1)) : type;
    good = good && begins(s, ";");
    s = good ? field_trim(behind(s, 1)) : s;
    good = good && begins(s, "boundary=");
    s = good ? behind(s, sizeof "boundary=" - 1) : s;
    if (good && s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
        s = span_of(s.ptr + 1, s.len - 2);
    if (!good || !boundary_fits(s))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not " TYPE " with one boundary");
    *ret = s;
    return RC_OK;
}

static bool take(struct span *left, struct span literal)
{
    if (left->len < literal.len || memcmp(left->ptr, literal.ptr, literal.len) != 0)
        return false;
    *left = behind(*left, literal.len);
    return true;
}

/* What stands before the next line end; false: there is none within the bound. */
static bool take_line(struct span *left, struct span *ret)
{
    const size_t max = left->len < FORM_HEAD_MAX ? left->len : FORM_HEAD_MAX;
    const uint8_t *const end = max > 0 ? memchr(left->ptr, '\r', max) : NULL;
    if (!end)
        return false;
    *ret = span_of(left->ptr, (size_t)(end - left->ptr));
    *left = behind(*left, ret->len);
    return take(left, SPAN_LITERAL("\r\n"));
}

/* ; name="…" or ; filename="…", with no escape but those that browsers make of " and line ends. */
static bool take_parameter(struct span *s, const char *name, struct span *ret)
{
    struct span at = field_trim(*s);
    if (!take(&at, SPAN_LITERAL(";")))
        return false;
    at = field_trim(at);
    if (!begins(at, name))
        return false;
    at = behind(at, strlen(name));
    if (!take(&at, SPAN_LITERAL("=\"")))
        return false;
    const uint8_t *const end = at.len > 0 ? memchr(at.ptr, '"', at.len) : NULL;
    if (!end)
        return false;
    *ret = span_of(at.ptr, (size_t)(end - at.ptr));
    *s = behind(at, ret->len + 1);
    return true;
}

static bool read_disposition(struct span line, struct span *ret_name)
{
    struct span file, left = behind(line, sizeof "Content-Disposition:" - 1);
    left = field_trim(left);
    if (!take(&left, SPAN_LITERAL("form-data")) || !take_parameter(&left, "name", ret_name))
        return false;
    if (field_trim(left).len > 0 && !take_parameter(&left, "filename", &file))
        return false;
    return field_trim(left).len == 0;
}

/* The headers of one part: exactly one disposition; a type says nothing to us. */
static enum rc read_head(struct span *left, struct span *ret_name, struct diag *d)
{
    const uint8_t *const from = left->ptr;
    bool named = false;
    for (;;) {
        struct span line;
        if (!take_line(left, &line) || (size_t)(left->ptr - from) > FORM_HEAD_MAX)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a part's head does not end");
        if (line.len == 0)
            break;
        const bool disposition = begins(line, "Content-Disposition:");
        if ((disposition && (named || !read_disposition(line, ret_name))) ||
            (!disposition && !begins(line, "Content-Type:")))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a part's head is not well formed");
        named |= disposition;
    }
    return named ? RC_OK : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a part without a name");
}

static const uint8_t *find(struct span in, struct span what)
{
    while (in.len >= what.len) {
        const uint8_t *const at = memchr(in.ptr, what.ptr[0], in.len - what.len + 1);
        if (!at || memcmp(at, what.ptr, what.len) == 0)
            return at;
        in = behind(in, (size_t)(at - in.ptr) + 1);
    }
    return NULL;
}

static enum rc read_part(struct span *left, struct span delimiter, struct form *f, struct diag *d)
{
    struct span name = { 0 };
    const enum rc rc = read_head(left, &name, d);
    if (rc != RC_OK)
        return rc;
    const uint8_t *const end = find(*left, delimiter);
    if (!end)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a part does not end");
    const struct span value = span_of(left->ptr, (size_t)(end - left->ptr));
    *left = behind(*left, value.len + delimiter.len);
    return add(f, name, value, d);
}

static enum rc read_parts(struct span left, struct span delimiter, struct form *f, struct diag *d)
{
    if (!take(&left, behind(delimiter, 2)))
        return diag_set(d, RC_FORMAT, 0, "the first part does not stand at the beginning");
    while (take(&left, SPAN_LITERAL("\r\n"))) {
        const enum rc rc = read_part(&left, delimiter, f, d);
        if (rc != RC_OK)
            return rc;
    }
    if (!take(&left, SPAN_LITERAL("--")))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the last part does not end");
    (void)take(&left, SPAN_LITERAL("\r\n"));
    return left.len == 0 ? RC_OK
                         : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "bytes behind the last part");
}

enum rc form_multipart_read(struct span content_type, struct span body, struct form *ret,
                            struct diag *d)
{
    assert(ret);

    struct span boundary = { 0 };
    enum rc rc = read_boundary(content_type, &boundary, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(buf_free_at) struct buf delimiter = { 0 };
    buf_put_text(&delimiter, "\r\n--");
    buf_put_span(&delimiter, boundary);
    rc = buf_rc(&delimiter, d);
    if (rc != RC_OK)
        return rc;
    *ret = (struct form){ 0 };
    return read_parts(body, buf_span(&delimiter), ret, d);
}

/* --- urlencoded --- */

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to the separator or the end; *to moves on. */
static bool decode(struct span *left, uint8_t until, uint8_t **to, struct span *ret)
{
    uint8_t *const from = *to;
    size_t i = 0;
    for (; i < left->len && left->ptr[i] != until && left->ptr[i] != '&'; i++) {
        uint8_t c = left->ptr[i];
        if (c == '%') {
            const int high = i + 2 < left->len ? digit_value(left->ptr[i + 1]) : -1;
            const int low = i + 2 < left->len ? digit_value(left->ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (uint8_t)(high << 4 | low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        *(*to)++ = c;
    }
    *ret = span_of(from, (size_t)(*to - from));
    *left = behind(*left, i);
    return true;
}

enum rc form_urlencoded_read(struct span body, uint8_t *room, struct form *ret, struct diag *d)
{
    assert(ret && (room || body.len == 0));

    *ret = (struct form){ 0 };
    while (body.len > 0) {
        struct span name, value = { 0 };
        bool good = decode(&body, '=', &room, &name);
        if (good && take(&body, SPAN_LITERAL("=")))
            good = decode(&body, '&', &room, &value);
        if (!good)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a percent sign without two digits");
        (void)take(&body, SPAN_LITERAL("&"));
        const enum rc rc = add(ret, name, value, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}
