/*
 * The register and its mirror. What a transaction changes is noted as it is put; its commit writes
 * that to the mirror first, with the point that it leads to kept in the same transaction as a fact.
 * So the mirror is never behind, and at most one commit ahead: one that nobody was told of yet,
 * which the next opening makes up for. Changes: kind 1, length of the table's name 1, name, length
 * of the key 1, key, and when put: length of the value 4, value.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/reader.h"
#include "issuer/register/register_internal.h"

#define MIRROR_FACT "#mirror" /* [number, chain] */

enum change { CHANGE_PUT = 1, CHANGE_DELETE = 2 };

static const char *const table_names[DB_COUNT] = {
#define X(name, text) [name] = (text),
    DB_LIST(X)
#undef X
};

/* --- noting --- */

static void put_short(struct buf *b, struct span s)
{
    assert(s.len <= UINT8_MAX);
    buf_put_u8(b, (uint8_t)s.len);
    buf_put_span(b, s);
}

void reg_mirror_note(struct reg *r, enum db db, struct span key, const struct span *value)
{
    if (!r->noting)
        return;
    buf_put_u8(&r->changes, value ? CHANGE_PUT : CHANGE_DELETE);
    put_short(&r->changes, span_text(table_names[db]));
    put_short(&r->changes, key);
    if (!value)
        return;
    buf_put_be32(&r->changes, (uint32_t)value->len);
    buf_put_span(&r->changes, *value);
}

/* --- the point that a register stands at --- */

static enum rc read_point(struct reg *r, struct mirror_point *ret, struct diag *d)
{
    struct span value, chain;
    const enum rc rc = reg_get(r, DB_FACTS, SPAN_LITERAL(MIRROR_FACT), &value, d);
    if (rc != RC_OK)
        return rc;
    struct cbor_reader c = cbor_reader_over(value, NULL);
    uint64_t count;
    if (!cbor_array(&c, "point", 2, &count) || count != 2 ||
        !cbor_uint(&c, "number", UINT64_MAX - 1, &ret->number) ||
        !cbor_bytes(&c, "chain", SHA256_LEN, SHA256_LEN, &chain) || !cbor_end(&c))
        return reg_damaged("facts", d);
    memcpy(ret->chain, chain.ptr, SHA256_LEN);
    return RC_OK;
}

static enum rc put_point(struct reg *r, const struct mirror_point *p, struct diag *d)
{
    struct buf *const b = reg_scratch(r);
    cbor_put_array(b, 2);
    cbor_put_uint(b, p->number);
    cbor_put_bytes(b, span_of(p->chain, SHA256_LEN));
    return reg_put_scratch(r, DB_FACTS, SPAN_LITERAL(MIRROR_FACT), PUT_ANY, d);
}

static bool same_point(const struct mirror_point *a, const struct mirror_point *b)
{
    return a->number == b->number && memcmp(a->chain, b->chain, SHA256_LEN) == 0;
}

enum rc reg_mirror_commit(struct reg *r, struct diag *d)
{
    enum rc rc;
    if (!r->mirror) {
        /* Without its mirror the register leaves that history. */
        struct mirror_point point;
        rc = read_point(r, &point, d);
        if (rc == RC_OK)
            return reg_delete(r, DB_FACTS, SPAN_LITERAL(MIRROR_FACT), d);
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    rc = buf_rc(&r->changes, d);
    if (rc != RC_OK || r->changes.len == 0)
        return rc;
    const struct mirror_point end = mirror_end(r->mirror);
    const struct mirror_point next = mirror_next(&end, buf_span(&r->changes));
    r->noting = false;
    rc = put_point(r, &next, d);
    r->noting = true;
    if (rc == RC_OK)
        rc = mirror_append(r->mirror, buf_span(&r->changes), d);
    r->dead = rc != RC_OK; /* whether the mirror has it is seen at the next opening */
    return rc;
}

/* --- making up for what the mirror has --- */

static bool find_table(struct span name, enum db *ret)
{
    for (size_t i = 0; i < DB_COUNT; i++) {
        if (span_equal(name, span_text(table_names[i]))) {
            *ret = (enum db)i;
            return true;
        }
    }
    return false;
}

static bool take_short(struct reader *in, struct span *ret)
{
    uint8_t len;
    return reader_u8(in, &len) && reader_take(in, len, ret);
}

/* RC_FORMAT without a word: no change that we write. */
static enum rc apply_one(struct reg *r, struct reader *in, struct diag *d)
{
    uint8_t kind;
    uint32_t len = 0;
    struct span name, key, value = { 0 };
    enum db db;
    if (!reader_u8(in, &kind) || (kind != CHANGE_PUT && kind != CHANGE_DELETE) ||
        !take_short(in, &name) || !find_table(name, &db) || !take_short(in, &key) || key.len == 0 ||
        key.len > REG_KEY_MAX)
        return RC_FORMAT;
    if (kind == CHANGE_DELETE)
        return reg_delete(r, db, key, d);
    if (!reader_be32(in, &len) || !reader_take(in, len, &value))
        return RC_FORMAT;
    return reg_put(r, db, key, value, PUT_ANY, d);
}

static enum rc apply_commit(struct reg *r, struct span changes, const struct mirror_point *to,
                            struct diag *d)
{
    struct reader in = reader_over(changes);
    while (reader_left(&in) > 0) {
        const enum rc rc = apply_one(r, &in, d);
        if (rc != RC_OK)
            return diag_set(d, rc, in.pos, MIRROR_WORDS ": commit %" PRIu64 " cannot be applied",
                            to->number);
    }
    const enum rc rc = put_point(r, to, d);
    return rc == RC_OK ? reg_commit_now(r, d) : rc;
}

static enum rc follow(struct reg *r, struct mirror *m, struct mirror_point at, uint64_t *ret,
                      struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf changes = { 0 };
    struct mirror_point next;
    enum rc rc;
    *ret = 0;
    while ((rc = mirror_read(m, &at, &changes, &next, d)) == RC_OK) {
        rc = apply_commit(r, buf_span(&changes), &next, d);
        if (rc != RC_OK)
            return rc;
        at = next;
        (*ret)++;
    }
    return rc == RC_NOT_FOUND ? reg_load(r, d) : rc;
}

/* --- opening --- */

static enum rc begin(struct reg *r, struct mirror *m, uint64_t number, struct diag *d)
{
    struct mirror_point at = { .number = number };
    random_bytes(at.chain, sizeof at.chain);
    enum rc rc = mirror_begin(m, &at, d);
    if (rc == RC_OK)
        rc = put_point(r, &at, d);
    return rc == RC_OK ? reg_commit_now(r, d) : rc;
}

static enum rc not_ours(const char *folder, struct diag *d)
{
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    MIRROR_WORDS " in '%.60s' is of another history of this register; 'sitecert "
                                 "mirror begin' into an empty folder, and a new backup",
                    folder);
}

