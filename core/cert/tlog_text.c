#include "core/cert/tlog_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define HASH_TEXT_LEN 44u /* base64 of SHA256_LEN bytes */

bool text_take_line(struct reader *r, struct span *ret)
{
    const size_t left = reader_left(r);
    if (left == 0)
        return false;

    const uint8_t *const start = r->in.ptr + r->pos;
    const uint8_t *const end = memchr(start, '\n', left);
    if (!end)
        return false;

    *ret = span_of(start, (size_t)(end - start));
    r->pos += ret->len + 1;
    return true;
}

bool text_decimal(struct span text, uint64_t *ret)
{
    if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0'))
        return false;

    uint64_t v = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        if (c < '0' || c > '9')
            return false;
        const unsigned digit = (unsigned)(c - '0');
        if (v > ((uint64_t)TLOG_SIZE_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *ret = v;
    return true;
}

bool text_hash(struct span base64, struct tlog_hash *ret)
{
    ON_EXIT(buf_free_at) struct buf raw = { 0 };
    if (base64.len != HASH_TEXT_LEN || !base64_decode(base64, &raw) || raw.len != SHA256_LEN)
        return false;

    memcpy(ret->bytes, raw.ptr, SHA256_LEN);
    return true;
}

void text_put_hash(struct buf *b, const struct tlog_hash *hash)
{
    base64_encode(span_of(hash->bytes, SHA256_LEN), b);
    buf_put_text(b, "\n");
}

void tlog_tile_path(unsigned tile_level, uint64_t n, unsigned width, char ret[TLOG_PATH_MAX])
{
    assert(tile_level < 64 && width > 0 && width <= TLOG_TILE_WIDTH);

    int at = snprintf(ret, TLOG_PATH_MAX, "tile/%u/", tile_level);
    uint64_t group = 1;
    while (n / group >= 1000)
        group *= 1000;
    for (; group > 1; group /= 1000)
        at += snprintf(ret + at, TLOG_PATH_MAX - (size_t)at, "x%03" PRIu64 "/", n / group % 1000);
    at += snprintf(ret + at, TLOG_PATH_MAX - (size_t)at, "%03" PRIu64, n % 1000);
    if (width < TLOG_TILE_WIDTH)
        at += snprintf(ret + at, TLOG_PATH_MAX - (size_t)at, ".p/%u", width);
    assert(at > 0 && at < TLOG_PATH_MAX);
}
