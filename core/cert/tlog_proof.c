#include <assert.h>
#include <inttypes.h>

#include "core/cert/tlog_text.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

void tlog_proof_put(struct buf *b, uint64_t index, const struct tlog_hash *hashes, size_t count,
                    struct span checkpoint)
{
    assert(b && count <= TLOG_PROOF_MAX && index <= TLOG_SIZE_MAX);

    buf_printf(b, FIRST_LINE "\nindex %" PRIu64 "\n", index);
    for (size_t i = 0; i < count; i++)
        text_put_hash(b, &hashes[i]);
    buf_put_text(b, "\n");
    buf_put_span(b, checkpoint);
}

/* True and *rest is what follows the word. */
static bool starts_with(struct span line, struct span word, struct span *rest)
{
    if (line.len < word.len || memcmp(line.ptr, word.ptr, word.len) != 0)
        return false;

    *rest = span_of(line.ptr + word.len, line.len - word.len);
    return true;
}

static bool is_base64(struct span text)
{
    ON_EXIT(buf_free_at) struct buf raw = { 0 };
    return base64_decode(text, &raw);
}

static enum rc parse_head(struct reader *r, uint64_t *index, struct diag *d)
{
    struct span line, rest;
    if (!text_take_line(r, &line) || !span_equal(line, SPAN_LITERAL(FIRST_LINE)))
        return diag_set(d, RC_FORMAT, 0, "the first line is not '" FIRST_LINE "'");

    size_t at = r->pos;
    bool read = text_take_line(r, &line);
    if (read && starts_with(line, SPAN_LITERAL("extra "), &rest)) {
        if (!is_base64(rest))
            return diag_set(d, RC_FORMAT, at, "the proof's extra data is not base64");
        at = r->pos;
        read = text_take_line(r, &line);
    }
    if (!read || !starts_with(line, SPAN_LITERAL("index "), &rest) || !text_decimal(rest, index))
        return diag_set(d, RC_FORMAT, at, "the proof has no index line");
    return RC_OK;
}

static enum rc parse_hashes(struct reader *r, struct tlog_proof *p, struct diag *d)
{
    for (;;) {
        const size_t at = r->pos;
        struct span line;
        if (!text_take_line(r, &line))
            return diag_set(d, RC_FORMAT, at, "no blank line after the proof's hashes");
        if (line.len == 0)
            return RC_OK;
        if (p->count == TLOG_PROOF_MAX)
            return diag_set(d, RC_FORMAT, at, "a proof of more than %d hashes", TLOG_PROOF_MAX);
        if (!text_hash(line, &p->hashes[p->count]))
            return diag_set(d, RC_FORMAT, at, "a line of the proof is not a hash");
        p->count++;
    }
}

enum rc tlog_proof_parse(struct span text, struct tlog_proof *ret, struct diag *d)
{
    assert(ret);

    if (text.len > TLOG_PROOF_TEXT_MAX)
        return diag_set(d, RC_LIMIT, TLOG_PROOF_TEXT_MAX, "a proof of %zu bytes, over %d", text.len,
                        TLOG_PROOF_TEXT_MAX);

    struct reader r = reader_over(text);
    struct tlog_proof p = { .count = 0 };
    enum rc rc = parse_head(&r, &p.index, d);
    if (rc == RC_OK)
        rc = parse_hashes(&r, &p, d);
    if (rc != RC_OK)
        return rc;

    const size_t at = r.pos;
    struct checkpoint form;
    struct diag inner = DIAG_INIT;
    p.checkpoint = span_of(text.ptr + at, text.len - at);
    rc = checkpoint_parse(p.checkpoint, &form, &inner);
    if (rc != RC_OK)
        return diag_set(d, rc, at + (inner.offset == DIAG_NO_OFFSET ? 0 : inner.offset), "%s",
                        inner.text);

    *ret = p;
    return RC_OK;
}
