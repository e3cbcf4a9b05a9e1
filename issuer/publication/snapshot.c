#include "issuer/publication/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "issuer/scheme/posts.h"

static enum status_bits bits_of(enum state order_state)
{
    switch (order_state) {
    case STATE_SUSPENDED:
        return STATUS_SUSPENDED;
    case STATE_VALID:
    case STATE_DUE:
    case STATE_LAPSED: /* a lapse follows from the deadline column */
        return STATUS_VALID;
    case STATE_REVOKED:
    case STATE_WITHDRAWN:
    case STATE_CANCELLED:
    case STATE_UNKNOWN:
        return STATUS_INVALID;
    }
    return STATUS_INVALID;
}

/* Rows being filled; again: what is there already may be written over. */
struct filling {
    struct columns *columns;
    bool again;
};

/* An index stands for one holder of one certificate, for ever. */
static enum rc put_row(const struct filling *f, const struct reg_cert *cert, uint32_t index,
                       const struct column_row *row, struct diag *d)
{
    struct columns *const c = f->columns;
    if (index >= c->count || (!f->again && c->rows[index].version != 0))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "certificate '%s' has a status index that was %s: run 'sitecert audit'",
                        cert->number, index >= c->count ? "never given out" : "given out twice");
    c->rows[index] = *row;
    return RC_OK;
}

static enum rc put_rows(const struct filling *f, const struct reg_cert *cert, enum status_bits bits,
                        struct diag *d)
{
    struct column_row row = {
        .status = (uint8_t)bits,
        .version = (uint16_t)cert->version,
        .deadline = cert->deadline,
    };
    enum rc rc = put_row(f, cert, cert->status_index, &row, d);
    for (size_t i = 0; rc == RC_OK && i < cert->retired_count; i++) {
        row.status = STATUS_INVALID;
        row.version = (uint16_t)cert->retired_version[i];
        rc = put_row(f, cert, cert->retired[i], &row, d);
    }
    return rc;
}

static enum rc put_certificate(struct reg *r, uint32_t id, int32_t today, const struct filling *f,
                               struct diag *d)
{
    struct reg_cert cert;
    enum state state = STATE_UNKNOWN;
    enum rc rc = register_cert(r, id, &cert, d);
    if (rc == RC_OK)
        rc = register_order_state(r, &cert, today, &state, d);
    return rc == RC_OK ? put_rows(f, &cert, bits_of(state), d) : rc;
}

/* Whole blocks: the running number is permuted inside its block. */
static enum rc make_room(struct reg *r, struct columns *c, struct diag *d)
{
    const uint32_t given = register_status_index_count(r);
    const uint32_t blocks = given / COLUMN_BLOCK + (given % COLUMN_BLOCK != 0);
    if (given > COLUMN_ROWS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a list has at most %u rows", COLUMN_ROWS_MAX);
    return columns_resize(c, blocks * COLUMN_BLOCK, d);
}

enum rc snapshot_columns(struct reg *r, int32_t today, struct columns *ret, struct diag *d)
{
    assert(r && ret);

