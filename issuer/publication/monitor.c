#include "issuer/publication/monitor.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/bundle.h"
#include "core/cert/log_note.h"
#include "core/sys/file.h"
#include "issuer/publication/audit_internal.h"
#include "issuer/publication/snapshot.h"

#define TILE_LEN ((size_t)TLOG_TILE_WIDTH * SHA256_LEN)
#define LEVELS   8u

struct monitoring {
    struct reg *reg;
    const struct home *home;
    const char *folder;
    struct checkpoint published; /* borrows ret->note */
    uint64_t known;              /* settled entries of the register */
    struct tlog_source source;   /* of the register */
    bool told; /* what is missing has been noted: reading it again notes it no more */
    struct monitored *ret;
};

void monitored_free(struct monitored *m)
{
    audit_free(&m->found);
    buf_free(&m->note);
}

static bool same_hash(const struct tlog_hash *a, const struct tlog_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* --- the checkpoint --- */

/* Of the log that is published now. */
static enum rc check_note(const struct home *h, struct span note, struct checkpoint *ret,
                          struct diag *d)
{
    uint64_t end = 0;
    const enum rc rc = log_note_check(note, h->trust, ret, &end, d);
    return rc == RC_OK && end != UINT64_MAX
               ? diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "it is of a log that was closed")
               : rc;
}

static enum rc log_path(const struct monitoring *m, const char *name, char ret[PATH_LEN],
                        struct diag *d)
{
    char log[PATH_LEN], folder[LOG_FOLDER_LEN];
    log_folder_now(m->home->trust, folder);
    const enum rc rc = path_join(m->folder, folder, log, d);
    return rc == RC_OK ? path_join(log, name, ret, d) : rc;
}

/* RC_OK with an empty note: there is nothing to go by, and it is noted why. */
static enum rc read_checkpoint(struct monitoring *m, struct diag *d)
{
    char path[PATH_LEN];
    struct diag why = DIAG_INIT;
    enum rc rc = log_path(m, "checkpoint", path, d);
    if (rc != RC_OK)
        return rc;
    rc = file_read(path, CHECKPOINT_MAX, &m->ret->note, &why);
    if (rc == RC_OK)
        rc = check_note(m->home, buf_span(&m->ret->note), &m->published, &why);
    if (rc == RC_OK)
        return RC_OK;
    buf_clear(&m->ret->note);
    if (rc == RC_NOMEM)
        return diag_set(d, rc, why.offset, "%s", why.text);
    audit_note(&m->ret->found, "checkpoint", "%s", why.text);
    return RC_OK;
}

/* --- tiles --- */

static enum rc read_tile(struct monitoring *m, unsigned level, uint64_t n, unsigned width,
                         struct tlog_hash *ret, bool *ret_there, struct diag *d)
{
    char relative[TLOG_PATH_MAX], path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    struct diag why = DIAG_INIT;
    tlog_tile_path(level, n, width, relative);
    enum rc rc = log_path(m, relative, path, d);
    if (rc != RC_OK)
        return rc;
    rc = file_read(path, TILE_LEN, &bytes, &why);
    if (rc == RC_NOMEM)
        return diag_set(d, rc, why.offset, "%s", why.text);
    *ret_there = rc == RC_OK && bytes.len == (size_t)width * SHA256_LEN;
    if (*ret_there)
        memcpy(ret, bytes.ptr, bytes.len);
    else if (!m->told)
        audit_note(&m->ret->found, relative, "%s",
                   rc == RC_OK ? "it has another length" : why.text);
    m->ret->tiles++;
    return RC_OK;
}

static void name_leaf(char ret[32], uint64_t index)
{
    (void)snprintf(ret, 32, "log %llu", (unsigned long long)index);
}

