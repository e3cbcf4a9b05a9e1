#include "core/cert/tlog_cache.h"

#include <assert.h>
#include <string.h>

/* Neighbours of one level never meet in a slot; levels lie apart. */
static struct tlog_cache_slot *slot_of(struct tlog_cache *c, unsigned level, uint64_t n)
{
    return &c->slots[(n + (uint64_t)level * 257) % TLOG_CACHE_SLOTS];
}

static enum rc cached_hash(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret,
                           struct diag *d)
{
    struct tlog_cache *const c = ctx;
    struct tlog_cache_slot *const slot = slot_of(c, level, n);
    if (!slot->known || slot->level != level || slot->n != n) {
        struct tlog_hash hash;
        const enum rc rc = c->inner.hash(c->inner.ctx, level, n, &hash, d);
        if (rc != RC_OK)
            return rc;
        *slot = (struct tlog_cache_slot){ true, level, n, hash };
    }
    *ret = slot->hash;
    return RC_OK;
}

void tlog_cache_begin(struct tlog_cache *c, struct tlog_source inner)
{
    assert(c && inner.hash);

    memset(c, 0, sizeof *c);
    c->inner = inner;
}

struct tlog_source tlog_cache_source(struct tlog_cache *c)
{
    return (struct tlog_source){ .hash = cached_hash, .ctx = c };
}
