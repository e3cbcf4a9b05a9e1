#include "core/cert/tlog.h"

#include <assert.h>

struct tlog_hash tlog_leaf(struct span data)
{
    static const uint8_t prefix = 0x00;
    struct tlog_hash ret;
    sha256_2(span_of(&prefix, 1), data, ret.bytes);
    return ret;
}

struct tlog_hash tlog_node(const struct tlog_hash *left, const struct tlog_hash *right)
{
    uint8_t pair[1 + 2 * SHA256_LEN];
    pair[0] = 0x01;
    memcpy(pair + 1, left->bytes, SHA256_LEN);
    memcpy(pair + 1 + SHA256_LEN, right->bytes, SHA256_LEN);

    struct tlog_hash ret;
    sha256(span_of(pair, sizeof pair), ret.bytes);
    return ret;
}

struct tlog_hash tlog_empty(void)
{
    struct tlog_hash ret;
    sha256(span_of(NULL, 0), ret.bytes);
    return ret;
}

struct tlog_hash tlog_root_of(const struct tlog_hash *hashes, size_t count)
{
    assert(hashes && count > 0);

    /* Complete subtrees, largest first: as many as count has bits, so 64 always suffice. */
    struct tlog_hash stack[64];
    size_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        stack[depth++] = hashes[i];
        for (size_t n = i + 1; n % 2 == 0; n /= 2) {
            stack[depth - 2] = tlog_node(&stack[depth - 2], &stack[depth - 1]);
            depth--;
        }
    }
    for (; depth > 1; depth--)
        stack[depth - 2] = tlog_node(&stack[depth - 2], &stack[depth - 1]);
    return stack[0];
}