/* What the register has at this place, and whether a record stands behind it. */
static enum rc check_applied(struct monitoring *m, uint64_t index, struct diag *d)
{
    struct reg_log_entry e;
    struct reg_version v;
    struct reg_order o;
    char subject[32];
    struct diag why = DIAG_INIT;
    enum rc rc = register_log_entry(m->reg, index, &e, &why);
    bool led = rc == RC_OK && e.kind == LOG_VOID;
    if (rc == RC_OK && e.kind == LOG_TOKEN) {
        rc = register_version(m->reg, e.cert, e.part, &v, &why);
        led = rc == RC_OK && v.log_index == index;
    } else if (rc == RC_OK && e.kind == LOG_ORDER) {
        rc = register_order(m->reg, e.cert, e.part, &o, &why);
        led = rc == RC_OK && o.log_index == index;
    }
    if (rc == RC_NOMEM || rc == RC_IO)
        return diag_set(d, rc, why.offset, "%s", why.text);
    if (led)
        return RC_OK;
    name_leaf(subject, index);
    audit_note(&m->ret->found, subject,
               "nobody applied for it: no record of the register led to it");
    return RC_OK;
}

static enum rc check_leaf(struct monitoring *m, uint64_t index, const struct tlog_hash *published,
                          struct diag *d)
{
    char subject[32];
    struct tlog_hash ours;
    name_leaf(subject, index);
    if (index >= m->known) {
        audit_note(&m->ret->found, subject, "nobody applied for it: the register ends at %llu",
                   (unsigned long long)m->known);
        return RC_OK;
    }
    struct diag why = DIAG_INIT;
    const enum rc rc = m->source.hash(m->source.ctx, 0, index, &ours, &why);
    if (rc != RC_OK)
        return audit_absorb(&m->ret->found, subject, rc, &why, d);
    if (!same_hash(&ours, published))
        audit_note(&m->ret->found, subject, "nobody applied for it: the register has another leaf");
    return check_applied(m, index, d);
}

/* A complete tile of the level below is one hash here. */
static enum rc check_node(struct monitoring *m, unsigned level, uint64_t n,
                          const struct tlog_hash *published, struct diag *d)
{
    struct tlog_hash below[TLOG_TILE_WIDTH];
    bool there = false;
    const enum rc rc = read_tile(m, level - 1, n, TLOG_TILE_WIDTH, below, &there, d);
    if (rc != RC_OK || !there)
        return rc;
    const struct tlog_hash root = tlog_root_of(below, TLOG_TILE_WIDTH);
    if (!same_hash(&root, published)) {
        char subject[TLOG_PATH_MAX];
        tlog_tile_path(level - 1, n, TLOG_TILE_WIDTH, subject);
        audit_note(&m->ret->found, subject, "the tile above it has another hash for it");
    }
    return RC_OK;
}

static enum rc check_tile(struct monitoring *m, unsigned level, uint64_t n, unsigned width,
                          struct diag *d)
{
    struct tlog_hash hashes[TLOG_TILE_WIDTH];
    bool there = false;
    enum rc rc = read_tile(m, level, n, width, hashes, &there, d);
    for (unsigned i = 0; rc == RC_OK && there && i < width; i++) {
        const uint64_t at = n * TLOG_TILE_WIDTH + i;
        rc =
            level == 0 ? check_leaf(m, at, &hashes[i], d) : check_node(m, level, at, &hashes[i], d);
    }
    return rc;
}

static enum rc check_tiles(struct monitoring *m, struct diag *d)
{
    enum rc rc = RC_OK;
    for (unsigned level = 0; level < LEVELS; level++) {
        const uint64_t hashes = m->published.size >> (8 * level);
        for (uint64_t n = 0; rc == RC_OK && n * TLOG_TILE_WIDTH < hashes; n++) {
            const uint64_t left = hashes - n * TLOG_TILE_WIDTH;
            rc = check_tile(m, level, n, left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH,
                            d);
        }
    }
    return rc;
}

/* --- the tree by its tiles, as a stranger reads it --- */

