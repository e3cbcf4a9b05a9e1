#include <assert.h>

#include "core/base/buf.h"
#include "core/crypto/hash.h"

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_encode(const uint8_t *bytes, size_t len, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[2 * len] = '\0';
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_decode(struct span text, uint8_t *ret, size_t len)
{
    if (text.len != 2 * len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (hex_value(text.ptr[i]) < 0)
            return false;
    }
    for (size_t i = 0; i < len; i++)
        ret[i] = (uint8_t)(hex_value(text.ptr[2 * i]) << 4 | hex_value(text.ptr[2 * i + 1]));
    return true;
}

void base64_encode(struct span bytes, struct buf *to)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        const size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = (uint32_t)bytes.ptr[i] << 16;
        group |= n > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0;
        group |= n > 2 ? (uint32_t)bytes.ptr[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            const char c = base64_alphabet[group >> (18 - 6 * k) & 63];
            buf_put_u8(to, (uint8_t)(k <= n ? c : '='));
        }
    }
}

static int base64_value(uint8_t c)
{
    const char *at = c ? strchr(base64_alphabet, c) : NULL;
    return at ? (int)(at - base64_alphabet) : -1;
}

/* One group of four characters, of which the last `pad` are '='. */
static bool decode_group(const uint8_t *text, size_t pad, struct buf *to)
{
    uint32_t group = 0;
    for (size_t k = 0; k < 4; k++) {
        const int v = k < 4 - pad ? base64_value(text[k]) : 0;
        if (v < 0)
            return false;
        group = group << 6 | (uint32_t)v;
    }
    /* Spare bits would give one value a second spelling. */
    if ((group & ((1u << 8 * pad) - 1)) != 0)
        return false;
    for (size_t k = 0; k < 3 - pad; k++)
        buf_put_u8(to, (uint8_t)(group >> (16 - 8 * k)));
    return true;
}

bool base64_decode(struct span text, struct buf *to)
{
    if (text.len % 4 != 0)
        return false;
    for (size_t i = 0; i < text.len; i += 4) {
        const uint8_t *group = text.ptr + i;
        size_t pad = 0;
        if (i + 4 == text.len)
            pad = group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
        if (!decode_group(group, pad, to))
            return false;
    }
    return buf_ok(to);
}
