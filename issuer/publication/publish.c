#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/cert/cosignature.h"
#include "core/cert/deadline_list.h"
#include "core/cert/status_list.h"
#include "core/flate/flate.h"
#include "issuer/publication/block_files.h"
#include "issuer/publication/employers_file.h"
#include "issuer/publication/log_files.h"
#include "issuer/publication/lookup_file.h"
#include "issuer/publication/publish_material.h"
#include "issuer/publication/snapshot.h"
#include "issuer/register/engine.h"
#include "issuer/register/log_checkpoint.h"

#define DAY_S       86400
#define PACKED_GAIN 10 /* a packed file is kept when it is a tenth smaller, or more */

static void material_free(struct material *m)
{
    previous_close(&m->before);
    columns_free(&m->columns);
    delta_made_free(&m->delta);
    struct buf *const all[] = { &m->directory,  &m->status,   &m->deadlines,
                                &m->checkpoint, &m->selftest, &m->bundle };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        buf_free(all[i]);
}

int64_t material_expires(const struct material *m)
{
    return m->home->now + (int64_t)m->policy->status_days * DAY_S;
}

enum rc material_sign(struct material *m, const char *typ, const struct buf *payload,
                      struct buf *to, struct diag *d)
{
    const enum rc rc = buf_rc(payload, d);
    return rc == RC_OK ? signer_publication(m->signer, typ, buf_span(payload), m->home->now, to, d)
                       : rc;
}

/* Signed anew only when it says something new: a device need not fetch it again. */
static enum rc make_directory(struct material *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    const enum rc rc = snapshot_directory(m->reg, m->home, &payload, d);
    if (rc != RC_OK)
        return rc;
    const struct span same = previous_directory(&m->before, m->home, buf_span(&payload));
    if (same.len == 0)
        return material_sign(m, TYP_DIRECTORY, &payload, &m->directory, d);
    buf_put_span(&m->directory, same);
    return buf_rc(&m->directory, d);
}

static enum rc make_status(struct material *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    const enum rc rc = status_list_payload_put(&payload, &m->columns, m->home->trust->status_uri,
                                               m->home->now, material_expires(m), DAY_S, d);
    return rc == RC_OK ? material_sign(m, TYP_STATUS, &payload, &m->status, d) : rc;
}

static enum rc make_deadlines(struct material *m, const char *folder, struct diag *d)
{
    struct deadline_statement statement = {
        .uri = span_text(m->home->trust->status_uri),
        .iat = m->home->now,
        .exp = material_expires(m),
        .sequence = m->sequence,
        .rows = m->columns.count,
    };
    const enum rc rc = block_files_write(&m->columns, folder, statement.root, d);
    if (rc != RC_OK)
        return rc;
    memcpy(m->root, statement.root, sizeof m->root);

    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    deadline_statement_put(&payload, &statement);
    return material_sign(m, TYP_DEADLINES, &payload, &m->deadlines, d);
}

/* --- files --- */

static enum rc write_file(const char *folder, const char *name, struct span bytes, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = path_join(folder, name, path, d);
    return rc == RC_OK ? file_replace(path, bytes, 0644, d) : rc;
}

/* Beside what compresses stands NAME.gz, for whoever serves the folder; an old one goes when there
 * is nothing to gain any more. */
static enum rc write_packed(const char *folder, const char *name, struct span bytes, struct diag *d)
{
    char packed_name[64], path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    enum rc rc = write_file(folder, name, bytes, d);
    if (rc == RC_OK)
        rc = flate_deflate(FLATE_GZIP, bytes, &packed, d);
    (void)snprintf(packed_name, sizeof packed_name, "%s.gz", name);
    if (rc == RC_OK && packed.len <= bytes.len - bytes.len / PACKED_GAIN)
        return write_file(folder, packed_name, buf_span(&packed), d);
    if (rc == RC_OK)
        rc = path_join(folder, packed_name, path, d);
    if (rc == RC_OK)
        (void)unlink(path);
    return rc;
}

/* The first root set, as the home has it: its hash is the deployment's name. */
static enum rc write_root(const struct home *h, const char *folder, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf root = { 0 };
    enum rc rc = home_path(h, "root.cbor", path, d);
    if (rc == RC_OK)
        rc = file_read(path, TRUST_LIST_MAX, &root, d);
    return rc == RC_OK ? write_file(folder, "root.cbor", buf_span(&root), d) : rc;
}

static enum rc write_files(const struct material *m, const char *folder, struct diag *d)
{
    const struct {
        const char *name;
        struct span bytes;
        enum rc (*write)(const char *folder, const char *name, struct span bytes, struct diag *d);
    } files[] = {
        { "trust.cbor", buf_span(&m->home->trust_bytes), write_packed },
        { "directory.cbor", buf_span(&m->directory), write_packed },
        { "policy.json", buf_span(&m->home->policy_bytes), write_packed },
        { "status.cwt", buf_span(&m->status), write_file }, /* deflated already, as is the bundle */
        { "deadlines.cwt", buf_span(&m->deadlines), write_file },
        { "bundle.scb", buf_span(&m->bundle), write_file },
    };
    enum rc rc = write_root(m->home, folder, d);
    if (rc == RC_OK)
        rc = delta_files_write(&m->delta, folder, d);
    for (size_t i = 0; rc == RC_OK && i < sizeof files / sizeof files[0]; i++)
        rc = files[i].write(folder, files[i].name, files[i].bytes, d);
    return rc;
}

/* --- the order of things --- */

