#include "core/cose/cbor_head.h"

size_t cbor_head_encode(enum cbor_major major, uint64_t arg, uint8_t ret[CBOR_HEAD_MAX])
{
    const unsigned top = (unsigned)major << 5;
    if (arg < 24) {
        ret[0] = (uint8_t)(top | arg);
        return 1;
    }
    const unsigned log = arg <= UINT8_MAX ? 0 : arg <= UINT16_MAX ? 1 : arg <= UINT32_MAX ? 2 : 3;
    const unsigned bytes = 1u << log;
    ret[0] = (uint8_t)(top | (24 + log));
    for (unsigned i = 0; i < bytes; i++)
        ret[1 + i] = (uint8_t)(arg >> 8 * (bytes - 1 - i));
    return 1 + bytes;
}

static void put_head(struct buf *b, enum cbor_major major, uint64_t arg)
{
    uint8_t head[CBOR_HEAD_MAX];
    const size_t len = cbor_head_encode(major, arg, head);
    buf_put(b, head, len);
}

void cbor_put_uint(struct buf *b, uint64_t v)
{
    put_head(b, CBOR_UINT, v);
}

void cbor_put_int(struct buf *b, int64_t v)
{
    if (v < 0)
        put_head(b, CBOR_NEGATIVE, (uint64_t)(-1 - v));
    else
        put_head(b, CBOR_UINT, (uint64_t)v);
}

void cbor_put_bytes(struct buf *b, struct span s)
{
    put_head(b, CBOR_BYTES, s.len);
    buf_put_span(b, s);
}

void cbor_put_text(struct buf *b, struct span s)
{
    put_head(b, CBOR_TEXT, s.len);
    buf_put_span(b, s);
}

void cbor_put_cstr(struct buf *b, const char *text)
{
    cbor_put_text(b, span_text(text));
}

void cbor_put_bool(struct buf *b, bool v)
{
    put_head(b, CBOR_SIMPLE, v ? CBOR_TRUE : CBOR_FALSE);
}

void cbor_put_null(struct buf *b)
{
    put_head(b, CBOR_SIMPLE, CBOR_NULL);
}

void cbor_put_array(struct buf *b, uint64_t count)
{
    put_head(b, CBOR_ARRAY, count);
}

void cbor_put_map(struct buf *b, uint64_t count)
{
    put_head(b, CBOR_MAP, count);
}

void cbor_put_tag(struct buf *b, uint64_t tag)
{
    put_head(b, CBOR_TAG, tag);
}
