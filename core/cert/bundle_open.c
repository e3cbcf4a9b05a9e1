#include <assert.h>
#include <stdlib.h>

#include "core/base/reader.h"
#include "core/cert/bundle_state.h"
#include "core/cert/cosignature.h"

void bundle_free(struct bundle *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        buf_free(&b->sets[i].plain);
        if (!b->shares) {
            free(b->sets[i].starts);
            free(b->sets[i].whole);
        }
    }
    if (!b->shares) {
        directory_free(&b->directory);
        policy_free(b->policy);
        trust_list_free(b->trust);
    }
    if (b->later)
        free(b->later->of);
    free(b->later);
    free(b);
}

static enum rc take_header(struct reader *r, struct cose_sign1 *ret, struct diag *d)
{
    struct span magic, cose;
    uint32_t len;
    if (!reader_take(r, sizeof BUNDLE_MAGIC - 1, &magic) ||
        !span_equal(magic, SPAN_LITERAL(BUNDLE_MAGIC)))
        return diag_set(d, RC_FORMAT, 0, "not a bundle: it does not begin with '" BUNDLE_MAGIC "'");
    if (!reader_be32(r, &len) || len > BUNDLE_HEADER_MAX || !reader_take(r, len, &cose))
        return diag_set(d, RC_FORMAT, r->pos, "the bundle's header is cut short or too long");
    return cose_sign1_parse(cose, ret, d);
}

static enum rc take_sections(struct reader *r, struct bundle *b, struct diag *d)
{
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        if (!reader_take(r, b->header.sections[i].len, &b->sections[i]))
            return diag_set(d, RC_FORMAT, r->pos, "section %zu of the bundle is cut short", i);
    }
    return RC_OK;
}

static enum rc take_table(struct reader *r, struct bundle *b, struct diag *d)
{
    b->blocks = columns_block_count(b->header.rows);
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        struct span hashes, entries;
        if (!reader_take(r, (size_t)b->blocks * SHA256_LEN, &hashes) ||
            !reader_take(r, (size_t)b->blocks * BUNDLE_CODED_LEN, &entries))
            return diag_set(d, RC_FORMAT, r->pos, "the bundle's block table is cut short");

        struct bundle_blocks *const set = &b->sets[i];
        set->set = bundle_sets[i];
        set->hashes = hashes.ptr;
        set->entries = entries.ptr;
        set->cached = BLOCK_NONE;
    }
    return RC_OK;
}

/* Where each block stands, from the lengths in the table: they must fill the file to its last byte.
 */
static enum rc place_blocks(struct reader *r, struct bundle *b, struct diag *d)
{
    uint64_t at = r->pos;
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        struct bundle_blocks *const set = &b->sets[i];
        set->starts = malloc(((size_t)b->blocks + 1) * sizeof *set->starts);
        if (!set->starts)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "opening a bundle");
        for (uint32_t k = 0; k < b->blocks; k++) {
            const uint8_t *const be = set->entries + (size_t)k * BUNDLE_CODED_LEN;
            set->starts[k] = at;
            at += (uint32_t)be[0] << 24 | (uint32_t)be[1] << 16 | (uint32_t)be[2] << 8 | be[3];
        }
        set->starts[b->blocks] = at;
    }
    if (at > b->file.len)
        return diag_set(d, RC_FORMAT, b->file.len, "the bundle is cut short by %llu bytes",
                        (unsigned long long)(at - b->file.len));
    if (at < b->file.len)
        return diag_set(d, RC_FORMAT, (size_t)at, "%llu bytes after the bundle's last block",
                        (unsigned long long)(b->file.len - at));
    return RC_OK;
}

static enum rc check_trust(struct bundle *b, const struct cose_sign1 *header,
                           const struct root_set *roots, struct diag *d)
{
    enum rc rc = trust_list_read(b->sections[SECTION_TRUST], roots, &b->trust, d);
    if (rc != RC_OK)
        return rc;

    const struct trusted_key *key;
    rc = trust_list_check(b->trust, header, USE_PUBLISH, TYP_BUNDLE, b->header.issued, &key, d);
    if (rc != RC_OK)
        return rc;
    if (memcmp(b->trust->deployment, b->header.deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the bundle's trust list is of another deployment");
    return RC_OK;
}

enum rc bundle_check_section(const struct bundle *b, enum bundle_section s, struct diag *d)
{
    uint8_t hash[SHA256_LEN];
    sha256(b->sections[s], hash);
    if (memcmp(hash, b->header.sections[s].hash, SHA256_LEN) != 0)
        return diag_set(d, RC_FORMAT, (size_t)(b->sections[s].ptr - b->file.ptr),
                        "section %d of the bundle is not what its header promises", (int)s);
    if (s != SECTION_SURVIVORS && s != SECTION_SELFTEST)
        return RC_OK;

    struct cbor_reader c = cbor_reader_over(b->sections[s], d);
    struct span item;
    return cbor_skip(&c, "section", &item) && cbor_end(&c) ? RC_OK : RC_FORMAT;
}

static enum rc check_hashes(const struct bundle *b, struct diag *d)
{
    static const enum bundle_section now[] = { SECTION_TRUST, SECTION_DIRECTORY, SECTION_POLICY,
                                               SECTION_CHECKPOINT, SECTION_SELFTEST };
    for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
        const enum rc rc = bundle_check_section(b, now[i], d);
        if (rc != RC_OK)
            return rc;
    }
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        uint8_t root[SHA256_LEN];
        column_root(b->sets[i].hashes, b->blocks, root);
        if (memcmp(root, b->header.sets[i].root, SHA256_LEN) != 0)
            return diag_set(d, RC_FORMAT, (size_t)(b->sets[i].hashes - b->file.ptr),
                            "the bundle's block table is not what its header promises");
    }
    return RC_OK;
}

