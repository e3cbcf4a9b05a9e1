#include "core/cert/digits.h"

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

/* Writes at most GROUP_BYTES. */
static enum rc decode_group(struct span all, size_t at, size_t digits, uint8_t **to, struct diag *d)
{
    const size_t bytes = digits == GROUP_DIGITS ? GROUP_BYTES : bytes_of_digits(digits);
    const size_t end = span_run(span_of(all.ptr, at + digits), at, '0', '9');
    uint64_t v = 0;
    if (end < at + digits)
        return diag_set(d, RC_FORMAT, end, "a character that is not a digit");
    if (bytes == 0)
        return diag_set(d, RC_FORMAT, at, "a last group of %zu digits", digits);
    for (size_t i = at; i < end; i++)
        v = v * 10 + (all.ptr[i] - (uint64_t)'0');
    if (v >> 8 * bytes != 0)
        return diag_set(d, RC_FORMAT, at, "a group over the largest value of %zu bytes", bytes);
    for (size_t i = bytes; i > 0; i--, v >>= 8)
        (*to)[i - 1] = (uint8_t)v;
    *to += bytes;
    return RC_OK;
}

enum rc digits_decode(struct span digits, struct buf *to, struct diag *d)
{
    if (digits.len > DIGITS_MAX)
        return diag_set(d, RC_LIMIT, DIGITS_MAX, "more than %d digits", DIGITS_MAX);
    if (digits.len == 0)
        return diag_set(d, RC_FORMAT, 0, "there are no digits");

    uint8_t *out = buf_reserve(to, (digits.len / GROUP_DIGITS + 1) * GROUP_BYTES);
    if (!out)
        return buf_rc(to, d);
    for (size_t at = 0; at < digits.len; at += GROUP_DIGITS) {
        const size_t left = digits.len - at;
        const size_t group = left < GROUP_DIGITS ? left : GROUP_DIGITS;
        const enum rc rc = decode_group(digits, at, group, &out, d);
        if (rc != RC_OK)
            return rc;
    }
    to->len = (size_t)(out - to->ptr);
    return RC_OK;
}
