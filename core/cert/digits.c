#include "core/cert/digits.h"

#include <endian.h>

#define GROUP_BYTES  7
#define GROUP_DIGITS 17

/* Digits that hold n bytes: the smallest d with 10^d >= 256^n. */
static const size_t digits_of_bytes[GROUP_BYTES + 1] = { 0, 3, 5, 8, 10, 13, 15, GROUP_DIGITS };

static void encode_group(struct span bytes, struct buf *to)
{
    char text[GROUP_DIGITS];
    const size_t len = digits_of_bytes[bytes.len];
    uint64_t v = 0;
    for (size_t i = 0; i < bytes.len; i++)
        v = v << 8 | bytes.ptr[i];
    for (size_t i = len; i > 0; i--) {
        text[i - 1] = (char)('0' + v % 10);
        v /= 10;
    }
    buf_put(to, text, len);
}

void digits_encode(struct span bytes, struct buf *to)
{
    for (size_t at = 0; at < bytes.len; at += GROUP_BYTES) {
        const size_t left = bytes.len - at;
        encode_group(span_of(bytes.ptr + at, left < GROUP_BYTES ? left : GROUP_BYTES), to);
    }
}

/* Bytes that a last group of `digits` holds; 0: no encoder makes such a group. */
static size_t bytes_of_digits(size_t digits)
{
    for (size_t n = 1; n <= GROUP_BYTES; n++) {
        if (digits_of_bytes[n] == digits)
            return n;
    }
    return 0;
}

/* Eight digits are joined to four numbers of two digits, these to two of four, and these to one. */
static uint64_t eight_digits(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    v = (le64toh(v) & UINT64_C(0x0f0f0f0f0f0f0f0f)) * (1 + (10 << 8)) >> 8;
    v = (v & UINT64_C(0x00ff00ff00ff00ff)) * (1 + (100 << 16)) >> 16;
    return (v & UINT64_C(0x0000ffff0000ffff)) * (1 + (UINT64_C(10000) << 32)) >> 32;
}

static uint64_t value_of(const uint8_t *digits, size_t count)
{
    uint64_t v = 0;
    for (; count >= 8; count -= 8, digits += 8)
        v = v * 100000000 + eight_digits(digits);
    for (; count > 0; count--, digits++)
        v = v * 10 + (*digits - (uint64_t)'0');
    return v;
}

/* Of the digits that begin at `at`. Writes eight bytes, of which it gives the first to *to. */
static enum rc decode_group(const uint8_t *at, size_t digits, size_t offset, uint8_t **to,
                            struct diag *d)
{
    const size_t bytes = digits == GROUP_DIGITS ? GROUP_BYTES : bytes_of_digits(digits);
    if (bytes == 0)
        return diag_set(d, RC_FORMAT, offset, "a last group of %zu digits", digits);
    const uint64_t v = value_of(at, digits);
    if (v >> 8 * bytes != 0)
        return diag_set(d, RC_FORMAT, offset, "a group over the largest value of %zu bytes", bytes);
    const uint64_t first = htobe64(v << (64 - 8 * bytes));
    memcpy(*to, &first, sizeof first);
    *to += bytes;
    return RC_OK;
}

enum rc digits_decode(struct span digits, struct buf *to, struct diag *d)
{
    if (digits.len > DIGITS_MAX)
        return diag_set(d, RC_LIMIT, DIGITS_MAX, "more than %d digits", DIGITS_MAX);
    if (digits.len == 0)
        return diag_set(d, RC_FORMAT, 0, "there are no digits");

    const size_t end = span_run(digits, 0, '0', '9');
    uint8_t *out = buf_reserve(to, digits.len / GROUP_DIGITS * GROUP_BYTES + sizeof(uint64_t));
    if (!out)
        return buf_rc(to, d);
    for (size_t at = 0; at < digits.len; at += GROUP_DIGITS) {
        const size_t left = digits.len - at;
        const size_t group = left < GROUP_DIGITS ? left : GROUP_DIGITS;
        if (end < at + group)
            return diag_set(d, RC_FORMAT, end, "a character that is not a digit");
        const enum rc rc = decode_group(digits.ptr + at, group, at, &out, d);
        if (rc != RC_OK)
            return rc;
    }
    to->len = (size_t)(out - to->ptr);
    return RC_OK;
}