static enum rc next_sequence(struct material *m, struct diag *d)
{
    int64_t last = 0;
    enum rc rc = register_fact(m->reg, FACT_LAST_SEQUENCE, 0, &last, d);
    if (rc != RC_OK)
        return rc;
    m->sequence = (uint64_t)(last + 1 > m->home->now ? last + 1 : m->home->now);
    /* A register that was restored knows none of those that came since. */
    if (m->before.bundle && m->sequence <= bundle_times(m->before.bundle).sequence)
        m->sequence = bundle_times(m->before.bundle).sequence + 1;
    /* Durable before anyone can see it: no sequence stands for two contents. */
    rc = register_fact_put(m->reg, FACT_LAST_SEQUENCE, (int64_t)m->sequence, d);
    return rc == RC_OK ? register_commit(m->reg, d) : rc;
}

/* From what was published last, when the log alone says what has changed since. */
static enum rc make_columns(struct material *m, struct diag *d)
{
    const int32_t today = date_of_time(m->home->now);
    bool made = false;
    enum rc rc = RC_OK;
    if (m->before.bundle && span_equal(bundle_checkpoint(m->before.bundle)->origin,
                                       span_text(m->home->trust->log_origin))) {
        const struct snapshot_base base = {
            .rows = &m->before.rows,
            .log_size = bundle_checkpoint(m->before.bundle)->size,
            .day = date_of_time(bundle_times(m->before.bundle).issued),
        };
        rc = snapshot_update(m->reg, &base, today, &m->columns, &made, d);
    }
    return rc == RC_OK && !made ? snapshot_columns(m->reg, today, &m->columns, d) : rc;
}

/* What devices would not go by is not published: they keep what they have. */
static enum rc need_quorum(const struct material *m, struct diag *d)
{
    const struct trust_list *const trust = m->home->trust;
    struct checkpoint of;
    unsigned held = 0;
    enum rc rc = checkpoint_parse(buf_span(&m->checkpoint), &of, d);
    if (rc == RC_OK)
        rc = cosignatures_count(buf_span(&m->checkpoint), &of, trust, &held, d);
    if (rc == RC_OK && held < trust->witness_quorum)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "%u witnesses have cosigned where the trust list asks for %u", held,
                        trust->witness_quorum);
    return rc;
}

static enum rc cosign(struct material *m, struct diag *d)
{
    const struct tlog_source log = register_log_source(m->reg);
    const struct publish_cosigner *const c = m->cosigner;
    const enum rc rc = c ? c->cosign(c->arg, m->home->trust, &log, &m->checkpoint, d) : RC_OK;
    return rc == RC_OK ? need_quorum(m, d) : rc;
}

static enum rc make_lists(struct material *m, const char *folder, struct diag *d)
{
    enum rc rc = previous_open(m->home, folder, &m->before, d);
    if (rc == RC_OK)
        rc = next_sequence(m, d);
    if (rc == RC_OK)
        rc = make_columns(m, d);
    if (rc == RC_OK)
        rc = log_checkpoint(m->reg, m->home, m->signer, &m->checkpoint, d);
    if (rc == RC_OK)
        rc = cosign(m, d);
    if (rc == RC_OK)
        rc = make_directory(m, d);
    if (rc == RC_OK)
        rc = make_status(m, d);
    if (rc == RC_OK)
        rc = make_deadlines(m, folder, d);
    return rc == RC_OK ? material_make_selftest(m, d) : rc;
}

static enum rc run(struct material *m, const char *folder, struct diag *d)
{
    enum rc rc = folder_make(folder, 0755, d);
    folder_sweep(folder);
    if (rc == RC_OK)
        rc = make_lists(m, folder, d);
    if (rc == RC_OK)
        rc = material_make_bundle(m, d);
    if (rc == RC_OK)
        rc = material_check_bundle(m, d);
    if (rc == RC_OK)
        rc = log_publish(m->reg, m->home, buf_span(&m->checkpoint), folder, d);
    if (rc == RC_OK)
        rc = lookup_publish(m->reg, m->home, folder, d);
    if (rc == RC_OK)
        rc = employers_publish(m->home, folder, d);
    if (rc == RC_OK)
        rc = write_files(m, folder, d);
    /* Twice the life of a statement: readers' clocks may differ from ours. */
    const int64_t keep_s = 2 * (int64_t)m->policy->status_days * DAY_S;
    return rc == RC_OK ? block_files_prune(m->root, folder, m->home->now, keep_s, d) : rc;
}

enum rc publish(struct home *h, const char *folder, struct published *ret, struct diag *d)
{
    return publish_cosigned(h, folder, NULL, ret, d);
}

enum rc publish_cosigned(struct home *h, const char *folder,
                         const struct publish_cosigner *cosigner, struct published *ret,
                         struct diag *d)
{
    assert(h && folder && ret);

    ON_EXIT(engine_close_at) struct engine *engine = NULL;
    ON_EXIT(signer_free_at) struct signer *signer = NULL;
    const struct engine_options options = { .sender = "local" };
    enum rc rc = engine_open(h, &options, &engine, d); /* settles what a crash left pending */
    if (rc == RC_OK)
        rc = home_signer(h, &signer, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(material_free)
    struct material m = {
        .home = h,
        .reg = engine_register(engine),
        .signer = signer,
        .cosigner = cosigner,
        .policy = policy_at(h->policy, 0, date_of_time(h->now)),
    };
    rc = run(&m, folder, d);
    if (rc != RC_OK)
        return rc;

    *ret = (struct published){
        .sequence = m.sequence,
        .log_size = register_log_settled(m.reg),
        .rows = m.columns.count,
        .bundle_bytes = m.bundle.len,
        .status_bytes = m.status.len,
        .deadline_bytes = m.deadlines.len,
        .delta_bytes = m.delta.message.len,
        .delta_rows = m.delta.rows,
    };
    return RC_OK;
}