    const struct filling f = { .columns = ret };
    enum rc rc = make_room(r, ret, d);
    const uint32_t certs = register_cert_count(r);
    for (uint32_t id = 0; rc == RC_OK && id < certs; id++)
        rc = put_certificate(r, id, today, &f, d);
    return rc;
}

/* --- from a publication before --- */

/* Everything that changes a row has a leaf, but for a day that comes: an order dated ahead. */
static enum rc log_says_all(struct reg *r, const struct snapshot_base *base, int32_t today,
                            bool *ret, struct diag *d)
{
    int64_t last = 0;
    const enum rc rc = register_fact(r, FACT_LAST_DAY_AHEAD, INT64_MAX, &last, d);
    *ret = base->log_size <= register_log_size(r) && base->day <= today && last <= base->day;
    return rc;
}

static enum rc copy_rows(const struct columns *from, struct columns *to, struct diag *d)
{
    const enum rc rc = columns_resize(to, from->count, d);
    if (rc == RC_OK && from->count > 0)
        memcpy(to->rows, from->rows, from->count * sizeof *to->rows);
    return rc;
}

static enum rc put_entry(struct reg *r, uint64_t index, int32_t today, const struct filling *f,
                         struct diag *d)
{
    struct reg_log_entry e;
    const enum rc rc = register_log_entry(r, index, &e, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND
                   ? diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "log entry %llu is not there",
                              (unsigned long long)index)
                   : rc;
    /* What a void leaf stood for was logged again behind it. */
    return e.kind == LOG_VOID ? RC_OK : put_certificate(r, e.cert, today, f, d);
}

enum rc snapshot_update(struct reg *r, const struct snapshot_base *base, int32_t today,
                        struct columns *ret, bool *ret_made, struct diag *d)
{
    assert(r && base && ret && ret_made);

    const struct filling f = { .columns = ret, .again = true };
    const uint64_t size = register_log_size(r);
    enum rc rc = log_says_all(r, base, today, ret_made, d);
    if (rc != RC_OK || !*ret_made)
        return rc;
    rc = copy_rows(base->rows, ret, d);
    if (rc == RC_OK)
        rc = make_room(r, ret, d);
    for (uint64_t i = base->log_size; rc == RC_OK && i < size; i++)
        rc = put_entry(r, i, today, &f, d);
    return rc;
}

static size_t count_posts(void)
{
    size_t n = 0;
    while (post_at(n))
        n++;
    return n;
}

static size_t count_units(struct reg *r)
{
    size_t n = 0;
    for (const struct reg_unit *u = register_unit_next(r, 0); u; u = register_unit_next(r, u->id))
        n++;
    return n;
}

/* The unit whose provider it is today. */
static uint32_t unit_of(const struct reg_provider *p, int32_t today)
{
    const struct reg_provider_row *row = provider_listing(p, today);
    return row ? row->unit : 0;
}

static void fill_directory(struct reg *r, int32_t today, struct directory *dir)
{
    for (size_t i = 0; i < dir->post_count; i++) {
        const struct post *p = post_at(i);
        dir->posts[i] =
            (struct directory_post){ p->code, span_text(p->name), span_text(p->name_en) };
    }

    size_t at = 0;
    for (const struct reg_unit *u = register_unit_next(r, 0); u; u = register_unit_next(r, u->id))
        dir->units[at++] = (struct directory_unit){ u->id, span_text(u->name) };

    for (uint32_t i = 0; i < dir->provider_count; i++) {
        const struct reg_provider *p = register_provider_at(r, i);
        dir->providers[i] = (struct directory_provider){
            .credit_code = span_text(p->credit_code),
            .name = span_text(p->name),
            .unit = unit_of(p, today),
        };
    }
}

static void free_directory_at(struct directory *dir)
{
    directory_free(dir);
}

enum rc snapshot_directory(struct reg *r, const struct home *h, struct buf *to, struct diag *d)
{
    assert(r && h && to);

    ON_EXIT(free_directory_at)
    struct directory dir = {
        .issued = h->now,
        .post_count = count_posts(),
        .unit_count = count_units(r),
        .provider_count = register_provider_count(r),
    };
    memcpy(dir.deployment, h->trust->deployment, DEPLOYMENT_LEN);
    /* One more than needed: calloc of nothing may answer NULL. */
    dir.posts = calloc(dir.post_count + 1, sizeof *dir.posts);
    dir.units = calloc(dir.unit_count + 1, sizeof *dir.units);
    dir.providers = calloc(dir.provider_count + 1, sizeof *dir.providers);
    if (!dir.posts || !dir.units || !dir.providers)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the directory");

    fill_directory(r, date_of_time(h->now), &dir);
    directory_payload_put(to, &dir);
    return buf_rc(to, d);
}
