#include "issuer/keycare/draft.h"

#include <assert.h>
#include <string.h>

#include "core/cert/log_note.h"
#include "issuer/register/survivors.h"

static bool may_sign(const struct trusted_key *k, uint64_t index)
{
    return k->use == USE_TOKEN && index >= k->first && index < trusted_key_end(k);
}

static struct trusted_key *owner_of(const struct draft *f, uint64_t index)
{
    for (size_t i = 0; i < f->list->key_count; i++) {
        if (may_sign(&f->list->keys[i], index))
            return &f->list->keys[i];
    }
    return NULL;
}

/* Where the next range behind `index` begins. */
static uint64_t next_first(const struct draft *f, uint64_t index)
{
    uint64_t next = SEQUENCE_MAX + 1; /* 2^53, the end of all ranges */
    for (size_t i = 0; i < f->list->key_count; i++) {
        const struct trusted_key *const k = &f->list->keys[i];
        if (k->use == USE_TOKEN && trusted_key_end(k) > k->first && k->first >= index &&
            k->first < next)
            next = k->first;
    }
    return next;
}

static uint64_t free_index(const struct draft *f, uint64_t from)
{
    for (;;) {
        const struct trusted_key *const owner = owner_of(f, from);
        if (!owner)
            return from;
        from = trusted_key_end(owner);
    }
}

/* A key that has signed nothing yet makes room: its range goes behind all others. */
static enum rc move_back(struct draft *f, struct trusted_key *owner, uint64_t last, struct diag *d)
{
    uint64_t first = last;
    const uint64_t count = owner->last - owner->first;
    for (size_t i = 0; i < f->list->key_count; i++) {
        if (f->list->keys[i].use == USE_TOKEN && f->list->keys[i].last > first)
            first = f->list->keys[i].last;
    }
    if (first > SEQUENCE_MAX - count)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "there are no log indexes left");
    owner->first = first;
    owner->last = first + count;
    return RC_OK;
}

enum rc draft_range(struct draft *f, uint64_t first, uint64_t last, uint64_t size,
                    struct trusted_key *ret, struct diag *d)
{
    if (first == DRAFT_ANY)
        first = free_index(f, size);
    if (first < size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the log has %llu leaves: a new key cannot have signed index %llu",
                        (unsigned long long)size, (unsigned long long)first);
    const struct trusted_key *const here = owner_of(f, first);
    const uint64_t next = here && here->first == first ? here->last : next_first(f, first + 1);
    if (last == DRAFT_ANY)
        last = next < first + TOKEN_KEY_INDEXES ? next : first + TOKEN_KEY_INDEXES;
    if (last <= first || last - first > TOKEN_KEY_INDEXES)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a token key signs 1 to %u log indexes",
                        TOKEN_KEY_INDEXES);

    struct trusted_key *const owner = owner_of(f, first);
    ret->first = first;
    ret->last = last;
    if (owner && owner->first == first)
        return move_back(f, owner, last, d);
    if (owner)
        owner->last = first;
    return RC_OK;
}

enum rc draft_retire(struct draft *f, struct trusted_key *key, int64_t time_s, uint64_t size,
                     struct diag *d)
{
    (void)f;
    if (key->not_after <= time_s)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the key ends before that anyway");
    if (time_s < key->not_before)
        time_s = key->not_before;
    key->not_after = time_s;
    /* A key that has signed nothing keeps one index: a range is never empty. */
    if (key->use == USE_TOKEN && size > key->first && size < key->last)
        key->last = size;
    return RC_OK;
}

/* --- a stolen key --- */

static enum rc check_note(const struct home *h, struct span note, uint64_t index,
                          const struct tlog_hash *root, struct diag *d)
{
    struct checkpoint c = { 0 };
    uint64_t end = 0;
    const enum rc rc = log_note_check(note, h->trust, &c, &end, d);
    if (rc != RC_OK)
        return rc;
    if (c.size > end)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the checkpoint is from behind a log's end");
    if (c.size != index)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the checkpoint is of size %llu, not %llu",
                        (unsigned long long)c.size, (unsigned long long)index);
    if (memcmp(c.root.bytes, root->bytes, SHA256_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the register's log is not that of the checkpoint: it was changed");
    return RC_OK;
}

/* The spare key that comes first: listed, in its dates, and nothing of its range in the log yet. */
static struct trusted_key *find_spare(const struct draft *f, const struct trusted_key *stolen,
                                      uint64_t size)
{
    struct trusted_key *spare = NULL;
    for (size_t i = 0; i < f->list->key_count; i++) {
        struct trusted_key *const k = &f->list->keys[i];
        if (k != stolen && k->use == USE_TOKEN && !k->cut_off.given && k->first >= size &&
            k->not_before <= f->home->now && k->not_after > f->home->now &&
            (!spare || k->first < spare->first))
            spare = k;
    }
    return spare;
}

/* Nobody may be without a key: the next index must have one at once. */
static void hand_over(struct draft *f, const struct trusted_key *stolen, uint64_t size)
{
    struct trusted_key *const spare = find_spare(f, stolen, size);
    if (!spare || owner_of(f, size))
        return;
    spare->first = spare->last; /* out of the way of the question */
    const uint64_t next = next_first(f, size + 1);
    spare->first = size;
    spare->last = size + TOKEN_KEY_INDEXES;
    if (spare->last > next)
        spare->last = next;
}

enum rc draft_cut_off(struct draft *f, struct reg *r, struct trusted_key *key, uint64_t index,
                      struct span note, struct diag *d)
{
    const uint64_t size = register_log_settled(r);
    const struct tlog_source source = register_log_source(r);
    ON_EXIT(buf_free_at) struct buf survivors = { 0 };
    struct tlog_hash root = tlog_empty();
    if (key->use != USE_TOKEN)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a %s key is not cut off at an index",
                        key_use_name(key->use));
    if (key->cut_off.given)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the key is cut off already");
    if (index > size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the log has %llu leaves",
                        (unsigned long long)size);
    enum rc rc = index > 0 ? tlog_root(&source, index, &root, d) : RC_OK;
    if (rc == RC_OK && note.len > 0)
        rc = check_note(f->home, note, index, &root, d);
    if (rc != RC_OK)
        return rc;

    struct trusted_key cut = *key;
    cut.cut_off = (struct cut_off){ .given = true, .index = index };
    rc = survivors_collect(r, &cut, trusted_key_end(&cut), &survivors, d);
    if (rc != RC_OK)
        return rc;
    memcpy(cut.cut_off.root, root.bytes, SHA256_LEN);
    sha256(buf_span(&survivors), cut.cut_off.survivors);
    *key = cut;
    hand_over(f, key, size);
    return RC_OK;
}
