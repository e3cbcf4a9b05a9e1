/* RFC 6962 section 2.1, leaf after leaf. */
#include <assert.h>

#include "keys/memory/memory_internal.h"

void frontier_add(struct frontier *f, const struct tlog_hash *leaf)
{
    assert(f->count < FRONTIER_MAX);
    struct tlog_hash h = *leaf;
    for (uint64_t bits = f->size; bits & 1; bits >>= 1)
        h = tlog_node(&f->hashes[--f->count], &h);
    f->hashes[f->count++] = h;
    f->size++;
}

struct tlog_hash frontier_root(const struct frontier *f)
{
    if (f->count == 0)
        return tlog_empty();
    struct tlog_hash h = f->hashes[f->count - 1];
    for (size_t i = f->count - 1; i-- > 0;)
        h = tlog_node(&f->hashes[i], &h);
    return h;
}
