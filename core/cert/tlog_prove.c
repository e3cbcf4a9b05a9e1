#include "core/cert/tlog.h"

#include <assert.h>

/* Leaves [first, first + count); in every range of a proof, first is a multiple of count rounded up
 * to a power of two, so that its complete subtrees stand at whole places. */
struct range {
    uint64_t first, count;
};

/* RFC 6962 section 2.1: the largest power of two below n. */
static uint64_t split_of(uint64_t n)
{
    assert(n > 1);
    return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* MTH of a range of at least one leaf. */
static enum rc hash_range(const struct tlog_source *src, struct range r, struct tlog_hash *ret,
                          struct diag *d)
{
    struct tlog_hash parts[64];
    size_t count = 0;

    for (unsigned level = 64; level-- > 0;) {
        const uint64_t width = UINT64_C(1) << level;
        if (!(r.count & width))
            continue;
        const enum rc rc = src->hash(src->ctx, level, r.first >> level, &parts[count], d);
        if (rc != RC_OK)
            return rc;
        r.first += width;
        count++;
    }
    assert(count > 0);
    for (; count > 1; count--)
        parts[count - 2] = tlog_node(&parts[count - 2], &parts[count - 1]);
    *ret = parts[0];
    return RC_OK;
}

enum rc tlog_root(const struct tlog_source *src, uint64_t size, struct tlog_hash *ret,
                  struct diag *d)
{
    assert(src && ret && size <= TLOG_SIZE_MAX);

    if (size == 0) {
        *ret = tlog_empty();
        return RC_OK;
    }
    return hash_range(src, (struct range){ 0, size }, ret, d);
}

/* Hashes the ranges, which were found from the root down, in the order of a proof: from the leaf
 * up. */
static enum rc hash_upwards(const struct tlog_source *src, const struct range *ranges, size_t count,
                            struct tlog_hash *ret, struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        const enum rc rc = hash_range(src, ranges[count - 1 - i], &ret[i], d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* Halves *at towards the side that holds leaf index; *sibling is the other side. */
static void step_down(struct range *at, uint64_t index, struct range *sibling)
{
    const uint64_t k = split_of(at->count);
    const struct range left = { at->first, k };
    const struct range right = { at->first + k, at->count - k };
    const bool goes_left = index < right.first;

    *sibling = goes_left ? right : left;
    *at = goes_left ? left : right;
}

enum rc tlog_prove_inclusion(const struct tlog_source *src, uint64_t index, uint64_t size,
                             struct tlog_hash ret[TLOG_PROOF_MAX], size_t *ret_count,
                             struct diag *d)
{
    assert(src && ret && ret_count && index < size && size <= TLOG_SIZE_MAX);

    struct range siblings[TLOG_PROOF_MAX];
    size_t count = 0;
    struct range at = { 0, size };
    while (at.count > 1)
        step_down(&at, index, &siblings[count++]);

    const enum rc rc = hash_upwards(src, siblings, count, ret, d);
    if (rc == RC_OK)
        *ret_count = count;
    return rc;
}

enum rc tlog_prove_consistency(const struct tlog_source *src, uint64_t old, uint64_t size,
                               struct tlog_hash ret[TLOG_PROOF_MAX], size_t *ret_count,
                               struct diag *d)
{
    assert(src && ret && ret_count && old <= size && size <= TLOG_SIZE_MAX);

    struct range parts[TLOG_PROOF_MAX];
    size_t count = 0;
    struct range at = { 0, size };
    if (old > 0) {
        /* SUBPROOF: down the right edge of the old tree until its last subtree is met whole. */
        while (at.first + at.count != old)
            step_down(&at, old - 1, &parts[count++]);
        /* The reader has the old root itself; any other last subtree is told. */
        if (at.first > 0)
            parts[count++] = at;
    }

    const enum rc rc = hash_upwards(src, parts, count, ret, d);
    if (rc == RC_OK)
        *ret_count = count;
    return rc;
}