/* The header has vouched for these bytes; its own signature says when and by whom the directory was
 * made. */
static enum rc open_directory(struct bundle *b, struct diag *d)
{
    struct cose_sign1 m;
    enum rc rc = cose_sign1_parse(b->sections[SECTION_DIRECTORY], &m, d);
    if (rc != RC_OK)
        return rc;
    rc = directory_payload_read(m.payload, &b->directory, d);
    if (rc != RC_OK)
        return rc;

    const struct trusted_key *key;
    rc = trust_list_check(b->trust, &m, USE_PUBLISH, TYP_DIRECTORY, b->directory.issued, &key, d);
    if (rc != RC_OK)
        return rc;
    if (memcmp(b->directory.deployment, b->header.deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the bundle's directory is of another deployment");
    return RC_OK;
}

static bool may_sign_now(const struct trusted_key *k, int64_t now)
{
    return k->use == USE_LOG && k->not_before <= now && now <= k->not_after;
}

/* Any current log key will do; the answer for the last one tried is the one that is told. */
static enum rc open_checkpoint(struct bundle *b, struct diag *d)
{
    enum rc rc = RC_REFUSED;
    struct diag why = DIAG_INIT;
    (void)diag_set(&why, rc, DIAG_NO_OFFSET, "no log key of the trust list is in its dates");

    for (size_t i = 0; i < b->trust->key_count; i++) {
        const struct trusted_key *const k = &b->trust->keys[i];
        if (!may_sign_now(k, b->header.issued))
            continue;
        why = DIAG_INIT;
        rc = checkpoint_check(b->sections[SECTION_CHECKPOINT], b->trust->log_origin, k->key,
                              &b->checkpoint, &why);
        if (rc != RC_BAD_SIGNATURE)
            break;
    }
    return rc == RC_OK ? RC_OK : diag_set(d, rc, why.offset, "%s", why.text);
}

/* Of a log whose checkpoint too few have seen the keys and names still count: the judge decides. */
static enum rc count_witnesses(struct bundle *b, struct diag *d)
{
    unsigned held = 0;
    const enum rc rc =
        cosignatures_count(b->sections[SECTION_CHECKPOINT], &b->checkpoint, b->trust, &held, d);
    if (rc == RC_OK)
        b->witnessed = held >= b->trust->witness_quorum;
    return rc;
}

static enum rc open_all(struct bundle *b, const struct root_set *roots, struct diag *d)
{
    struct reader r = reader_over(b->file);
    struct cose_sign1 header = { .signature = { 0 } };
    enum rc rc = take_header(&r, &header, d);

    /* The trust list stands behind lengths that only it can vouch for: until check_trust() they do
     * no more than cut the file into pieces. */
    if (rc == RC_OK)
        rc = bundle_header_read(header.payload, &b->header, d);
    if (rc == RC_OK)
        rc = take_sections(&r, b, d);
    if (rc == RC_OK)
        rc = check_trust(b, &header, roots, d);
    if (rc == RC_OK)
        rc = take_table(&r, b, d);
    if (rc == RC_OK)
        rc = place_blocks(&r, b, d);
    if (rc == RC_OK)
        rc = check_hashes(b, d);
    if (rc == RC_OK)
        rc = open_directory(b, d);
    if (rc == RC_OK)
        rc = policy_read(b->sections[SECTION_POLICY], &b->policy, d);
    if (rc == RC_OK)
        rc = open_checkpoint(b, d);
    if (rc == RC_OK)
        rc = count_witnesses(b, d);
    return rc;
}

enum rc bundle_open(struct span file, const struct root_set *roots, struct bundle **ret,
                    struct diag *d)
{
    assert(ret);

    struct bundle *const b = calloc(1, sizeof *b);
    if (!b)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "opening a bundle");

    b->file = file;
    b->later = calloc(1, sizeof *b->later);
    const enum rc rc = b->later ? open_all(b, roots, d)
                                : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "opening a bundle");
    if (rc == RC_OK)
        *ret = b;
    else
        bundle_free(b);
    return rc;
}

enum rc bundle_share(const struct bundle *b, struct bundle **ret, struct diag *d)
{
    assert(b && ret);

    struct bundle *const other = malloc(sizeof *other);
    struct bundle_later *const later = calloc(1, sizeof *later);
    if (!other || !later) {
        free(other);
        free(later);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "sharing a bundle");
    }
    *other = *b;
    other->shares = true;
    other->later = later;
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        other->sets[i].cached = BLOCK_NONE;
        other->sets[i].plain = (struct buf){ 0 };
    }
    *ret = other;
    return RC_OK;
}
