/* Any bytes as a person's numbers, and as a table of look-ups: whatever digest is asked for, what
 * comes out was sealed in it.
 * And any bytes as tokens: a table that was made of them gives each back under its own keys alone.
 */
#include <stdlib.h>
#include <string.h>

#include "core/lookup/lookup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TOKENS_MAX 8u
#define TOKEN_LEN  16u

static void ask(const struct lookup_table *t, const struct lookup_keys *keys)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    const enum rc rc = lookup_find(t, keys, &token, &d);
    if (rc == RC_OK ? token.len > t->sealed.len : token.len > 0)
        abort();
}

static void read_any(struct span bytes)
{
    struct lookup_table t;
    struct diag d = DIAG_INIT;
    struct lookup_keys keys = { .seal = { 1 } };
    if (lookup_open(bytes, &t, &d) != RC_OK)
        return;
    ask(&t, &keys);
    for (size_t i = 0; i < t.count && i < TOKENS_MAX;
         i++) { /* an entry is its digest and 12 bytes */
        memcpy(keys.digest, t.index + i * (LOOKUP_DIGEST_LEN + 12), LOOKUP_DIGEST_LEN);
        ask(&t, &keys);
    }
}

static void make_keys(struct span token, size_t i, struct lookup_keys *ret)
{
    static const uint8_t secret[LOOKUP_KEY_LEN] = { 7 };
    const uint8_t person[LOOKUP_PERSON_LEN] = { (uint8_t)i };
    lookup_keys_make(secret, token, person, ret);
}

static void write_and_find(struct span bytes)
{
    static const uint8_t deployment[SHA256_LEN] = { 0 };
    ON_EXIT(lookup_maker_free) struct lookup_maker m = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct lookup_keys keys[TOKENS_MAX];
    struct lookup_table t;
    const size_t count = bytes.len / TOKEN_LEN < TOKENS_MAX ? bytes.len / TOKEN_LEN : TOKENS_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct span token = span_of(bytes.ptr + i * TOKEN_LEN, TOKEN_LEN);
        make_keys(token, i, &keys[i]);
        if (lookup_add(&m, &keys[i], token, NULL) != RC_OK)
            abort();
    }
    if (lookup_put(&m, deployment, &file, NULL) != RC_OK ||
        lookup_open(buf_span(&file), &t, NULL) != RC_OK || t.count != count)
        abort();
    for (size_t i = 0; i < count; i++) {
        ON_EXIT(buf_free_at) struct buf token = { 0 };
        if (lookup_find(&t, &keys[i], &token, NULL) != RC_OK ||
            !span_equal(buf_span(&token), span_of(bytes.ptr + i * TOKEN_LEN, TOKEN_LEN)))
            abort();
        buf_clear(&token);
        keys[i].seal[0] ^= 1;
        if (lookup_find(&t, &keys[i], &token, NULL) == RC_OK)
            abort();
    }
}

static void read_numbers(struct span bytes)
{
    struct diag d = DIAG_INIT;
    struct lookup_numbers n;
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    if (lookup_numbers_read(bytes, &n, &d) != RC_OK)
        return;
    lookup_numbers_put(&again, &n);
    if (n.count == 0 || !span_equal(buf_span(&again), bytes))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_numbers(span_of(data, size));
    read_any(span_of(data, size));
    write_and_find(span_of(data, size));
    return 0;
}
