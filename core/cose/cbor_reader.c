#include <assert.h>

#include "core/base/utf8.h"
#include "core/cose/cbor_head.h"

struct cbor_reader cbor_reader_over(struct span in, struct diag *d)
{
    return (struct cbor_reader){ .r = reader_over(in), .d = d };
}

bool cbor_uint(struct cbor_reader *c, const char *name, uint64_t max, uint64_t *ret)
{
    const size_t at = c->r.pos;
    uint64_t v;
    if (!cbor_head_of(c, name, CBOR_UINT, &v))
        return false;
    if (v > max)
        return cbor_fail_at(c, at, "%s is over %llu", name, (unsigned long long)max);
    *ret = v;
    return true;
}

bool cbor_int(struct cbor_reader *c, const char *name, int64_t *ret)
{
    const size_t at = c->r.pos;
    struct cbor_head head;
    if (!cbor_head(c, name, &head))
        return false;
    if (head.major != CBOR_UINT && head.major != CBOR_NEGATIVE)
        return cbor_fail_at(c, at, "%s is not an integer", name);
    if (head.arg > INT64_MAX)
        return cbor_fail_at(c, at, "%s does not fit 64 bits with a sign", name);
    *ret = head.major == CBOR_UINT ? (int64_t)head.arg : -1 - (int64_t)head.arg;
    return true;
}

bool cbor_content(struct cbor_reader *c, const char *name, size_t at, const struct cbor_head *head,
                  struct span *ret)
{
    struct span s;
    if (head->arg > reader_left(&c->r) || !reader_take(&c->r, (size_t)head->arg, &s))
        return cbor_fail_at(c, at, "%s is cut short", name);
    if (head->major == CBOR_TEXT && !utf8_well_formed(s))
        return cbor_fail_at(c, at, "%s is not UTF-8", name);
    *ret = s;
    return true;
}

static bool take_string(struct cbor_reader *c, const char *name, enum cbor_major major, size_t min,
                        size_t max, struct span *ret)
{
    const size_t at = c->r.pos;
    struct cbor_head head = { .major = (unsigned)major };
    if (!cbor_head_of(c, name, major, &head.arg))
        return false;
    if (head.arg < min || head.arg > max)
        return cbor_fail_at(c, at, "%s has %llu bytes, not %zu to %zu", name,
                            (unsigned long long)head.arg, min, max);
    return cbor_content(c, name, at, &head, ret);
}

bool cbor_bytes(struct cbor_reader *c, const char *name, size_t min, size_t max, struct span *ret)
{
    return take_string(c, name, CBOR_BYTES, min, max, ret);
}

bool cbor_text(struct cbor_reader *c, const char *name, size_t min, size_t max, struct span *ret)
{
    return take_string(c, name, CBOR_TEXT, min, max, ret);
}

bool cbor_bool(struct cbor_reader *c, const char *name, bool *ret)
{
    const size_t at = c->r.pos;
    uint64_t v;
    if (!cbor_head_of(c, name, CBOR_SIMPLE, &v))
        return false;
    if (v == CBOR_NULL)
        return cbor_fail_at(c, at, "%s is null, not true or false", name);
    *ret = v == CBOR_TRUE;
    return true;
}

bool cbor_array(struct cbor_reader *c, const char *name, uint64_t max, uint64_t *ret_count)
{
    const size_t at = c->r.pos;
    uint64_t count;
    if (!cbor_head_of(c, name, CBOR_ARRAY, &count))
        return false;
    if (count > max)
        return cbor_fail_at(c, at, "%s has more than %llu items", name, (unsigned long long)max);
    *ret_count = count;
    return true;
}

bool cbor_tag(struct cbor_reader *c, const char *name, uint64_t tag)
{
    const size_t at = c->r.pos;
    uint64_t v;
    if (!cbor_head_of(c, name, CBOR_TAG, &v))
        return false;
    return v == tag ||
           cbor_fail_at(c, at, "%s has another tag than %llu", name, (unsigned long long)tag);
}

int cbor_peek(const struct cbor_reader *c)
{
    if (c->failed || reader_left(&c->r) == 0)
        return -1;
    return c->r.in.ptr[c->r.pos] >> 5;
}

bool cbor_end(struct cbor_reader *c)
{
    if (c->failed)
        return false;
    return reader_left(&c->r) == 0 || cbor_fail(c, "bytes follow the end");
}
