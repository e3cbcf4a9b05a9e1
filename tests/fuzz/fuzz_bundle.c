/*
 * Any bytes as a bundle, by a rule in place of signatures: what opens finds its rows and no other,
 * the same unfolded, and checking it all is bounded.
 */
#include <stdlib.h>

#include "core/cert/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void no_more_than(void *ctx, uint32_t done, uint32_t of)
{
    (void)ctx;
    must(done > 0 && done <= of);
}

static void must_be_inside(struct span file, struct span piece)
{
    must(piece.ptr >= file.ptr && piece.len <= file.len &&
         piece.ptr + piece.len <= file.ptr + file.len);
}

/* The first and last index of each key that is cut off. */
static void find_survivors(const struct bundle *b)
{
    const struct trust_list *const trust = bundle_trust(b);
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct trusted_key *const key = &trust->keys[i];
        struct trusted_key other = *key;
        uint8_t hash[SURVIVOR_LEN];
        if (key->use != USE_TOKEN || !key->cut_off.given || trusted_key_end(key) <= key->first)
            continue;
        const enum rc first = bundle_survivor(b, key, key->first, hash, NULL);
        must(first == RC_OK || first == RC_NOT_FOUND || first == RC_FORMAT);
        must(bundle_survivor(b, key, trusted_key_end(key) - 1, hash, NULL) == first);
        other.cut_off.survivors[0] ^= 1;
        must(bundle_survivor(b, &other, key->first, hash, NULL) == RC_NOT_FOUND);
    }
}

static bool same_row(const struct column_row *a, const struct column_row *b)
{
    return a->status == b->status && a->version == b->version && a->deadline == b->deadline;
}

/* A block that cannot be read is found out in each way; otherwise all say the same of a row. */
static void compare_ways(struct bundle *b, struct span file)
{
    ON_EXIT(columns_free) struct columns all = { 0 };
    ON_EXIT(bundle_free_at) struct bundle *whole = NULL;
    const enum rc rc = bundle_columns(b, &all, NULL);
    must(bundle_open(file, NULL, &whole, NULL) == RC_OK);
    must(bundle_unfold(whole, NULL) == rc);
    for (uint32_t i = 0; rc == RC_OK && i < all.count; i += i < 16 ? 1 : 999) {
        struct column_row one, other;
        struct span pieces[BUNDLE_PIECES];
        must(bundle_find(b, i, &one, NULL) == RC_OK &&
             bundle_find(whole, i, &other, NULL) == RC_OK);
        must(same_row(&one, &other) && same_row(&one, &all.rows[i]));
        must(bundle_pieces(b, i, pieces) == BUNDLE_PIECES);
        must_be_inside(file, pieces[0]);
        must_be_inside(file, pieces[1]);
    }
}

static void share(const struct bundle *b, size_t size)
{
    ON_EXIT(bundle_free_at) struct bundle *other = NULL;
    must(bundle_share(b, &other, NULL) == RC_OK);
    must(bundle_section(other, SECTION_SURVIVORS).len <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    const struct span file = span_of(data, size);
    if (bundle_open(file, NULL, &b, NULL) != RC_OK)
        return 0;

    struct column_row row;
    struct span pieces[BUNDLE_PIECES];
    const uint32_t rows = bundle_times(b).rows;
    must(bundle_trust(b) && bundle_directory(b) && bundle_policy(b) && bundle_checkpoint(b) &&
         bundle_section(b, SECTION_POLICY).len > 0);
    must(bundle_witnessed(b) || bundle_trust(b)->witness_quorum > 0);
    must(bundle_find(b, rows, &row, NULL) == RC_NOT_FOUND && bundle_pieces(b, rows, pieces) == 0);
    share(b, size);
    find_survivors(b);
    compare_ways(b, file);
    if (bundle_check_all(b, no_more_than, NULL, NULL) == RC_OK && rows > 0)
        must(bundle_find(b, 0, &row, NULL) == RC_OK &&
             bundle_find(b, rows - 1, &row, NULL) == RC_OK);
    return 0;
}
