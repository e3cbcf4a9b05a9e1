#include "core/cose/cbor_head.h"

static bool skip_item(struct cbor_reader *c, const char *name, unsigned depth);

static bool skip_array(struct cbor_reader *c, const char *name, uint64_t count, unsigned depth)
{
    for (uint64_t i = 0; i < count; i++) {
        if (!skip_item(c, name, depth + 1))
            return false;
    }
    return true;
}

static bool skip_map(struct cbor_reader *c, const char *name, uint64_t count, unsigned depth)
{
    struct span last = span_of(NULL, 0);
    for (uint64_t i = 0; i < count; i++) {
        if (!cbor_next_key(c, name, &last) || !skip_item(c, name, depth + 1))
            return false;
    }
    return true;
}

static bool skip_item(struct cbor_reader *c, const char *name, unsigned depth)
{
    const size_t at = c->r.pos;
    struct cbor_head head;
    struct span content;
    if (depth >= CBOR_MAX_DEPTH)
        return cbor_fail_at(c, at, "%s is nested deeper than %d", name, CBOR_MAX_DEPTH);
    if (!cbor_head(c, name, &head))
        return false;
    switch ((enum cbor_major)head.major) {
    case CBOR_BYTES:
    case CBOR_TEXT:
        return cbor_content(c, name, at, &head, &content);
    case CBOR_ARRAY:
        return skip_array(c, name, head.arg, depth);
    case CBOR_MAP:
        return skip_map(c, name, head.arg, depth);
    case CBOR_TAG:
        return skip_item(c, name, depth + 1);
    case CBOR_UINT:
    case CBOR_NEGATIVE:
    case CBOR_SIMPLE:
        break;
    }
    return true;
}

bool cbor_skip(struct cbor_reader *c, const char *name, struct span *ret)
{
    const size_t at = c->r.pos;
    if (!skip_item(c, name, 0))
        return false;
    *ret = span_of(c->r.in.ptr + at, c->r.pos - at);
    return true;
}
