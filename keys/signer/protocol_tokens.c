/* The long parts of a message: many tokens, many orders, all keys. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/cert/token.h"
#include "core/cose/cbor.h"
#include "keys/signer/protocol.h"
#include "keys/signer/refusal.h"

void signer_payloads_put(struct buf *to, const struct token_job *jobs, size_t count)
{
    cbor_put_array(to, count);
    for (size_t i = 0; i < count; i++)
        cbor_put_bytes(to, jobs[i].payload);
}

enum rc signer_payloads_read(struct span items, struct token_job *ret, size_t *ret_count,
                             struct diag *d)
{
    assert(ret && ret_count);

    struct cbor_reader c = cbor_reader_over(items, d);
    uint64_t count = 0;
    bool good = cbor_array(&c, "payloads", SIGNER_TOKENS_MAX, &count);
    for (uint64_t i = 0; good && i < count; i++) {
        ret[i] = (struct token_job){ .diag = DIAG_INIT };
        good = cbor_bytes(&c, "payload", 1, TOKEN_MAX_LEN, &ret[i].payload);
    }
    if (!good || !cbor_end(&c))
        return RC_FORMAT;
    if (count == 0)
        return diag_set(d, RC_LIMIT, 0, "no payloads");
    *ret_count = (size_t)count;
    return RC_OK;
}

void signer_tokens_put(struct buf *to, const struct token_job *jobs, size_t count)
{
    cbor_put_array(to, count);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].rc == RC_OK)
            cbor_put_bytes(to, buf_span(&jobs[i].cose));
        else
            refusal_put(to, jobs[i].rc, &jobs[i].diag);
    }
}

static bool read_token(struct cbor_reader *c, struct token_job *job)
{
    struct span cose;
    if (refusal_follows(c))
        return refusal_read(c, &job->rc, &job->diag);
    if (!cbor_bytes(c, "token", 1, TOKEN_MAX_LEN, &cose))
        return false;
    buf_put_span(&job->cose, cose);
    job->rc = buf_rc(&job->cose, &job->diag);
    return true;
}

enum rc signer_tokens_read(struct span items, struct token_job *jobs, size_t count, struct diag *d)
{
    assert(jobs);

    struct cbor_reader c = cbor_reader_over(items, d);
    uint64_t there = 0;
    bool good = cbor_array(&c, "tokens", SIGNER_TOKENS_MAX, &there);
    if (good && there != count)
        good = cbor_fail(&c, "%zu tokens were asked for", count);
    for (size_t i = 0; good && i < count; i++)
        good = read_token(&c, &jobs[i]);
    return good && cbor_end(&c) ? RC_OK : RC_FORMAT;
}

void signer_places_put(struct buf *to, const struct placed_order *orders, size_t count)
{
    cbor_put_array(to, count);
    for (size_t i = 0; i < count; i++) {
        cbor_put_array(to, 2);
        cbor_put_uint(to, orders[i].log_index);
        cbor_put_bytes(to, span_of(orders[i].leaf, SHA256_LEN));
    }
}

enum rc signer_places_read(struct span items, struct placed_order *ret, size_t *ret_count,
                           struct diag *d)
{
    assert(ret && ret_count);

    struct cbor_reader c = cbor_reader_over(items, d);
    uint64_t count = 0;
    bool good = cbor_array(&c, "orders", SIGNER_PLACES_MAX, &count);
    for (uint64_t i = 0; good && i < count; i++) {
        uint64_t parts = 0;
        struct span leaf;
        good = cbor_array(&c, "place", 2, &parts) &&
               cbor_uint(&c, "log index", INT64_MAX, &ret[i].log_index) &&
               cbor_bytes(&c, "leaf", SHA256_LEN, SHA256_LEN, &leaf);
        if (good && parts != 2)
            good = cbor_fail(&c, "a place is a log index and a leaf");
        if (good)
            memcpy(ret[i].leaf, leaf.ptr, SHA256_LEN);
    }
    if (!good || !cbor_end(&c))
        return RC_FORMAT;
    *ret_count = (size_t)count;
    return RC_OK;
}

void signer_keys_put(struct buf *to, const struct signer_held *keys, size_t count)
{
    cbor_put_array(to, count);
    for (size_t i = 0; i < count; i++) {
        cbor_put_array(to, 3);
        cbor_put_bytes(to, span_of(keys[i].kid, KID_LEN));
        cbor_put_uint(to, keys[i].usable ? 1 : 0);
        cbor_put_cstr(to, keys[i].place);
    }
}

static bool read_key(struct cbor_reader *c, struct signer_held *ret)
{
    uint64_t parts = 0, usable = 0;
    struct span kid, place;
    if (!cbor_array(c, "key", 3, &parts) || !cbor_bytes(c, "kid", KID_LEN, KID_LEN, &kid) ||
        !cbor_uint(c, "usable", 1, &usable) ||
        !cbor_text(c, "place", 1, SIGNER_PLACE_LEN - 1, &place))
        return false;
    if (parts != 3)
        return cbor_fail(c, "a key is a kid, whether it can be used, and a place");
    if (memchr(place.ptr, '\0', place.len))
        return cbor_fail(c, "a place with a zero byte");
    *ret = (struct signer_held){ .usable = usable == 1 };
    memcpy(ret->kid, kid.ptr, KID_LEN);
    memcpy(ret->place, place.ptr, place.len);
    return true;
}

enum rc signer_keys_read(struct span items, struct signer_held ret[SIGNER_KEYS_MAX],
                         size_t *ret_count, struct diag *d)
{
    assert(ret && ret_count);

    struct cbor_reader c = cbor_reader_over(items, d);
    uint64_t count = 0;
    bool good = cbor_array(&c, "keys", SIGNER_KEYS_MAX, &count);
    for (uint64_t i = 0; good && i < count; i++)
        good = read_key(&c, &ret[i]);
    if (!good || !cbor_end(&c))
        return RC_FORMAT;
    *ret_count = (size_t)count;
    return RC_OK;
}
