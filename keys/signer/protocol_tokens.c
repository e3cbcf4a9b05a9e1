/* The long parts of a message: many tokens, many orders. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/cert/token.h"
#include "core/cose/cbor.h"
#include "keys/signer/protocol.h"

#define CBOR_ARRAY 4 /* major type */

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
        if (jobs[i].rc == RC_OK) {
            cbor_put_bytes(to, buf_span(&jobs[i].cose));
            continue;
        }
        cbor_put_array(to, 2);
        cbor_put_uint(to, (uint64_t)jobs[i].rc);
        cbor_put_cstr(to, jobs[i].diag.text);
    }
}

static bool read_refusal(struct cbor_reader *c, struct token_job *job)
{
    uint64_t parts = 0, rc = 0;
    struct span text;
    if (!cbor_array(c, "refusal", 2, &parts) || !cbor_uint(c, "rc", RC_BAD_SIGNATURE, &rc) ||
        !cbor_text(c, "text", 0, sizeof job->diag.text - 1, &text))
        return false;
    if (parts != 2 || rc == RC_OK)
        return cbor_fail(c, "a refusal without a reason");
    job->rc = diag_set(&job->diag, (enum rc)rc, DIAG_NO_OFFSET, "%.*s", (int)text.len,
                       text.len > 0 ? (const char *)text.ptr : "");
    return true;
}

static bool read_token(struct cbor_reader *c, struct token_job *job)
{
    struct span cose;
    if (cbor_peek(c) == CBOR_ARRAY)
        return read_refusal(c, job);
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
