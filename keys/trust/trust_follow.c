#include "keys/trust/trust_follow.h"

#include <assert.h>
#include <string.h>

const struct trusted_key *trust_list_same(const struct trust_list *list,
                                          const struct trusted_key *key)
{
    const struct span kid = span_of(key->kid, KID_LEN);
    const struct trusted_key *k = trust_list_find(list, kid, NULL);
    while (k && !public_numbers_equal(pubkey_numbers(k->key), pubkey_numbers(key->key)))
        k = trust_list_find(list, kid, k);
    return k;
}

static enum rc refuse_key(const struct trusted_key *key, const char *why, struct diag *d)
{
    char kid[2 * KID_LEN + 1];
    hex_encode(key->kid, KID_LEN, kid);
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "key %s %s", kid, why);
}

static bool same_scope(const struct trusted_key *a, const struct trusted_key *b)
{
    return a->unit_count == b->unit_count && a->post_count == b->post_count &&
           memcmp(a->units, b->units, a->unit_count * sizeof a->units[0]) == 0 &&
           memcmp(a->posts, b->posts, a->post_count * sizeof a->posts[0]) == 0;
}

static bool same_cut_off(const struct cut_off *a, const struct cut_off *b)
{
    return b->given && a->index == b->index && a->time_s == b->time_s &&
           memcmp(a->root, b->root, SHA256_LEN) == 0 &&
           memcmp(a->survivors, b->survivors, SHA256_LEN) == 0;
}

/* A key never gains by a later list: whoever holds an old one must not be told too much. */
static enum rc check_kept(const struct trusted_key *old, const struct trusted_key *new,
                          struct diag *d)
{
    if (!new)
        return refuse_key(old, "is gone: what it signed would be of an unknown key", d);
    if (new->use != old->use || strcmp(new->name, old->name) != 0)
        return refuse_key(old, "has another use or name", d);
    if (new->not_before != old->not_before || new->not_after > old->not_after)
        return refuse_key(old, "begins at another time or ends later", d);
    if (!same_scope(old, new))
        return refuse_key(old, "has another scope", d);
    if (old->cut_off.given && !same_cut_off(&old->cut_off, &new->cut_off))
        return refuse_key(old, "is no longer cut off as it was", d);
    return RC_OK;
}

/* --- the log: the same one, or its successor --- */

static bool same_closed(const struct closed_log *a, const struct closed_log *b)
{
    return strcmp(a->origin, b->origin) == 0 && a->size == b->size &&
           memcmp(a->root, b->root, SHA256_LEN) == 0;
}

/* Nothing that an old key signs, or signed, behind the end is of the new log. */
static enum rc check_ended(const struct trusted_key *now, uint64_t size, int64_t issued,
                           struct diag *d)
{
    const bool ends = trusted_key_end(now) <= size || trusted_key_end(now) <= now->first;
    if (now->use == USE_TOKEN && !ends)
        return refuse_key(now, "may sign behind the end of the log that is closed", d);
    if (now->use == USE_LOG && now->not_after > issued)
        return refuse_key(now, "goes on signing the log that is closed", d);
    return RC_OK;
}

static enum rc check_log(const struct trust_list *old, const struct trust_list *new, struct diag *d)
{
    const bool same = strcmp(old->log_origin, new->log_origin) == 0;
    bool kept = new->closed_count == old->closed_count + (same ? 0 : 1);
    for (size_t i = 0; kept && i < old->closed_count; i++)
        kept = same_closed(&old->closed[i], &new->closed[i]);
    if (kept && !same)
        kept = strcmp(new->closed[old->closed_count].origin, old->log_origin) == 0;
    if (!kept)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a list of another log");
    enum rc rc = RC_OK;
    for (size_t i = 0; !same && rc == RC_OK && i < old->key_count; i++) {
        const struct trusted_key *const now = trust_list_same(new, &old->keys[i]);
        if (now)
            rc = check_ended(now, new->closed[old->closed_count].size, new->issued, d);
    }
    return rc;
}

static enum rc check_place(const struct trust_list *old, const struct trust_list *new,
                           struct diag *d)
{
    if (memcmp(old->deployment, new->deployment, DEPLOYMENT_LEN) != 0 || old->demo != new->demo)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a list of another deployment");
    if (new->sequence != old->sequence + 1)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "list %llu does not follow list %llu",
                        (unsigned long long)new->sequence, (unsigned long long)old->sequence);
    if (new->issued < old->issued)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a list issued before the last one");
    return RC_OK;
}

enum rc trust_list_follows(const struct trust_list *old, const struct trust_list *new,
                           struct diag *d)
{
    assert(old && new);

    enum rc rc = check_place(old, new, d);
    if (rc == RC_OK)
        rc = check_log(old, new, d);
    for (size_t i = 0; rc == RC_OK && i < old->key_count; i++)
        rc = check_kept(&old->keys[i], trust_list_same(new, &old->keys[i]), d);
    for (size_t i = 0; rc == RC_OK && i < new->key_count; i++) {
        const struct trusted_key *const key = &new->keys[i];
        if (!trust_list_same(old, key) && key->not_before <= new->issued)
            rc = refuse_key(key, "may be used before the list that announces it", d);
    }
    return rc;
}

enum rc trust_list_keeps_signed(const struct trust_list *old, const struct trust_list *new,
                                uint64_t size, struct diag *d)
{
    assert(old && new);

    for (size_t i = 0; i < old->key_count; i++) {
        const struct trusted_key *const key = &old->keys[i];
        const uint64_t end = trusted_key_end(key) < size ? trusted_key_end(key) : size;
        if (key->use != USE_TOKEN || end <= key->first)
            continue;
        const struct trusted_key *const now = trust_list_same(new, key);
        if (!now || now->first != key->first || now->last < end)
            return refuse_key(key, "loses log indexes that it has signed", d);
        if (now->cut_off.given && now->cut_off.index > size)
            return refuse_key(key, "is cut off past the end of the log", d);
    }
    return RC_OK;
}
