#include "core/cert/der.h"

#include <assert.h>

/* Takes tag and length; false: r may have moved. */
static bool take_head(struct reader *r, uint8_t tag, size_t *ret)
{
    uint8_t first, len;
    uint16_t longer;
    if (!reader_u8(r, &first) || first != tag || !reader_u8(r, &len))
        return false;
    if (len < 0x80) {
        *ret = len;
        return true;
    }
    if (len == 0x81) {
        if (!reader_u8(r, &len) || len < 0x80)
            return false;
        *ret = len;
        return true;
    }
    if (len != 0x82 || !reader_be16(r, &longer) || longer < 0x100)
        return false;
    *ret = longer;
    return true;
}

bool der_take(struct reader *r, uint8_t tag, struct span *ret)
{
    struct reader at = *r;
    size_t len;
    if (!take_head(&at, tag, &len) || !reader_take(&at, len, ret))
        return false;
    *r = at;
    return true;
}

bool der_take_whole(struct reader *r, uint8_t tag, struct span *ret)
{
    struct reader at = *r;
    struct span content;
    if (!der_take(&at, tag, &content))
        return false;
    *ret = span_of(r->in.ptr + r->pos, at.pos - r->pos);
    *r = at;
    return true;
}

bool der_take_exact(struct reader *r, struct span bytes)
{
    struct reader at = *r;
    struct span s;
    if (!reader_take(&at, bytes.len, &s) || !span_equal(s, bytes))
        return false;
    *r = at;
    return true;
}

bool der_take_number(struct reader *r, uint8_t *ret, size_t len)
{
    struct reader at = *r;
    struct span s;
    if (!der_take(&at, DER_INTEGER, &s) || s.len == 0 || (s.ptr[0] & 0x80) != 0)
        return false;
    if (s.ptr[0] == 0) { /* there only to keep the next byte from being a sign */
        if (s.len == 1 || (s.ptr[1] & 0x80) == 0)
            return false;
        s = span_of(s.ptr + 1, s.len - 1);
    }
    if (s.len > len)
        return false;
    memset(ret, 0, len - s.len);
    memcpy(ret + (len - s.len), s.ptr, s.len);
    *r = at;
    return true;
}

bool der_at_end(const struct reader *r)
{
    return reader_left(r) == 0;
}

size_t der_head_len(size_t len)
{
    return len < 0x80 ? 2 : len < 0x100 ? 3 : 4;
}

void der_put_head(struct buf *to, uint8_t tag, size_t len)
{
    assert(len <= DER_LEN_MAX);

    buf_put_u8(to, tag);
    if (len >= 0x100) {
        buf_put_u8(to, 0x82);
        buf_put_u8(to, (uint8_t)(len >> 8));
    } else if (len >= 0x80) {
        buf_put_u8(to, 0x81);
    }
    buf_put_u8(to, (uint8_t)len);
}

void der_put(struct buf *to, uint8_t tag, struct span content)
{
    der_put_head(to, tag, content.len);
    buf_put_span(to, content);
}
