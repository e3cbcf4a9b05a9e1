#include "core/cert/tlog.h"

#include <assert.h>

static bool same(const struct tlog_hash *a, const struct tlog_hash *b)
{
    return memcmp(a->bytes, b->bytes, SHA256_LEN) == 0;
}

/* Where a walk from a leaf up to the root is: the node's place in its level, and the last place
 * there. */
struct walk {
    uint64_t at, last;
};

static bool sibling_is_left(const struct walk *w)
{
    return w->at % 2 == 1 || w->at == w->last;
}

/* A last node without a right sibling stands for its parents too, as far up as it is alone. */
static void climb(struct walk *w, bool was_left)
{
    if (was_left)
        while (w->at % 2 == 0 && w->at != 0) {
            w->at /= 2;
            w->last /= 2;
        }
    w->at /= 2;
    w->last /= 2;
}

/* RFC 9162 section 2.1.3.2, the same proofs as RFC 6962's with the check spelled out. */
bool tlog_check_inclusion(const struct tlog_hash *leaf, uint64_t index, uint64_t size,
                          const struct tlog_hash *proof, size_t count, const struct tlog_hash *root)
{
    assert(leaf && root && (proof || count == 0));

    if (index >= size)
        return false;

    struct walk w = { index, size - 1 };
    struct tlog_hash r = *leaf;
    for (size_t i = 0; i < count; i++) {
        if (w.last == 0)
            return false;
        const bool left = sibling_is_left(&w);
        r = left ? tlog_node(&proof[i], &r) : tlog_node(&r, &proof[i]);
        climb(&w, left);
    }
    return w.last == 0 && same(&r, root);
}

/* RFC 9162 section 2.1.4.2 for 0 < old < size; proof starts with the last whole subtree of the old
 * tree. */
static bool check_growth(struct walk w, const struct tlog_hash *first,
                         const struct tlog_hash *proof, size_t count,
                         const struct tlog_hash *old_root, const struct tlog_hash *root)
{
    struct tlog_hash was = *first, is = *first;
    for (size_t i = 0; i < count; i++) {
        if (w.last == 0)
            return false;
        const bool left = sibling_is_left(&w);
        if (left)
            was = tlog_node(&proof[i], &was);
        is = left ? tlog_node(&proof[i], &is) : tlog_node(&is, &proof[i]);
        climb(&w, left);
    }
    return w.last == 0 && same(&was, old_root) && same(&is, root);
}

bool tlog_check_consistency(uint64_t old, const struct tlog_hash *old_root, uint64_t size,
                            const struct tlog_hash *root, const struct tlog_hash *proof,
                            size_t count)
{
    assert(old_root && root && (proof || count == 0));

    if (old > size)
        return false;
    if (old == size)
        return count == 0 && same(old_root, root);
    if (old == 0) {
        const struct tlog_hash empty = tlog_empty();
        return count == 0 && same(old_root, &empty);
    }
    if (count == 0)
        return false;

    struct walk w = { old - 1, size - 1 };
    while (w.at % 2 == 1) {
        w.at /= 2;
        w.last /= 2;
    }
    /* Left alone at the top, the old tree is one whole subtree and its root is not repeated. */
    const bool whole = w.at == 0;
    return check_growth(w, whole ? old_root : &proof[0], whole ? proof : proof + 1,
                        whole ? count : count - 1, old_root, root);
}
