#include <assert.h>

#include "core/cert/bundle_state.h"

/* One set's table and blocks while they are made. */
struct coded_set {
    struct buf hashes, entries, blocks;
};

static void coded_set_free_at(struct coded_set *s)
{
    buf_free(&s->hashes);
    buf_free(&s->entries);
    buf_free(&s->blocks);
}

/* The same rows, coded before: the block that is there with this hash, else an empty span. */
static struct span same_block(const struct bundle_parts *parts, size_t set, uint32_t block,
                              const uint8_t hash[SHA256_LEN])
{
    const struct bundle *const b = parts->same_blocks;
    const bool same =
        b && block < b->blocks &&
        columns_block_rows(b->header.rows, block) ==
            columns_block_rows(parts->columns->count, block) &&
        memcmp(b->sets[set].hashes + (size_t)block * SHA256_LEN, hash, SHA256_LEN) == 0;
    return same ? bundle_coded_block(b, set, block) : span_of(NULL, 0);
}

static enum rc code_block(const struct bundle_parts *parts, uint32_t block, size_t set,
                          struct coded_set *to, struct diag *d)
{
    const struct columns *const c = parts->columns;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    column_block_plain(c, block, bundle_sets[set], &plain);
    enum rc rc = buf_rc(&plain, d);
    if (rc != RC_OK)
        return rc;

    uint8_t hash[SHA256_LEN];
    sha256(buf_span(&plain), hash);
    buf_put(&to->hashes, hash, sizeof hash);
    const size_t start = to->blocks.len;
    const struct span same = same_block(parts, set, block, hash);
    if (same.len > 0)
        buf_put_span(&to->blocks, same);
    else
        rc = column_block_code(buf_span(&plain), columns_block_rows(c->count, block),
                               bundle_sets[set], &to->blocks, d);
    if (rc != RC_OK)
        return rc;
    const struct span coded = span_of(to->blocks.ptr + start, to->blocks.len - start);
    sha256(coded, hash);
    buf_put_be32(&to->entries, (uint32_t)coded.len);
    buf_put(&to->entries, hash, BUNDLE_CHECK_LEN);
    return RC_OK;
}

static enum rc code_set(const struct bundle_parts *parts, size_t set, struct coded_set *to,
                        uint8_t root[SHA256_LEN], struct diag *d)
{
    const uint32_t blocks = columns_block_count(parts->columns->count);
    for (uint32_t i = 0; i < blocks; i++) {
        const enum rc rc = code_block(parts, i, set, to, d);
        if (rc != RC_OK)
            return rc;
    }
    const enum rc rc = buf_ok(&to->hashes) ? buf_rc(&to->entries, d) : buf_rc(&to->hashes, d);
    if (rc == RC_OK)
        column_root(to->hashes.ptr, blocks, root);
    return rc;
}

static enum rc put_sections(const struct bundle_parts *parts, struct bundle_header *h,
                            struct buf *body, struct diag *d)
{
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        const struct span s = parts->sections[i];
        if (s.len > BUNDLE_SECTION_MAX)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET,
                            "section %zu of the bundle has %zu bytes, over %u", i, s.len,
                            BUNDLE_SECTION_MAX);
        h->sections[i].len = (uint32_t)s.len;
        sha256(s, h->sections[i].hash);
        buf_put_span(body, s);
    }
    return buf_rc(body, d);
}

static enum rc put_sets(const struct bundle_parts *parts, struct bundle_header *h, struct buf *body,
                        struct diag *d)
{
    ON_EXIT(coded_set_free_at) struct coded_set status = { 0 };
    ON_EXIT(coded_set_free_at) struct coded_set deadlines = { 0 };
    struct coded_set *const sets[BUNDLE_SETS] = { &status, &deadlines };

    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        const enum rc rc = code_set(parts, i, sets[i], h->sets[i].root, d);
        if (rc != RC_OK)
            return rc;
    }
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        buf_put_span(body, buf_span(&sets[i]->hashes));
        buf_put_span(body, buf_span(&sets[i]->entries));
    }
    for (size_t i = 0; i < BUNDLE_SETS; i++)
        buf_put_span(body, buf_span(&sets[i]->blocks));
    return buf_rc(body, d);
}

enum rc bundle_build(const struct bundle_parts *parts, struct buf *header_payload, struct buf *body,
                     struct diag *d)
{
    assert(parts && parts->columns && header_payload && body);

    ON_EXIT(trust_list_free_at) struct trust_list *trust = NULL;
    enum rc rc = trust_list_read(parts->sections[SECTION_TRUST], NULL, &trust, d);
    if (rc != RC_OK)
        return rc;

    struct bundle_header h = {
        .sequence = parts->sequence,
        .issued = parts->issued,
        .rows = parts->columns->count,
        .sets = { { .exp = parts->status_exp }, { .exp = parts->deadlines_exp } },
    };
    memcpy(h.deployment, trust->deployment, DEPLOYMENT_LEN);
    rc = put_sections(parts, &h, body, d);
    if (rc == RC_OK)
        rc = put_sets(parts, &h, body, d);
    if (rc != RC_OK)
        return rc;

    bundle_header_put(header_payload, &h);
    return buf_rc(header_payload, d);
}

void bundle_put(struct buf *to, struct span header_cose, struct span body)
{
    assert(header_cose.len <= BUNDLE_HEADER_MAX);

    buf_put_text(to, BUNDLE_MAGIC);
    buf_put_be32(to, (uint32_t)header_cose.len);
    buf_put_span(to, header_cose);
    buf_put_span(to, body);
}
