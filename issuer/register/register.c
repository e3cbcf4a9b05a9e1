#include "issuer/register/register.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "issuer/register/register_internal.h"

#define COUNTERS_FACT  "#counters"
#define COUNTERS_COUNT 8
#define SECRET_FACT    "#secret"
#define SECRET_LEN     16

/* --- counters: read once a transaction, written when it is committed --- */

static bool read_counters(struct span value, struct reg_counters *c, struct diag *d)
{
    struct cbor_reader in = cbor_reader_over(value, d);
    uint64_t count;
    return cbor_array(&in, "counters", COUNTERS_COUNT, &count) && count == COUNTERS_COUNT &&
           cbor_uint(&in, "persons", UINT64_MAX, &c->persons) &&
           cbor_uint(&in, "rows", UINT64_MAX, &c->rows) &&
           cbor_uint(&in, "log size", UINT64_MAX, &c->log_size) &&
           cbor_uint(&in, "log settled", c->log_size, &c->log_settled) &&
           cbor_uint(&in, "certificates", UINT32_MAX, &c->certs) &&
           cbor_uint(&in, "legacy", UINT32_MAX, &c->legacies) &&
           cbor_uint(&in, "status indexes", UINT32_MAX, &c->statuses) &&
           cbor_uint(&in, "senders", SENDERS_MAX, &c->senders) && cbor_end(&in);
}

static enum rc load_counters(struct reg *r, struct diag *d)
{
    struct reg_counters c = { 0 };
    struct span value;
    const enum rc rc = reg_get(r, DB_FACTS, SPAN_LITERAL(COUNTERS_FACT), &value, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && !read_counters(value, &c, NULL))
        return reg_damaged("facts", d);

    r->counters = r->stored_counters = c;
    return RC_OK;
}

static enum rc store_counters(struct reg *r, struct diag *d)
{
    const struct reg_counters *const c = &r->counters;
    if (memcmp(c, &r->stored_counters, sizeof *c) == 0)
        return RC_OK;

    struct buf *const b = reg_scratch(r);
    cbor_put_array(b, COUNTERS_COUNT);
    cbor_put_uint(b, c->persons);
    cbor_put_uint(b, c->rows);
    cbor_put_uint(b, c->log_size);
    cbor_put_uint(b, c->log_settled);
    cbor_put_uint(b, c->certs);
    cbor_put_uint(b, c->legacies);
    cbor_put_uint(b, c->statuses);
    cbor_put_uint(b, c->senders);
    return reg_put_scratch(r, DB_FACTS, SPAN_LITERAL(COUNTERS_FACT), PUT_ANY, d);
}

/* --- the secret: another one finds nobody, and would take everybody anew --- */

static void secret_mark(const struct reg *r, uint8_t ret[SECRET_LEN])
{
    uint8_t derived[64];
    vault_derive(r->vault, "register-mark", derived);
    memcpy(ret, derived, SECRET_LEN);
    explicit_bzero(derived, sizeof derived);
}

static enum rc check_secret(struct reg *r, struct diag *d)
{
    uint8_t mark[SECRET_LEN];
    struct span kept;
    const enum rc rc = reg_get(r, DB_FACTS, SPAN_LITERAL(SECRET_FACT), &kept, d);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc != RC_OK)
        return rc;
    secret_mark(r, mark);
    if (span_equal(kept, span_of(mark, sizeof mark)))
        return RC_OK;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    "'keys/register.key' is not the secret that this register was made with");
}

/* By the first commit the register is bound to it. */
static enum rc bind_to_secret(struct reg *r, struct diag *d)
{
    uint8_t mark[SECRET_LEN];
    struct span kept;
    const enum rc rc = reg_get(r, DB_FACTS, SPAN_LITERAL(SECRET_FACT), &kept, d);
    if (rc != RC_NOT_FOUND)
        return rc;
    secret_mark(r, mark);
    return reg_put(r, DB_FACTS, SPAN_LITERAL(SECRET_FACT), span_of(mark, sizeof mark), PUT_NEW, d);
}

/* Everything that is kept in memory, as the transaction that has just begun sees it. */
enum rc reg_load(struct reg *r, struct diag *d)
{
    enum rc rc = load_counters(r, d);
    if (rc == RC_OK)
        rc = reg_units_load(r, d);
    if (rc == RC_OK)
        rc = reg_senders_load(r, d);
    return rc;
}

static struct reg *new_reg(const struct vault *vault, enum reg_mode mode, struct diag *d)
{
    struct reg *const r = calloc(1, sizeof *r);
    if (!r) {
        (void)diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the register");
        return NULL;
    }
    r->mode = mode;
    r->vault = vault;
    r->lock_fd = -1;
    if (!vault)
        return r;
    vault_derive(vault, "status-permutation", r->statuses.key);
    vault_derive(vault, "row-content", r->content_key);
    vault_derive(vault, "pickup-code", r->pickup_key);
    vault_derive(vault, "batch-id", r->batch_key);
    return r;
}

