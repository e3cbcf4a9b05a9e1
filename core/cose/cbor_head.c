#include "core/cose/cbor_head.h"

#include <stdarg.h>
#include <stdio.h>

PRINTF_LIKE(3, 0)
static bool fail_va(struct cbor_reader *c, size_t at, const char *fmt, va_list args)
{
    char text[sizeof c->d->text];
    if (!c->failed) {
        (void)vsnprintf(text, sizeof text, fmt, args);
        (void)diag_set(c->d, RC_FORMAT, at, "%s", text);
        c->r.pos = at;
    }
    c->failed = true;
    return false;
}

bool cbor_fail(struct cbor_reader *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fail_va(c, c->r.pos, fmt, args);
    va_end(args);
    return false;
}

bool cbor_fail_at(struct cbor_reader *c, size_t at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fail_va(c, at, fmt, args);
    va_end(args);
    return false;
}

/* The argument in 1, 2, 4 or 8 bytes behind the first (RFC 8949 section 3, additional info 24 to
 * 27). */
static bool take_argument(struct reader *r, size_t bytes, uint64_t *ret)
{
    struct span s;
    if (!reader_take(r, bytes, &s))
        return false;
    *ret = 0;
    for (size_t i = 0; i < bytes; i++)
        *ret = *ret << 8 | s.ptr[i];
    return true;
}

/* The smallest value that needs a head with this additional info: RFC 8949 section 4.2.1. */
static uint64_t least_argument(unsigned info)
{
    return info == 24 ? 24 : (uint64_t)1 << (4u << (info - 24));
}

bool cbor_head(struct cbor_reader *c, const char *name, struct cbor_head *ret)
{
    const size_t at = c->r.pos;
    uint8_t first;
    if (c->failed)
        return false;
    if (!reader_u8(&c->r, &first))
        return cbor_fail_at(c, at, "%s is cut short", name);

    const unsigned info = first & 31;
    struct cbor_head head = { .major = first >> 5, .arg = info };
    if (info > 27)
        return cbor_fail_at(c, at, "%s has an indefinite length or a reserved head", name);
    if (info >= 24 && !take_argument(&c->r, (size_t)1 << (info - 24), &head.arg))
        return cbor_fail_at(c, at, "%s is cut short", name);
    if (head.major == CBOR_SIMPLE && (info < CBOR_FALSE || info > CBOR_NULL))
        return cbor_fail_at(c, at, "%s is a float or a simple value that is not allowed", name);
    if (info >= 24 && head.arg < least_argument(info))
        return cbor_fail_at(c, at, "%s has a longer head than it needs", name);

    *ret = head;
    return true;
}

bool cbor_head_of(struct cbor_reader *c, const char *name, enum cbor_major major, uint64_t *ret_arg)
{
    static const char *const majors[] = {
        "an unsigned integer",
        "a negative integer",
        "a byte string",
        "a text",
        "an array",
        "a map",
        "a tag",
        "true, false or null",
    };
    const size_t at = c->r.pos;
    struct cbor_head head;
    if (!cbor_head(c, name, &head))
        return false;
    if (head.major != (unsigned)major)
        return cbor_fail_at(c, at, "%s is not %s", name, majors[major]);
    *ret_arg = head.arg;
    return true;
}
