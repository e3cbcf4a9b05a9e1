#include "core/http/fields.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "core/base/utf8.h"

bool field_is_token(struct span text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        const bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alphanumeric && !memchr(others, c, sizeof others - 1))
            return false;
    }
    return text.len > 0;
}

bool field_is_clean(struct span value)
{
    bool ascii = true;
    for (size_t i = 0; (i = span_run(value, i, ' ', '~')) < value.len; i++) {
        const uint8_t c = value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
        ascii &= c < 0x80;
    }
    if (ascii)
        return true;
    /* A tab beside other scripts has no use, and utf8_has_control() refuses it. */
    return utf8_well_formed(value) && !utf8_has_control(value);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

struct span field_trim(struct span value)
{
    while (value.len > 0 && is_blank(value.ptr[0]))
        value = span_of(value.ptr + 1, value.len - 1);
    while (value.len > 0 && is_blank(value.ptr[value.len - 1]))
        value.len--;
    return value;
}

const struct field *field_find(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static bool value_is(const struct field *f, const char *text)
{
    return f->value.len == strlen(text) &&
           strncasecmp((const char *)f->value.ptr, text, f->value.len) == 0;
}

/* --- the rules --- */

static enum field_fault malformed(struct diag *d, const char *why, const char *name)
{
    (void)diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "%s%s", why, name);
    return FIELD_MALFORMED;
}

/* What two readers would choose differently from. */
static const char *const single[] = {
    "Host",   "Content-Length", "Transfer-Encoding", "Content-Type",
    "Expect", "Authorization",  "Idempotency-Key",   "Content-Encoding",
};

static enum field_fault judge_repetitions(const struct field *fields, size_t count, struct diag *d)
{
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
        const struct field *const first = field_find(fields, count, single[i]);
        if (!first)
            continue;
        const size_t behind = (size_t)(first - fields) + 1;
        if (field_find(fields + behind, count - behind, single[i]))
            return malformed(d, "a header that may be sent once was sent twice: ", single[i]);
    }
    return FIELD_FINE;
}

static enum field_fault judge_texts(const struct field *fields, size_t count, struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        if (!field_is_token(span_text(fields[i].name)))
            return malformed(d, "a header's name is no token", "");
        if (!field_is_clean(fields[i].value))
            return malformed(d, "a header holds a character that may not stand in one", "");
    }
    return FIELD_FINE;
}

static bool is_host(struct span value)
{
    static const char others[] = "-._~%!$&'()*+,;=:[]";
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t c = value.ptr[i];
        const bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alphanumeric && !memchr(others, c, sizeof others - 1))
            return false;
    }
    return value.len > 0;
}

static enum field_fault judge_host(const struct field *fields, size_t count, bool http_1_1,
                                   struct diag *d)
{
    const struct field *const host = field_find(fields, count, "Host");
    if (!host)
        return http_1_1 ? malformed(d, "the Host header is missing", "") : FIELD_FINE;
    return is_host(host->value) ? FIELD_FINE : malformed(d, "the Host header names no host", "");
}

static bool read_length(struct span text, uint64_t *ret)
{
    uint64_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        const unsigned digit = text.ptr[i] - (unsigned)'0';
        if (__builtin_mul_overflow(n, 10u, &n) || __builtin_add_overflow(n, digit, &n))
            return false;
    }
    *ret = n;
    return text.len > 0;
}

static enum field_fault judge_framing(const struct field *fields, size_t count, bool http_1_1,
                                      struct field_body *ret, struct diag *d)
{
    const struct field *const length = field_find(fields, count, "Content-Length");
    const struct field *const coding = field_find(fields, count, "Transfer-Encoding");
    if (length && coding)
        return malformed(d, "Content-Length and Transfer-Encoding were both sent", "");
    if (coding && !http_1_1)
        return malformed(d, "Transfer-Encoding is not of version 1.0", "");
    if (coding && !value_is(coding, "chunked"))
        return FIELD_CODING_UNKNOWN;
    if (length && !read_length(length->value, &ret->len))
        return malformed(d, "Content-Length is no length", "");
    ret->chunked = coding;
    return FIELD_FINE;
}

static enum field_fault judge_expectation(const struct field *fields, size_t count, bool http_1_1,
                                          struct field_body *ret)
{
    const struct field *const expect = field_find(fields, count, "Expect");
    if (!expect || !http_1_1)
        return FIELD_FINE;
    if (!value_is(expect, "100-continue"))
        return FIELD_EXPECTATION;
    ret->expects_continue = true;
    return FIELD_FINE;
}

enum field_fault fields_judge(const struct field *fields, size_t count, bool http_1_1,
                              struct field_body *ret, struct diag *d)
{
    assert(fields && ret);

    struct field_body body = { 0 };
    enum field_fault fault = judge_texts(fields, count, d);
    if (fault == FIELD_FINE)
        fault = judge_repetitions(fields, count, d);
    if (fault == FIELD_FINE)
        fault = judge_host(fields, count, http_1_1, d);
    if (fault == FIELD_FINE)
        fault = judge_framing(fields, count, http_1_1, &body, d);
    if (fault == FIELD_FINE)
        fault = judge_expectation(fields, count, http_1_1, &body);
    if (fault == FIELD_FINE)
        *ret = body;
    return fault;
}

/* --- languages --- */

/* "q=0.85" in thousandths; without one 1000, malformed 0: then it decides nothing. */
static unsigned weight_of(struct span parameters)
{
    const struct span p = field_trim(parameters);
    if (p.len == 0)
        return 1000;
    if (p.len < 3 || (p.ptr[0] | 0x20) != 'q' || p.ptr[1] != '=' || p.len > 7)
        return 0;
    unsigned weight = 0;
    unsigned unit = 1000;
    for (size_t i = 2; i < p.len; i++) {
        if (i == 3 && p.ptr[i] == '.')
            continue;
        if (p.ptr[i] < '0' || p.ptr[i] > '9')
            return 0;
        weight += (p.ptr[i] - (unsigned)'0') * unit;
        unit /= 10;
    }
    return weight <= 1000 ? weight : 0;
}

static bool is_language(struct span range, const char *primary)
{
    const size_t len = strlen(primary);
    return range.len >= len && strncasecmp((const char *)range.ptr, primary, len) == 0 &&
           (range.len == len || range.ptr[len] == '-');
}

static struct span cut_at(struct span *rest, char stop)
{
    const uint8_t *const found = rest->len > 0 ? memchr(rest->ptr, stop, rest->len) : NULL;
    const size_t len = found ? (size_t)(found - rest->ptr) : rest->len;
    const struct span part = span_of(rest->ptr, len);
    *rest = found ? span_of(found + 1, rest->len - len - 1) : span_of(rest->ptr + len, 0);
    return part;
}

bool field_prefers_english(struct span accept_language)
{
    unsigned english = 0;
    unsigned chinese = 0;
    while (accept_language.len > 0) {
        struct span parameters = cut_at(&accept_language, ',');
        const struct span range = field_trim(cut_at(&parameters, ';'));
        const unsigned weight = weight_of(parameters);
        if (is_language(range, "en") && weight > english)
            english = weight;
        if (is_language(range, "zh") && weight > chinese)
            chinese = weight;
    }
    return english > chinese;
}
