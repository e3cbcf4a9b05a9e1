/* The file `state`: magic, numbers big endian, frontier, SHA-256 of all before it. */
#include <assert.h>
#include <string.h>

#include "core/base/reader.h"
#include "keys/memory/memory_internal.h"

#define MAGIC UINT64_C(0x5343534947303031) /* "SCSIG001" */

void memory_state_put(struct buf *to, const struct memory_state *s)
{
    const size_t start = to->len;
    uint8_t sum[SHA256_LEN];
    buf_put_be64(to, MAGIC);
    buf_put(to, s->deployment, DEPLOYMENT_LEN);
    buf_put_be64(to, s->sequence);
    buf_put(to, s->chain, SHA256_LEN);
    buf_put_be64(to, (uint64_t)s->last_iat);
    buf_put_be64(to, s->trust_sequence);
    buf_put_be64(to, s->order_count);
    buf_put(to, s->root, SHA256_LEN);
    buf_put_be64(to, s->tree.size);
    buf_put_be64(to, s->tree.count);
    for (size_t i = 0; i < s->tree.count; i++)
        buf_put(to, s->tree.hashes[i].bytes, SHA256_LEN);
    if (!buf_ok(to))
        return;
    sha256(span_of(to->ptr + start, to->len - start), sum);
    buf_put(to, sum, sizeof sum);
}

static bool take(struct reader *r, uint8_t *ret, size_t len)
{
    struct span s;
    if (!reader_take(r, len, &s))
        return false;
    memcpy(ret, s.ptr, len);
    return true;
}

static bool read_tree(struct reader *r, struct frontier *f)
{
    uint64_t count = 0;
    if (!reader_be64(r, &f->size) || !reader_be64(r, &count) || count > FRONTIER_MAX ||
        count != (uint64_t)__builtin_popcountll(f->size))
        return false;
    f->count = (size_t)count;
    for (size_t i = 0; i < f->count; i++) {
        if (!take(r, f->hashes[i].bytes, SHA256_LEN))
            return false;
    }
    return true;
}

enum rc memory_state_read(struct span bytes, struct memory_state *ret, struct diag *d)
{
    struct reader r = reader_over(bytes);
    struct memory_state s = { 0 };
    uint64_t magic = 0, last_iat = 0;
    uint8_t sum[SHA256_LEN], said[SHA256_LEN];
    if (!reader_be64(&r, &magic) || magic != MAGIC || !take(&r, s.deployment, DEPLOYMENT_LEN) ||
        !reader_be64(&r, &s.sequence) || !take(&r, s.chain, SHA256_LEN) ||
        !reader_be64(&r, &last_iat) || !reader_be64(&r, &s.trust_sequence) ||
        !reader_be64(&r, &s.order_count) || !take(&r, s.root, SHA256_LEN) ||
        !read_tree(&r, &s.tree))
        return diag_set(d, RC_FORMAT, r.pos, "'state' is not the state of a signer's memory");

    sha256(span_of(bytes.ptr, r.pos), sum);
    if (!take(&r, said, sizeof said) || reader_left(&r) != 0 || memcmp(said, sum, sizeof sum) != 0)
        return diag_set(d, RC_FORMAT, r.pos, "'state' does not have the hash that it says");
    s.last_iat = (int64_t)last_iat;
    *ret = s;
    return RC_OK;
}
