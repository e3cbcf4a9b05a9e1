#include "core/cert/bundle_update.h"

#include <assert.h>
#include <stdlib.h>

#include "core/cert/bundle_state.h"
#include "core/cert/bundle_update_blocks.h"

struct bundle_update {
    struct bundle *bundle; /* borrowed: as it was */
    struct bundle_header header;
    struct root_set roots;                    /* that the trust list was read by */
    struct trust_list *trust;                 /* owned; NULL: still the bundle's */
    struct buf sections[BUNDLE_SECTIONS + 1]; /* that are other ones now; owned */
    struct update_blocks blocks[BUNDLE_SETS];
    struct buf head; /* the new header's protected bytes */
    uint8_t signature[SIGNATURE_LEN];
    struct bundle_changes changes;
};

void bundle_update_free(struct bundle_update *u)
{
    if (!u)
        return;
    trust_list_free(u->trust);
    for (size_t i = 0; i <= BUNDLE_SECTIONS; i++)
        buf_free(&u->sections[i]);
    for (size_t i = 0; i < BUNDLE_SETS; i++)
        update_blocks_free(&u->blocks[i]);
    buf_free(&u->head);
    free(u);
}

enum rc bundle_update_begin(struct bundle *bundle, const struct root_set *roots,
                            struct bundle_update **ret, struct diag *d)
{
    assert(bundle && ret);

    ON_EXIT(bundle_update_free_at) struct bundle_update *u = calloc(1, sizeof *u);
    if (!u)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "updating a bundle");
    u->bundle = bundle;
    u->header = bundle->header;
    u->roots = roots ? *roots : bundle->trust->roots;
    u->changes.from = u->changes.to = bundle->header.sequence;
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        const enum rc rc = update_blocks_begin(&u->blocks[i], bundle, i, d);
        if (rc != RC_OK)
            return rc;
    }
    *ret = TAKE(u);
    return RC_OK;
}

static const struct trust_list *trust_now(const struct bundle_update *u)
{
    return u->trust ? u->trust : u->bundle->trust;
}

static struct span section_now(const struct bundle_update *u, enum bundle_section s)
{
    return u->sections[s].len > 0 ? buf_span(&u->sections[s]) : u->bundle->sections[s];
}

/* --- whether it may be applied --- */

static enum rc check_place(const struct bundle_update *u, const struct delta *delta, struct diag *d)
{
    const uint64_t at = u->header.sequence;
    if (memcmp(delta->deployment, u->header.deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the delta is of another deployment");
    if (delta->to <= at)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the delta leads to sequence %llu, the bundle has %llu already",
                        (unsigned long long)delta->to, (unsigned long long)at);
    if (delta->from != at)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the delta is for sequence %llu, the bundle has %llu: one between is "
                        "missing",
                        (unsigned long long)delta->from, (unsigned long long)at);
    if (delta->rows < u->header.rows || delta->issued < u->header.issued)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the delta leads to fewer rows or an earlier time");
    if (!delta_may_grow(delta, u->header.rows))
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET,
                        "the delta leads from %u rows to %u and names too few of them",
                        u->header.rows, delta->rows);
    return RC_OK;
}