/* The register stands at `here`. */
static enum rc compare(struct reg *r, struct mirror *m, const struct mirror_point *here,
                       const char *folder, struct diag *d)
{
    uint64_t made_up = 0;
    if (mirror_is_empty(m))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        MIRROR_WORDS " in '%.60s' is empty, and was not: is the disk there? "
                                     "'sitecert mirror begin' makes a new one",
                        folder);
    const struct mirror_point end = mirror_end(m);
    if (same_point(&end, here))
        return RC_OK;
    if (end.number <= here->number)
        return not_ours(folder, d);
    if (end.number > here->number + 1)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        MIRROR_WORDS " in '%.60s' is %" PRIu64 " commits ahead: this register was "
                                     "set back; 'sitecert restore --mirror' makes up for them",
                        folder, end.number - here->number);
    /* Killed between the two disks: nobody was told. */
    return follow(r, m, *here, &made_up, d);
}

enum rc reg_mirror_open(struct reg *r, const struct home *h, struct diag *d)
{
    const char *const folder = h->settings.mirror;
    ON_EXIT(mirror_close_at) struct mirror *m = NULL;
    struct mirror_point here;
    if (folder[0] == '\0')
        return RC_OK;
    enum rc rc = mirror_open(folder, h->trust->deployment, true, &m, d);
    if (rc != RC_OK)
        return rc;
    rc = read_point(r, &here, d);
    if (rc == RC_OK)
        rc = compare(r, m, &here, folder, d);
    else if (rc == RC_NOT_FOUND)
        rc = mirror_has_commits(m) ? not_ours(folder, d) : begin(r, m, 0, d);
    if (rc != RC_OK)
        return rc;
    r->mirror = TAKE(m);
    r->noting = true;
    return RC_OK;
}

void reg_mirror_close(struct reg *r)
{
    mirror_close(r->mirror);
    r->mirror = NULL;
    buf_free(&r->changes);
}

/* --- what an operator asks for --- */

enum rc register_mirror_begin(const struct home *h, struct diag *d)
{
    assert(h && h->settings.mirror[0]);

    ON_EXIT(register_close_at) struct reg *r = NULL;
    ON_EXIT(mirror_close_at) struct mirror *m = NULL;
    struct mirror_point here = { 0 };
    enum rc rc = register_open(h, NULL, REG_RESTORE, &r, d);
    if (rc == RC_OK)
        rc = mirror_open(h->settings.mirror, h->trust->deployment, true, &m, d);
    if (rc != RC_OK)
        return rc;
    if (!mirror_is_empty(m))
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET,
                        MIRROR_WORDS " in '%.100s' has begun: move what it holds elsewhere first",
                        h->settings.mirror);
    rc = read_point(r, &here, d);
    return rc == RC_OK || rc == RC_NOT_FOUND ? begin(r, m, here.number, d) : rc;
}

enum rc register_mirror_follow(const struct home *h, const char *folder, uint64_t *ret,
                               struct diag *d)
{
    assert(h && folder && ret);

    ON_EXIT(register_close_at) struct reg *r = NULL;
    ON_EXIT(mirror_close_at) struct mirror *m = NULL;
    struct mirror_point here;
    enum rc rc = register_open(h, NULL, REG_RESTORE, &r, d);
    if (rc == RC_OK)
        rc = mirror_open(folder, h->trust->deployment, true, &m, d);
    if (rc != RC_OK)
        return rc;
    rc = read_point(r, &here, d);
    if (rc == RC_NOT_FOUND)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        MIRROR_WORDS " began after this backup was made");
    return rc == RC_OK ? follow(r, m, here, ret, d) : rc;
}
