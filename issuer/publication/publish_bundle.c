#include <stdlib.h>
#include <string.h>

#include "core/cose/cbor.h"
#include "issuer/publication/publish_material.h"
#include "issuer/register/survivors.h"

enum rc material_make_selftest(struct material *m, struct diag *d)
{
    if (m->before.bundle && span_equal(bundle_section(m->before.bundle, SECTION_TRUST),
                                       buf_span(&m->home->trust_bytes))) {
        buf_put_span(&m->selftest, bundle_section(m->before.bundle, SECTION_SELFTEST));
        return buf_rc(&m->selftest, d);
    }
    ON_EXIT(buf_free_at) struct buf turned = { 0 };
    buf_put_span(&turned, buf_span(&m->deadlines));
    const enum rc rc = buf_rc(&turned, d);
    if (rc != RC_OK)
        return rc;
    turned.ptr[turned.len - 1] ^= 1;

    cbor_put_array(&m->selftest, 2);
    cbor_put_array(&m->selftest, 2);
    cbor_put_bytes(&m->selftest, buf_span(&m->deadlines));
    cbor_put_bool(&m->selftest, true);
    cbor_put_array(&m->selftest, 2);
    cbor_put_bytes(&m->selftest, buf_span(&turned));
    cbor_put_bool(&m->selftest, false);
    return buf_rc(&m->selftest, d);
}

static void collect_sections(const struct material *m, struct span survivors,
                             struct span sections[BUNDLE_SECTIONS + 1])
{
    sections[SECTION_TRUST] = buf_span(&m->home->trust_bytes);
    sections[SECTION_DIRECTORY] = buf_span(&m->directory);
    sections[SECTION_POLICY] = buf_span(&m->home->policy_bytes);
    sections[SECTION_CHECKPOINT] = buf_span(&m->checkpoint);
    sections[SECTION_SURVIVORS] = survivors;
    sections[SECTION_SELFTEST] = buf_span(&m->selftest);
}

struct all_survivors {
    size_t count;
    struct survivor_set *sets;
    struct buf *hashes; /* of each set */
};

static void all_survivors_free_at(struct all_survivors *a)
{
    for (size_t i = 0; i < a->count; i++)
        buf_free(&a->hashes[i]);
    free(a->hashes);
    free(a->sets);
}

/* The log must still be the one that the key was cut off with. */
static enum rc collect_set(const struct material *m, const struct trusted_key *key,
                           struct all_survivors *a, struct diag *d)
{
    uint8_t hash[SHA256_LEN];
    struct buf *const hashes = &a->hashes[a->count];
    struct survivor_set *const set = &a->sets[a->count++];
    const enum rc rc = survivors_collect(m->reg, key, trusted_key_end(key), hashes, d);
    if (rc != RC_OK)
        return rc;
    sha256(buf_span(hashes), hash);
    if (memcmp(hash, key->cut_off.survivors, SHA256_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the log is not the one with which a key was cut off");
    memcpy(set->kid, key->kid, KID_LEN);
    set->hashes = buf_span(hashes);
    return RC_OK;
}

static enum rc put_survivors(const struct material *m, struct buf *to, struct diag *d)
{
    const struct trust_list *const trust = m->home->trust;
    ON_EXIT(all_survivors_free_at)
    struct all_survivors a = {
        .sets = calloc(trust->key_count + 1, sizeof *a.sets),
        .hashes = calloc(trust->key_count + 1, sizeof *a.hashes),
    };
    if (!a.sets || !a.hashes)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the survivors");
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct trusted_key *const key = &trust->keys[i];
        if (key->use != USE_TOKEN || !key->cut_off.given)
            continue;
        const enum rc rc = collect_set(m, key, &a, d);
        if (rc != RC_OK)
            return rc;
    }
    bundle_survivors_put(to, a.sets, a.count);
    return buf_rc(to, d);
}

enum rc material_make_bundle(struct material *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf survivors = { 0 };
    enum rc rc = put_survivors(m, &survivors, d);
    if (rc != RC_OK)
        return rc;

    struct bundle_parts parts = {
        .sequence = m->sequence,
        .issued = m->home->now,
        .status_exp = material_expires(m),
        .deadlines_exp = material_expires(m),
        .columns = &m->columns,
        .same_blocks = m->before.bundle,
    };
    collect_sections(m, buf_span(&survivors), parts.sections);

    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    rc = bundle_build(&parts, &payload, &body, d);
    if (rc == RC_OK)
        rc = material_sign(m, TYP_BUNDLE, &payload, &header, d);
    if (rc != RC_OK)
        return rc;
    bundle_put(&m->bundle, buf_span(&header), buf_span(&body));
    return buf_rc(&m->bundle, d);
}

enum rc material_check_bundle(struct material *m, struct diag *d)
{
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    enum rc rc = bundle_open(buf_span(&m->bundle), &m->home->trust->roots, &b, d);
    if (rc == RC_OK)
        rc = bundle_check_all(b, NULL, NULL, d);
    if (rc != RC_OK)
        return rc;
    return delta_make(&m->before, b, &m->columns, m->signer, m->home->now, &m->delta, d);
}
