#include <assert.h>

#include "core/cose/cbor_head.h"

/* Bytewise lexicographic (RFC 8949 section 4.2.1); no key is a prefix of another. */
static bool sorts_after(struct span key, struct span last)
{
    const size_t n = key.len < last.len ? key.len : last.len;
    return memcmp(key.ptr, last.ptr, n) > 0;
}

/* The key that stands from `at` to here. */
static bool follow_key(struct cbor_reader *c, const char *name, size_t at, struct span *last)
{
    const struct span key = span_of(c->r.in.ptr + at, c->r.pos - at);
    if (last->len > 0 && !sorts_after(key, *last))
        return cbor_fail_at(c, at, "keys of %s repeat or are out of order", name);
    *last = key;
    return true;
}

bool cbor_next_key(struct cbor_reader *c, const char *name, struct span *last)
{
    const size_t at = c->r.pos;
    struct cbor_head head;
    struct span content;
    if (!cbor_head(c, name, &head))
        return false;
    if (head.major != CBOR_UINT && head.major != CBOR_NEGATIVE && head.major != CBOR_TEXT)
        return cbor_fail_at(c, at, "a key of %s is neither integer nor text", name);
    if (head.major == CBOR_TEXT && !cbor_content(c, name, at, &head, &content))
        return false;
    return follow_key(c, name, at, last);
}

bool cbor_map(struct cbor_reader *c, const char *name, uint64_t max, struct cbor_map *ret)
{
    const size_t at = c->r.pos;
    uint64_t count;
    if (!cbor_head_of(c, name, CBOR_MAP, &count))
        return false;
    if (count > max)
        return cbor_fail_at(c, at, "%s has more than %llu keys", name, (unsigned long long)max);
    *ret = (struct cbor_map){ .left = count };
    return true;
}

/* Consumes the next key when its bytes are these, which are a whole key's. */
static bool take_key(struct cbor_reader *c, struct cbor_map *m, struct span wanted)
{
    const size_t at = c->r.pos;
    if (c->failed || m->left == 0 || reader_left(&c->r) < wanted.len ||
        memcmp(c->r.in.ptr + at, wanted.ptr, wanted.len) != 0)
        return false;
    c->r.pos += wanted.len;
    if (!follow_key(c, "a map", at, &m->last_key))
        return false;
    m->left--;
    return true;
}

bool cbor_map_key(struct cbor_reader *c, struct cbor_map *m, int64_t key)
{
    uint8_t encoded[CBOR_HEAD_MAX];
    const size_t len = key < 0 ? cbor_head_encode(CBOR_NEGATIVE, (uint64_t)(-1 - key), encoded)
                               : cbor_head_encode(CBOR_UINT, (uint64_t)key, encoded);
    return take_key(c, m, span_of(encoded, len));
}

bool cbor_map_need(struct cbor_reader *c, struct cbor_map *m, int64_t key, const char *name)
{
    return cbor_map_key(c, m, key) || cbor_fail(c, "%s is missing", name);
}

bool cbor_map_key_text(struct cbor_reader *c, struct cbor_map *m, const char *key)
{
    const struct span wanted = span_text(key);
    struct cbor_reader ahead = { .r = c->r, .failed = c->failed };
    struct span text;
    if (m->left == 0 || cbor_peek(c) != CBOR_TEXT || !cbor_text(&ahead, key, 0, SIZE_MAX, &text) ||
        !span_equal(text, wanted))
        return false;
    return take_key(c, m, span_of(c->r.in.ptr + c->r.pos, ahead.r.pos - c->r.pos));
}

bool cbor_map_end(struct cbor_reader *c, struct cbor_map *m, const char *name)
{
    if (c->failed)
        return false;
    if (m->left == 0)
        return true;
    const size_t at = c->r.pos;
    if (!cbor_next_key(c, name, &m->last_key))
        return false;
    return cbor_fail_at(c, at, "%s has a key that is not known", name);
}
