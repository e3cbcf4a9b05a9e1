#include "core/cert/witness.h"

#include <assert.h>
#include <inttypes.h>

#include "core/cert/tlog_text.h"

/* --- the request --- */

void witness_request_put(struct buf *b, uint64_t old, const struct tlog_hash *proof, size_t count,
                         struct span checkpoint)
{
    assert(b && old <= TLOG_SIZE_MAX && count <= WITNESS_PROOF_MAX);

    buf_printf(b, "old %" PRIu64 "\n", old);
    for (size_t i = 0; i < count; i++)
        text_put_hash(b, &proof[i]);
    buf_put_text(b, "\n");
    buf_put_span(b, checkpoint);
}

static enum rc parse_old(struct reader *r, uint64_t *ret, struct diag *d)
{
    const struct span word = SPAN_LITERAL("old ");
    struct span line;
    if (!text_take_line(r, &line) || line.len <= word.len ||
        memcmp(line.ptr, word.ptr, word.len) != 0 ||
        !text_decimal(span_of(line.ptr + word.len, line.len - word.len), ret))
        return diag_set(d, RC_FORMAT, 0, "the first line is not 'old' and a size");
    return RC_OK;
}

static enum rc parse_proof(struct reader *r, struct witness_request *ret, struct diag *d)
{
    for (;;) {
        const size_t at = r->pos;
        struct span line;
        if (!text_take_line(r, &line))
            return diag_set(d, RC_FORMAT, at, "no blank line after the proof's hashes");
        if (line.len == 0)
            return RC_OK;
        if (ret->count == WITNESS_PROOF_MAX)
            return diag_set(d, RC_FORMAT, at, "a proof of more than %d hashes", WITNESS_PROOF_MAX);
        if (!text_hash(line, &ret->proof[ret->count]))
            return diag_set(d, RC_FORMAT, at, "a line of the proof is not a hash");
        ret->count++;
    }
}

enum rc witness_request_parse(struct span body, struct witness_request *ret, struct diag *d)
{
    assert(ret);

    if (body.len > WITNESS_REQUEST_MAX)
        return diag_set(d, RC_LIMIT, WITNESS_REQUEST_MAX, "a request of over %u bytes",
                        WITNESS_REQUEST_MAX);
    struct reader r = reader_over(body);
    struct witness_request q = { .count = 0 };
    struct checkpoint form;
    enum rc rc = parse_old(&r, &q.old, d);
    if (rc == RC_OK)
        rc = parse_proof(&r, &q, d);
    if (rc != RC_OK)
        return rc;

    struct diag why = DIAG_INIT;
    q.checkpoint = span_of(body.ptr + r.pos, body.len - r.pos);
    rc = checkpoint_parse(q.checkpoint, &form, &why);
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset == DIAG_NO_OFFSET ? why.offset : r.pos + why.offset, "%s",
                        why.text);
    *ret = q;
    return RC_OK;
}

bool witness_size_read(struct span body, uint64_t *ret)
{
    struct reader r = reader_over(body);
    struct span line;
    return text_take_line(&r, &line) && reader_left(&r) == 0 && text_decimal(line, ret);
}

/* --- the decision --- */

/* RC_BAD_SIGNATURE: by none of the keys. */
static enum rc check_log(struct span note, const char *origin, const struct pubkey *const *keys,
                         size_t key_count, struct checkpoint *ret, struct diag *d)
{
    enum rc rc = RC_BAD_SIGNATURE;
    for (size_t i = 0; i < key_count && rc == RC_BAD_SIGNATURE; i++)
        rc = checkpoint_check(note, origin, keys[i], ret, d);
    return rc;
}

static enum witness_answer compare(const struct witness_request *q, const struct checkpoint *c,
                                   const struct witness_seen *seen)
{
    if (q->old > c->size)
        return WITNESS_SHRUNK;
    if (q->old != seen->size)
        return WITNESS_OTHER_SIZE;
    const struct tlog_hash none = tlog_empty();
    const struct tlog_hash *const was = seen->size > 0 ? &seen->root : &none;
    if (c->size == seen->size && memcmp(&c->root, was, sizeof c->root) != 0)
        return WITNESS_SPLIT;
    return tlog_check_consistency(seen->size, was, c->size, &c->root, q->proof, q->count)
               ? WITNESS_COSIGNS
               : WITNESS_UNPROVEN;
}

enum rc witness_decide(const struct witness_request *request, const char *origin,
                       const struct pubkey *const *keys, size_t key_count,
                       const struct witness_seen *seen, enum witness_answer *answer,
                       struct checkpoint *ret, struct diag *d)
{
    assert(request && origin && (keys || key_count == 0) && seen && answer && ret);

    struct checkpoint c;
    struct diag why = DIAG_INIT;
    const enum rc rc = check_log(request->checkpoint, origin, keys, key_count, &c, &why);
    if (rc == RC_REFUSED) {
        *answer = WITNESS_UNKNOWN_LOG;
        return RC_OK;
    }
    if (rc == RC_BAD_SIGNATURE) {
        *answer = WITNESS_FORBIDDEN;
        return RC_OK;
    }
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset, "%s", why.text);
    *answer = compare(request, &c, seen);
    *ret = c;
    return RC_OK;
}
