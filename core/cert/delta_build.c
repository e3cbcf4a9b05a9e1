#include <assert.h>

#include "core/cert/bundle_state.h"
#include "core/cert/delta.h"

/* The header's signature, from the bundle's own file. */
static enum rc take_signature(const struct bundle *b, struct span *ret, struct diag *d)
{
    struct reader r = reader_over(b->file);
    struct span magic, cose;
    struct cose_sign1 m;
    uint32_t len;
    if (!reader_take(&r, sizeof BUNDLE_MAGIC - 1, &magic) || !reader_be32(&r, &len) ||
        !reader_take(&r, len, &cose))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a bundle without a header");
    const enum rc rc = cose_sign1_parse(cose, &m, d);
    if (rc == RC_OK)
        *ret = m.signature;
    return rc;
}

static enum rc no_delta(struct diag *d)
{
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "no delta leads from one to the other");
}

static enum rc check_pair(const struct bundle *old, const struct bundle *new, struct diag *d)
{
    const struct bundle_header *const a = &old->header, *const b = &new->header;
    if (memcmp(a->deployment, b->deployment, DEPLOYMENT_LEN) == 0 && a->sequence < b->sequence &&
        a->issued <= b->issued && a->rows <= b->rows)
        return RC_OK;
    return no_delta(d);
}

static void take_sections(const struct bundle *old, const struct bundle *new, struct delta *delta,
                          struct buf *note_line)
{
    for (enum bundle_section s = SECTION_TRUST; s <= SECTION_SELFTEST; s++) {
        if (memcmp(old->header.sections[s].hash, new->header.sections[s].hash, SHA256_LEN) == 0)
            continue;
        if (s != SECTION_CHECKPOINT ||
            !delta_checkpoint_take(delta, new->trust->log_origin, new->sections[s], note_line))
            delta->sections[s] = new->sections[s];
    }
}

enum rc delta_build(const struct bundle *old, const struct bundle *new,
                    const struct columns *old_rows, const struct columns *new_rows, struct buf *to,
                    uint32_t *ret_rows, struct diag *d)
{
    assert(old && new &&old_rows &&new_rows &&to &&ret_rows);

    ON_EXIT(buf_free_at) struct buf note_line = { 0 };
    ON_EXIT(buf_free_at) struct buf changes = { 0 };
    struct delta delta = {
        .from = old->header.sequence,
        .to = new->header.sequence,
        .issued = new->header.issued,
        .status_exp = new->header.sets[0].exp,
        .deadlines_exp = new->header.sets[1].exp,
        .rows = new->header.rows,
    };
    enum rc rc = check_pair(old, new, d);
    if (rc == RC_OK)
        rc = take_signature(new, &delta.header_signature, d);
    if (rc != RC_OK)
        return rc;

    memcpy(delta.deployment, new->header.deployment, DEPLOYMENT_LEN);
    take_sections(old, new, &delta, &note_line);
    const uint32_t rows = delta_changes_put(old_rows, new_rows, delta.issued, &changes);
    rc = buf_rc(&changes, d);
    if (rc != RC_OK)
        return rc;
    delta.changes = buf_span(&changes);
    if (!delta_may_grow(&delta, old_rows->count))
        return no_delta(d);
    delta_payload_put(to, &delta);
    *ret_rows = rows;
    return buf_rc(to, d);
}