/* A list that takes the place of ours: by our roots, and newer. */
static enum rc read_trust(const struct bundle_update *u, const struct delta *delta,
                          struct trust_list **ret, struct diag *d)
{
    const struct span bytes = delta->sections[SECTION_TRUST];
    if (!bytes.ptr)
        return RC_OK;
    ON_EXIT(trust_list_free_at) struct trust_list *list = NULL;
    const enum rc rc = trust_list_read(bytes, &trust_now(u)->roots, &list, d);
    if (rc != RC_OK)
        return rc;
    if (memcmp(list->deployment, u->header.deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the delta's trust list is of another deployment");
    if (list->sequence <= trust_now(u)->sequence)
        return diag_set(
            d, RC_REFUSED, DIAG_NO_OFFSET, "the delta's trust list %llu is not newer than %llu",
            (unsigned long long)list->sequence, (unsigned long long)trust_now(u)->sequence);
    *ret = TAKE(list);
    return RC_OK;
}

/* --- applying --- */

static enum rc replace_section(struct bundle_update *u, enum bundle_section s, struct span bytes,
                               struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf copy = { 0 };
    buf_put_span(&copy, bytes);
    const enum rc rc = buf_rc(&copy, d);
    if (rc != RC_OK)
        return rc;
    if (copy.len == 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "section %d of the delta is empty", (int)s);

    buf_free(&u->sections[s]);
    u->sections[s] = copy;
    copy = (struct buf){ 0 };
    u->header.sections[s].len = (uint32_t)bytes.len;
    sha256(bytes, u->header.sections[s].hash);
    u->changes.sections[s] = true;
    return RC_OK;
}

static enum rc replace_sections(struct bundle_update *u, const struct delta *delta, struct diag *d)
{
    for (enum bundle_section s = SECTION_TRUST; s <= SECTION_SELFTEST; s++) {
        const enum rc rc =
            delta->sections[s].ptr ? replace_section(u, s, delta->sections[s], d) : RC_OK;
        if (rc != RC_OK)
            return rc;
    }
    if (!delta->has_checkpoint)
        return RC_OK;

    ON_EXIT(buf_free_at) struct buf note = { 0 };
    delta_checkpoint_put(&note, delta, trust_now(u)->log_origin);
    const enum rc rc = buf_rc(&note, d);
    return rc == RC_OK ? replace_section(u, SECTION_CHECKPOINT, buf_span(&note), d) : rc;
}

static enum rc change_rows(struct bundle_update *u, const struct delta *delta, struct diag *d)
{
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        const enum rc rc = update_blocks_grow(&u->blocks[i], delta->rows, d);
        if (rc != RC_OK)
            return rc;
    }
    struct delta_changes changes = delta_changes_over(delta);
    for (;;) {
        struct delta_change change;
        bool more = false;
        enum rc rc = delta_change_next(&changes, &change, &more, d);
        if (rc != RC_OK || !more)
            return rc;
        rc = update_blocks_change(u->blocks, &change, d);
        if (rc != RC_OK)
            return rc;
        u->changes.rows++;
    }
}

/* The new header is signed by the key that signed the delta. */
static enum rc take_head(struct bundle_update *u, const struct cose_sign1 *m,
                         const struct delta *delta, struct diag *d)
{
    u->header.sequence = delta->to;
    u->header.issued = delta->issued;
    u->header.rows = delta->rows;
    u->header.sets[0].exp = delta->status_exp;
    u->header.sets[1].exp = delta->deadlines_exp;
    memcpy(u->signature, delta->header_signature.ptr, SIGNATURE_LEN);
    buf_clear(&u->head);
    cose_header_put(&u->head, (enum cose_alg)m->header.alg, m->header.kid, TYP_BUNDLE);
    u->changes.to = delta->to;
    u->changes.deltas++;
    return buf_rc(&u->head, d);
}

static enum rc check_signature(const struct bundle_update *u, const struct cose_sign1 *m,
                               const struct delta *delta, struct diag *d)
{
    const struct trusted_key *key;
    return trust_list_check(trust_now(u), m, USE_PUBLISH, TYP_DELTA, delta->issued, &key, d);
}

/* The list is asked first, for its keys are those that sign; its roots have vouched for it. */
static enum rc check_all(struct bundle_update *u, const struct cose_sign1 *m,
                         const struct delta *delta, struct diag *d)
{
    ON_EXIT(trust_list_free_at) struct trust_list *list = NULL;
    enum rc rc = check_place(u, delta, d);
    if (rc == RC_OK)
        rc = read_trust(u, delta, &list, d);
    if (rc != RC_OK)
        return rc;
    if (list) {
        u->roots = trust_now(u)->roots;
        trust_list_free(u->trust);
        u->trust = TAKE(list);
    }
    return check_signature(u, m, delta, d);
}

enum rc bundle_update_apply(struct bundle_update *u, struct span bytes, struct diag *d)
{
    assert(u);

    struct cose_sign1 m;
    struct delta delta;
    if (bytes.len > DELTA_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a delta of %zu bytes, over %u", bytes.len,
                        DELTA_MAX);
    enum rc rc = cose_sign1_parse(bytes, &m, d);
    if (rc == RC_OK)
        rc = delta_payload_read(m.payload, &delta, d);
    if (rc == RC_OK)
        rc = check_all(u, &m, &delta, d);
    if (rc == RC_OK)
        rc = replace_sections(u, &delta, d);
    if (rc == RC_OK)
        rc = change_rows(u, &delta, d);
    return rc == RC_OK ? take_head(u, &m, &delta, d) : rc;
}

/* --- the file --- */

static enum rc put_head(struct bundle_update *u, struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf cose = { 0 };
    bundle_header_put(&payload, &u->header);
    cose_sign1_put(&cose, buf_span(&u->head), buf_span(&payload),
                   span_of(u->signature, sizeof u->signature));
    const enum rc rc = buf_ok(&payload) ? buf_rc(&cose, d) : buf_rc(&payload, d);
    if (rc != RC_OK)
        return rc;
    bundle_put(to, buf_span(&cose), span_of(NULL, 0));
    return buf_rc(to, d);
}

static enum rc put_file(struct bundle_update *u, struct buf *to, struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < BUNDLE_SETS; i++)
        rc = update_blocks_code(&u->blocks[i], u->header.sets[i].root, d);
    if (rc == RC_OK)
        rc = put_head(u, to, d);
    if (rc != RC_OK)
        return rc;
    for (enum bundle_section s = SECTION_TRUST; s <= SECTION_SELFTEST; s++)
        buf_put_span(to, section_now(u, s));
    for (size_t i = 0; i < BUNDLE_SETS; i++)
        update_blocks_put_table(&u->blocks[i], to);
    for (size_t i = 0; i < BUNDLE_SETS; i++)
        update_blocks_put(&u->blocks[i], to);
    return buf_rc(to, d);
}

enum rc bundle_update_finish(struct bundle_update *u, struct buf *to, struct bundle **ret,
                             struct diag *d)
{
    assert(u && u->changes.deltas > 0 && to && to->len == 0 && ret);

    const enum rc rc = put_file(u, to, d);
    return rc == RC_OK ? bundle_open(buf_span(to), &u->roots, ret, d) : rc;
}

struct bundle_changes bundle_update_changes(const struct bundle_update *u)
{
    return u->changes;
}