struct stranger {
    struct monitoring *m;
    bool missing;
};

static enum rc hash_from_tiles(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret,
                               struct diag *d)
{
    struct stranger *const s = ctx;
    struct tlog_hash hashes[TLOG_TILE_WIDTH];
    const unsigned above = level % 8, tile_level = level / 8;
    const uint64_t first = n << above, count = s->m->published.size >> (8 * tile_level);
    const uint64_t tile = first / TLOG_TILE_WIDTH, left = count - tile * TLOG_TILE_WIDTH;
    bool there = false;
    const enum rc rc =
        read_tile(s->m, tile_level, tile, left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH,
                  hashes, &there, d);
    if (rc != RC_OK)
        return rc;
    if (!there) {
        s->missing = true;
        *ret = (struct tlog_hash){ { 0 } };
        return RC_OK;
    }
    *ret = tlog_root_of(hashes + first % TLOG_TILE_WIDTH, (size_t)1 << above);
    return RC_OK;
}

static enum rc check_root(struct monitoring *m, uint64_t size, const struct tlog_hash *root,
                          const char *subject, const char *text, struct diag *d)
{
    struct stranger s = { .m = m };
    const struct tlog_source tiles = { hash_from_tiles, &s };
    struct tlog_hash made;
    const enum rc rc = tlog_root(&tiles, size, &made, d);
    if (rc == RC_OK && !s.missing && !same_hash(&made, root))
        audit_note(&m->ret->found, subject, "%s", text);
    return rc;
}

/* The log begins as the one that was closed did, up to there. */
static enum rc check_closed(struct monitoring *m, struct span origin, struct diag *d)
{
    const struct trust_list *const trust = m->home->trust;
    for (size_t i = 0; i < trust->closed_count; i++) {
        struct tlog_hash root;
        const struct closed_log *const c = &trust->closed[i];
        if (!span_equal(origin, span_text(c->origin)))
            continue;
        memcpy(root.bytes, c->root, SHA256_LEN);
        if (c->size <= m->published.size)
            return check_root(m, c->size, &root, "checkpoint",
                              "the log does not begin as the one that was closed", d);
        audit_note(&m->ret->found, "checkpoint", "the log is shorter than the one that was closed");
    }
    return RC_OK;
}

/* What was seen once must still be the beginning of what is published. */
static enum rc check_seen(struct monitoring *m, struct span seen, struct diag *d)
{
    struct checkpoint before;
    if (seen.len == 0)
        return RC_OK;
    uint64_t end = 0;
    if (log_note_check(seen, m->home->trust, &before, &end, NULL) != RC_OK) {
        audit_note(&m->ret->found, "remembered", "the remembered checkpoint is damaged");
        return RC_OK;
    }
    m->ret->seen_size = before.size;
    /* Closed since: what came behind its end is gone, as the roots have said. */
    if (before.size > end)
        return check_closed(m, before.origin, d);
    if (before.size > m->published.size) {
        audit_note(&m->ret->found, "checkpoint",
                   "the log went back: %llu entries were seen, %llu stand there",
                   (unsigned long long)before.size, (unsigned long long)m->published.size);
        return RC_OK;
    }
    return check_root(m, before.size, &before.root, "checkpoint",
                      "the log has forked: what was seen before is not its beginning", d);
}

/* --- the lists --- */

static bool same_row(const struct column_row *a, const struct column_row *b)
{
    return a->status == b->status && a->version == b->version && a->deadline == b->deadline;
}

