#include <stdlib.h>

#include "keys/trust/trust_keys.h"

static void free_array(void *at)
{
    free(*(void **)at);
}

static int by_x(const void *a, const void *b)
{
    const uint8_t *const *x = a;
    const uint8_t *const *y = b;
    return memcmp(*x, *y, EC_COORD_LEN);
}

/* One use, one owner: no public key stands twice, not even as another's negative. */
static enum rc check_distinct(const struct trust_list *list, struct diag *d)
{
    const size_t keys = list->key_count + list->roots.count, count = keys + list->witness_count;
    ON_EXIT(free_array) const uint8_t **xs = calloc(count, sizeof *xs);
    if (!xs)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory to compare keys");

    for (size_t i = 0; i < list->key_count; i++)
        xs[i] = pubkey_numbers(list->keys[i].key)->x;
    for (size_t i = 0; i < list->roots.count; i++)
        xs[list->key_count + i] = list->roots.keys[i].x;
    for (size_t i = 0; i < list->witness_count; i++)
        xs[keys + i] = pubkey_numbers(list->witnesses[i].key)->x;
    qsort(xs, count, sizeof *xs, by_x);
    for (size_t i = 1; i < count; i++) {
        if (memcmp(xs[i - 1], xs[i], EC_COORD_LEN) == 0)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a public key is listed twice");
    }
    return RC_OK;
}

struct range {
    uint64_t first, last;
};

static int by_first(const void *a, const void *b)
{
    const struct range *x = a;
    const struct range *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

/* Each log index has one key that may sign it; what was cut off may go to another. */
static enum rc check_ranges(const struct trust_list *list, struct diag *d)
{
    ON_EXIT(free_array) struct range *ranges = calloc(list->key_count + 1, sizeof *ranges);
    if (!ranges)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory to compare ranges");

    size_t count = 0;
    for (size_t i = 0; i < list->key_count; i++) {
        const struct trusted_key *key = &list->keys[i];
        if (key->use == USE_TOKEN && trusted_key_end(key) > key->first)
            ranges[count++] = (struct range){ key->first, trusted_key_end(key) };
    }
    qsort(ranges, count, sizeof *ranges, by_first);
    for (size_t i = 1; i < count; i++) {
        if (ranges[i].first < ranges[i - 1].last)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "two token keys may sign log index %llu",
                            (unsigned long long)ranges[i].first);
    }
    return RC_OK;
}

static enum rc check_keys(const struct trust_list *list, struct diag *d)
{
    for (size_t i = 0; i < list->key_count; i++) {
        const struct trusted_key *key = &list->keys[i];
        if (key->not_after < key->not_before)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a key's dates run backwards");
        /* C2SP tlog-checkpoint knows no other algorithm of ours. */
        if (key->use == USE_LOG && pubkey_numbers(key->key)->alg != ALG_EDDSA)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a log key that is not Ed25519");
        /* PAdES readers know of ours these two; a COSE object has no room for RSA. */
        const enum cose_alg alg = pubkey_numbers(key->key)->alg;
        if (key->use == USE_DOCUMENT && alg != ALG_ES256 && alg != ALG_RS256)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                            "a document key that is neither P-256 nor RSA");
        if (key->use != USE_DOCUMENT && alg == ALG_RS256)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "an RSA key that is not for documents");
    }
    return RC_OK;
}

/* A root that is no key could never be replaced by its own signature. */
static enum rc check_roots(const struct trust_list *list, struct diag *d)
{
    for (size_t i = 0; i < list->roots.count; i++) {
        ON_EXIT(pubkey_free_at) struct pubkey *key = NULL;
        const enum rc rc = pubkey_new(&list->roots.keys[i], &key, NULL);
        if (rc != RC_OK)
            return diag_set(d, rc == RC_CRYPTO ? RC_FORMAT : rc, DIAG_NO_OFFSET,
                            "a root key cannot be taken: %s", rc_text(rc));
    }
    return RC_OK;
}

enum rc trust_list_check_rules(const struct trust_list *list, struct diag *d)
{
    static enum rc (*const rules[])(const struct trust_list *, struct diag *) = {
        check_keys, check_distinct, check_ranges, check_roots, trust_closed_check,
    };
    if (list->next_update <= list->issued)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the next update is not after the issue");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const enum rc rc = rules[i](list, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}
