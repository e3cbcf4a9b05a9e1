#include "verifier/daemon/conditions.h"

#include <assert.h>

#include "core/http/fields.h"

static struct span behind(struct span s, size_t n)
{
    return span_of(s.ptr + n, s.len - n);
}

bool condition_none_match(struct span list, const char *etag)
{
    const struct span wanted = span_text(etag);
    if (span_equal(field_trim(list), SPAN_LITERAL("*")))
        return true;
    while (list.len > 0) {
        const uint8_t *const end = memchr(list.ptr, ',', list.len);
        const size_t len = end ? (size_t)(end - list.ptr) : list.len;
        struct span tag = field_trim(span_of(list.ptr, len));
        if (tag.len > 2 && tag.ptr[0] == 'W' && tag.ptr[1] == '/')
            tag = behind(tag, 2);
        if (span_equal(tag, wanted))
            return true;
        list = behind(list, end ? len + 1 : len);
    }
    return false;
}

/* Up to 18 digits; false: none. */
static bool take_number(struct span *s, uint64_t *ret)
{
    size_t i = 0;
    uint64_t n = 0;
    for (; i < s->len && i < 18 && s->ptr[i] >= '0' && s->ptr[i] <= '9'; i++)
        n = n * 10 + (uint64_t)(s->ptr[i] - '0');
    if (i == 0)
        return false;
    *ret = n;
    *s = behind(*s, i);
    return true;
}

/* "-N": the last N bytes. */
static enum range_answer read_suffix(struct span s, uint64_t len, struct range *ret)
{
    uint64_t n;
    s = behind(s, 1);
    if (!take_number(&s, &n) || s.len > 0)
        return RANGE_WHOLE;
    if (n == 0 || len == 0)
        return RANGE_NOWHERE;
    ret->len = n < len ? n : len;
    ret->offset = len - ret->len;
    return RANGE_PART;
}

enum range_answer range_read(struct span range, struct span if_range, const char *etag,
                             uint64_t len, struct range *ret)
{
    assert(etag && ret);

    static const char unit[] = "bytes=";
    uint64_t first, last = len - 1;
    if (range.len < sizeof unit || memcmp(range.ptr, unit, sizeof unit - 1) != 0 ||
        (if_range.len > 0 && !span_equal(field_trim(if_range), span_text(etag))))
        return RANGE_WHOLE;
    struct span s = field_trim(behind(range, sizeof unit - 1));
    if (s.len > 0 && s.ptr[0] == '-')
        return read_suffix(s, len, ret);
    if (!take_number(&s, &first) || s.len == 0 || s.ptr[0] != '-')
        return RANGE_WHOLE;
    s = behind(s, 1);
    if (s.len > 0 && (!take_number(&s, &last) || s.len > 0 || last < first))
        return RANGE_WHOLE;
    if (first >= len)
        return RANGE_NOWHERE;
    ret->offset = first;
    ret->len = (last < len - 1 ? last : len - 1) - first + 1;
    return RANGE_PART;
}