static enum rc compare_rows(struct monitoring *m, struct bundle *b, struct diag *d)
{
    ON_EXIT(columns_free) struct columns published = { 0 };
    ON_EXIT(columns_free) struct columns ours = { 0 };
    const int32_t day = date_of_time(bundle_times(b).issued);
    struct diag why = DIAG_INIT;
    enum rc rc = bundle_columns(b, &published, &why);
    if (rc != RC_OK)
        return audit_absorb(&m->ret->found, "bundle.scb", rc, &why, d);
    rc = snapshot_columns(m->reg, day, &ours, &why);
    if (rc != RC_OK)
        return audit_absorb(&m->ret->found, "register", rc, &why, d);
    m->ret->rows_compared = true;
    if (ours.count != published.count)
        audit_note(&m->ret->found, "bundle.scb", "%u rows, the register gives %u", published.count,
                   ours.count);
    for (uint32_t i = 0; i < ours.count && i < published.count; i++) {
        char subject[32];
        if (same_row(&ours.rows[i], &published.rows[i]))
            continue;
        (void)snprintf(subject, sizeof subject, "row %u", i);
        audit_note(&m->ret->found, subject,
                   "status %u version %u deadline %d are published, the "
                   "register gives %u, %u, %d",
                   published.rows[i].status, published.rows[i].version, published.rows[i].deadline,
                   ours.rows[i].status, ours.rows[i].version, ours.rows[i].deadline);
    }
    return RC_OK;
}

/* Whole, ours, and of the published log; its rows when the register stands where it was made. */
static enum rc check_bundle(struct monitoring *m, struct diag *d)
{
    ON_EXIT(mapping_close) struct mapping file = { 0 };
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    struct diag why = DIAG_INIT;
    char path[PATH_LEN];
    enum rc rc = path_join(m->folder, "bundle.scb", path, d);
    if (rc != RC_OK)
        return rc;
    rc = file_map(path, &file, &why);
    if (rc == RC_OK)
        rc = bundle_open(file.bytes, &m->home->trust->roots, &b, &why);
    if (rc == RC_OK)
        rc = bundle_check_all(b, NULL, NULL, &why);
    if (rc == RC_NOMEM)
        return diag_set(d, rc, why.offset, "%s", why.text);
    if (rc != RC_OK) {
        audit_note(&m->ret->found, "bundle.scb", "%s", why.text);
        return RC_OK;
    }
    const struct checkpoint *const c = bundle_checkpoint(b);
    if (c->size != m->published.size || !same_hash(&c->root, &m->published.root)) {
        audit_note(&m->ret->found, "bundle.scb", "its checkpoint is not the published one");
        return RC_OK;
    }
    return c->size == m->known && register_log_size(m->reg) == m->known ? compare_rows(m, b, d)
                                                                        : RC_OK;
}

/* --- together --- */

static enum rc run(struct monitoring *m, struct span seen, struct diag *d)
{
    enum rc rc = read_checkpoint(m, d);
    if (rc != RC_OK || m->ret->note.len == 0)
        return rc;
    /* After the checkpoint: what it covers is in the register by now. */
    rc = register_renew(m->reg, d);
    if (rc != RC_OK)
        return rc;
    m->known = register_log_settled(m->reg);
    m->source = register_log_source(m->reg);
    m->ret->found.log_size = m->published.size;
    hex_encode(m->published.root.bytes, SHA256_LEN, m->ret->found.root);
    rc = check_tiles(m, d);
    m->told = true;
    if (rc == RC_OK)
        rc = check_root(m, m->published.size, &m->published.root, "checkpoint",
                        "its root is not that of the published tiles", d);
    if (rc == RC_OK)
        rc = check_seen(m, seen, d);
    return rc == RC_OK ? check_bundle(m, d) : rc;
}

enum rc monitor_run(struct reg *r, const struct home *h, const char *folder, struct span seen,
                    struct monitored *ret, struct diag *d)
{
    assert(r && h && folder && ret);

    ON_EXIT(monitored_free) struct monitored result = { .seen_size = 0 };
    struct monitoring m = { .reg = r, .home = h, .folder = folder, .ret = &result };
    const enum rc rc = run(&m, seen, d);
    if (rc != RC_OK)
        return rc;
    *ret = result;
    result = (struct monitored){ .seen_size = 0 };
    return RC_OK;
}