static enum rc open_as(const struct home *h, const struct vault *vault, enum reg_mode mode,
                       struct reg **ret, struct diag *d)
{
    ON_EXIT(register_close_at) struct reg *r = new_reg(vault, mode, d);
    if (!r)
        return RC_NOMEM;
    enum rc rc = reg_env_open(r, h, d);
    if (rc == RC_OK && mode != REG_RESTORE)
        rc = check_secret(r, d);
    if (rc == RC_OK)
        rc = reg_load(r, d);
    if (rc == RC_OK && mode == REG_WRITE)
        rc = reg_mirror_open(r, h, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(r);
    return RC_OK;
}

enum rc register_open(const struct home *h, const struct vault *vault, enum reg_mode mode,
                      struct reg **ret, struct diag *d)
{
    assert(h && (vault || mode == REG_RESTORE) && ret);

    enum rc rc = open_as(h, vault, mode, ret, d);
    if (rc != RC_NOT_FOUND || mode != REG_READ)
        return rc;

    /* A home that nothing was ever written to: reading it makes its empty tables. */
    struct reg *empty = NULL;
    rc = open_as(h, vault, REG_WRITE, &empty, d);
    if (rc != RC_OK)
        return rc;
    register_close(empty);
    return open_as(h, vault, REG_READ, ret, d);
}

enum rc register_view(struct reg *opened, struct reg **ret, struct diag *d)
{
    assert(opened && opened->mode == REG_READ && !opened->is_view && ret);

    ON_EXIT(register_close_at) struct reg *r = new_reg(opened->vault, REG_READ, d);
    if (!r)
        return RC_NOMEM;
    reg_env_share(r, opened);
    enum rc rc = reg_begin(r, d);
    if (rc == RC_OK)
        rc = register_renew(r, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(r);
    return RC_OK;
}

enum rc register_renew(struct reg *r, struct diag *d)
{
    assert(r && r->mode == REG_READ);

    bool changed = false;
    const enum rc rc = reg_renew(r, &changed, d);
    return rc == RC_OK && changed ? reg_load(r, d) : rc;
}

void register_close(struct reg *r)
{
    if (!r)
        return;
    reg_env_close(r);
    reg_mirror_close(r);
    reg_units_free(r);
    free(r->senders);
    buf_free(&r->scratch);
    explicit_bzero(r->content_key, sizeof r->content_key);
    explicit_bzero(r->pickup_key, sizeof r->pickup_key);
    explicit_bzero(r->batch_key, sizeof r->batch_key);
    explicit_bzero(&r->statuses, sizeof r->statuses);
    free(r);
}

enum rc reg_commit_now(struct reg *r, struct diag *d)
{
    const int error = mdb_txn_commit(r->txn);
    r->txn = NULL;
    buf_clear(&r->changes);
    r->dead = true; /* until all of this has worked */
    if (error != 0)
        return reg_lmdb_rc(r, error, "write the register", d);
    enum rc rc = reg_env_extend(r, d);
    if (rc == RC_OK)
        rc = reg_begin(r, d);
    r->dead = rc != RC_OK;
    return rc;
}

enum rc register_commit(struct reg *r, struct diag *d)
{
    assert(r && r->mode == REG_WRITE);

    if (r->dead || r->broken)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the register failed before: open it again");
    enum rc rc = bind_to_secret(r, d);
    if (rc == RC_OK)
        rc = store_counters(r, d);
    if (rc == RC_OK)
        rc = reg_mirror_commit(r, d);
    if (rc == RC_OK)
        rc = reg_commit_now(r, d);
    if (rc == RC_OK)
        r->stored_counters = r->counters;
    return rc;
}

enum rc register_abort(struct reg *r, struct diag *d)
{
    assert(r && r->mode == REG_WRITE);

    if (r->dead)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the register failed before: open it again");
    mdb_txn_abort(r->txn);
    r->txn = NULL;
    buf_clear(&r->changes);
    r->broken = false;
    enum rc rc = reg_begin(r, d);
    if (rc == RC_OK)
        rc = reg_load(r, d);
    r->dead = rc != RC_OK;
    return rc;
}

/* --- small facts --- */

enum rc register_fact(struct reg *r, const char *name, int64_t absent, int64_t *ret, struct diag *d)
{
    assert(r && name && ret);

    struct span value;
    const enum rc rc = reg_get(r, DB_FACTS, span_text(name), &value, d);
    if (rc == RC_NOT_FOUND) {
        *ret = absent;
        return RC_OK;
    }
    if (rc != RC_OK)
        return rc;

    struct cbor_reader c = cbor_reader_over(value, NULL);
    int64_t v;
    if (!cbor_int(&c, name, &v) || !cbor_end(&c))
        return reg_damaged("facts", d);
    *ret = v;
    return RC_OK;
}

enum rc register_fact_put(struct reg *r, const char *name, int64_t value, struct diag *d)
{
    assert(r && name);

    cbor_put_int(reg_scratch(r), value);
    return reg_put_scratch(r, DB_FACTS, span_text(name), PUT_ANY, d);
}
