#include "tests/unit/cert/list_story.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/cert/bundle_update.h"
#include "core/cert/deadline_list.h"
#include "tests/unit/cert/publisher.h"
#include "tests/unit/intake/cases.h"

static const char *name_of(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void put_why(struct buf *to, enum rc rc, const struct diag *d)
{
    assert_int_equal(rc, d->code);
    buf_put_text(to, rc_name(rc));
    if (d->offset != DIAG_NO_OFFSET)
        buf_printf(to, " byte %zu", d->offset);
    buf_printf(to, ": %s\n", d->text);
}

static struct trust_list *read_trust(const char *path)
{
    char beside[PATH_LEN];
    struct buf bytes = { 0 };
    struct trust_list *trust = NULL;
    const int n =
        snprintf(beside, sizeof beside, "%.*strust.cbor", (int)(name_of(path) - path), path);
    assert_true(n > 0 && (size_t)n < sizeof beside);
    assert_int_equal(file_read(beside, TRUST_LIST_MAX, &bytes, NULL), RC_OK);
    assert_int_equal(trust_list_read(buf_span(&bytes), NULL, &trust, NULL), RC_OK);
    buf_free(&bytes);
    return trust;
}

/* Form, signature, use and dates. */
static enum rc check_signed(const char *path, const char *typ, struct span in, struct cose_sign1 *m,
                            struct diag *d)
{
    const struct trusted_key *key;
    enum rc rc = cose_sign1_parse(in, m, d);
    if (rc != RC_OK)
        return rc;
    struct trust_list *trust = read_trust(path);
    rc = trust_list_check(trust, m, USE_PUBLISH, typ, PUBLISHER_NOW, &key, d);
    trust_list_free(trust);
    return rc;
}

static void put_hex(struct buf *to, const char *what, const uint8_t hash[SHA256_LEN])
{
    char hex[2 * SHA256_LEN + 1];
    hex_encode(hash, SHA256_LEN, hex);
    buf_printf(to, "%s %s\n", what, hex);
}

static void put_span_line(struct buf *to, const char *what, struct span s)
{
    buf_printf(to, "%s ", what);
    buf_put_span(to, s);
    buf_put_text(to, "\n");
}

static void put_statuses(const struct status_list *list, struct buf *to)
{
    static const char *const words[] = { "valid", "invalid", "suspended" };
    for (uint64_t i = 0; i < list->bits.len * 4; i++) {
        enum status_bits bits;
        struct diag d = DIAG_INIT;
        const enum rc rc = status_list_find(list, i, &bits, &d);
        buf_printf(to, "%" PRIu64 " %s\n", i, rc == RC_OK ? words[bits] : d.text);
    }
}

void tell_status(const char *path, struct span in, struct buf *to)
{
    struct cose_sign1 m;
    struct status_list list = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = check_signed(path, TYP_STATUS, in, &m, &d);
    if (rc == RC_OK)
        rc = status_list_payload_read(m.payload, &list, &d);
    if (rc != RC_OK) {
        put_why(to, rc, &d);
        return;
    }
    put_span_line(to, "uri", list.uri);
    buf_printf(to, "iat %" PRId64 "\nexp %" PRId64 "\nttl %" PRIu64 "\n", list.iat, list.exp,
               list.ttl);
    put_statuses(&list, to);
    status_list_free(&list);
}

static void tell_statement(const char *path, struct span in, struct buf *to)
{
    struct cose_sign1 m;
    struct deadline_statement s;
    struct diag d = DIAG_INIT;
    enum rc rc = check_signed(path, TYP_DEADLINES, in, &m, &d);
    if (rc == RC_OK)
        rc = deadline_statement_read(m.payload, &s, &d);
    if (rc != RC_OK) {
        put_why(to, rc, &d);
        return;
    }
    put_span_line(to, "uri", s.uri);
    buf_printf(to, "iat %" PRId64 "\nexp %" PRId64 "\nsequence %" PRIu64 "\nrows %" PRIu32 "\n",
               s.iat, s.exp, s.sequence, s.rows);
    put_hex(to, "root", s.root);
}

static void tell_block(struct span in, enum column_set set, uint32_t rows, struct buf *to)
{
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = column_block_decode(in, rows, set, &plain, &d);
    if (rc != RC_OK) {
        put_why(to, rc, &d);
        return;
    }
    uint8_t hash[SHA256_LEN];
    sha256(buf_span(&plain), hash);
    put_hex(to, "sha256 of the plain bytes", hash);
    for (uint32_t i = 0; i < rows; i++) {
        struct column_row r = { 0 };
        column_block_row(buf_span(&plain), rows, set, i, &r);
        if (set == COLUMN_STATUS)
            buf_printf(to, "%" PRIu32 " status %u\n", i, r.status);
        else
            buf_printf(to, "%" PRIu32 " version %u deadline %" PRId32 "\n", i, r.version,
                       r.deadline);
    }
}

void tell_deadlines(const char *path, struct span in, struct buf *to)
{
    static const struct {
        const char *prefix;
        enum column_set set;
    } blocks[] = { { "block-status-", COLUMN_STATUS }, { "block-deadlines-", COLUMN_DEADLINES } };
    const char *const name = name_of(path);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        const size_t len = strlen(blocks[i].prefix);
        if (strncmp(name, blocks[i].prefix, len) == 0) {
            tell_block(in, blocks[i].set, (uint32_t)strtoul(name + len, NULL, 10), to);
            return;
        }
    }
    tell_statement(path, in, to);
}

static void put_directory(const struct directory *dir, struct buf *to)
{
    put_hex(to, "deployment", dir->deployment);
    buf_printf(to, "issued %" PRId64 "\n", dir->issued);
    for (size_t i = 0; i < dir->post_count; i++) {
        buf_printf(to, "post %" PRIu32 " ", dir->posts[i].code);
        buf_put_span(to, dir->posts[i].name);
        put_span_line(to, " |", dir->posts[i].name_en);
    }
    for (size_t i = 0; i < dir->unit_count; i++) {
        buf_printf(to, "unit %" PRIu32, dir->units[i].id);
        put_span_line(to, "", dir->units[i].name);
    }
    for (size_t i = 0; i < dir->provider_count; i++) {
        buf_printf(to, "provider %zu unit %" PRIu32 " ", i, dir->providers[i].unit);
        buf_put_span(to, dir->providers[i].credit_code);
        put_span_line(to, "", dir->providers[i].name);
    }
}

void tell_directory(const char *path, struct span in, struct buf *to)
{
    struct cose_sign1 m;
    struct directory dir = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = check_signed(path, TYP_DIRECTORY, in, &m, &d);
    if (rc == RC_OK)
        rc = directory_payload_read(m.payload, &dir, &d);
    if (rc != RC_OK) {
        put_why(to, rc, &d);
        return;
    }
    put_directory(&dir, to);
    directory_free(&dir);
}

static void put_bundle(struct bundle *b, struct buf *to)
{
    const struct bundle_times t = bundle_times(b);
    put_hex(to, "deployment", bundle_trust(b)->deployment);
    buf_printf(to,
               "sequence %" PRIu64 "\nissued %" PRId64 "\nstatus exp %" PRId64
               "\ndeadlines exp %" PRId64 "\nrows %" PRIu32 "\n",
               t.sequence, t.issued, t.status_exp, t.deadlines_exp, t.rows);
    for (enum bundle_section s = SECTION_TRUST; s <= SECTION_SELFTEST; s++)
        buf_printf(to, "section %d of %zu bytes\n", (int)s, bundle_section(b, s).len);
    buf_printf(to, "log size %" PRIu64 "\n", bundle_checkpoint(b)->size);
}

void tell_bundle(const char *path, struct span in, struct buf *to)
{
    (void)path;
    struct bundle *b = NULL;
    struct diag d = DIAG_INIT;
    enum rc rc = bundle_open(in, NULL, &b, &d);
    if (rc == RC_OK)
        put_bundle(b, to);
    for (uint64_t i = 0; rc == RC_OK && i < bundle_times(b).rows; i++) {
        struct column_row r;
        rc = bundle_find(b, i, &r, &d);
        if (rc == RC_OK)
            buf_printf(to, "%" PRIu64 " status %u version %u deadline %" PRId32 "\n", i, r.status,
                       r.version, r.deadline);
    }
    if (rc == RC_OK)
        rc = bundle_check_all(b, NULL, NULL, &d);
    if (rc != RC_OK)
        put_why(to, rc, &d);
    bundle_free(b);
}

static void put_rows(struct bundle *b, struct buf *to)
{
    for (uint64_t i = 0; i < bundle_times(b).rows; i++) {
        struct column_row r;
        assert_int_equal(bundle_find(b, i, &r, NULL), RC_OK);
        buf_printf(to, "%" PRIu64 " status %u version %u deadline %" PRId32 "\n", i, r.status,
                   r.version, r.deadline);
    }
}

void tell_delta(const char *path, struct span in, struct buf *to)
{
    char beside[PATH_LEN];
    struct buf bytes = { 0 }, out = { 0 };
    struct bundle *before = NULL, *after = NULL;
    struct bundle_update *u = NULL;
    struct diag d = DIAG_INIT;
    const int n =
        snprintf(beside, sizeof beside, "%.*sbefore.scb", (int)(name_of(path) - path), path);
    assert_true(n > 0 && (size_t)n < sizeof beside);
    assert_int_equal(file_read(beside, 1u << 20, &bytes, NULL), RC_OK);
    assert_int_equal(bundle_open(buf_span(&bytes), NULL, &before, NULL), RC_OK);
    assert_int_equal(bundle_update_begin(before, NULL, &u, NULL), RC_OK);
    enum rc rc = bundle_update_apply(u, in, &d);
    if (rc == RC_OK)
        rc = bundle_update_finish(u, &out, &after, &d);
    if (rc == RC_OK)
        rc = bundle_check_all(after, NULL, NULL, &d);
    if (rc == RC_OK) {
        buf_printf(to, "from %" PRIu64 "\n", bundle_times(before).sequence);
        put_bundle(after, to);
        put_rows(after, to);
    } else {
        put_why(to, rc, &d);
    }
    bundle_free(after);
    bundle_update_free(u);
    bundle_free(before);
    buf_free(&bytes);
    buf_free(&out);
}

static enum rc check_note(const char *path, struct span note, struct checkpoint *c, struct diag *d)
{
    struct trust_list *trust = read_trust(path);
    const struct pubkey *key = NULL;
    for (size_t i = 0; i < trust->key_count; i++) {
        if (trust->keys[i].use == USE_LOG)
            key = trust->keys[i].key;
    }
    assert_non_null(key);
    const enum rc rc = checkpoint_check(note, trust->log_origin, key, c, d);
    trust_list_free(trust);
    return rc;
}

static void tell_checkpoint(const char *path, struct span in, struct buf *to)
{
    struct checkpoint c;
    struct diag d = DIAG_INIT;
    const enum rc rc = check_note(path, in, &c, &d);
    if (rc != RC_OK) {
        put_why(to, rc, &d);
        return;
    }
    put_span_line(to, "origin", c.origin);
    buf_printf(to, "size %" PRIu64 "\n", c.size);
    put_hex(to, "root", c.root.bytes);
}

static void tell_proof(const char *path, struct span in, struct buf *to)
{
    struct tlog_proof p;
    struct checkpoint c;
    struct diag d = DIAG_INIT;
    enum rc rc = tlog_proof_parse(in, &p, &d);
    if (rc == RC_OK)
        rc = check_note(path, p.checkpoint, &c, &d);
    if (rc != RC_OK) {
        put_why(to, rc, &d);
        return;
    }
    struct buf data = { 0 };
    buf_printf(&data, "leaf %" PRIu64, p.index);
    const struct tlog_hash leaf = tlog_leaf(buf_span(&data));
    buf_printf(to, "index %" PRIu64 " of %" PRIu64 "\n", p.index, c.size);
    put_hex(to, "leaf", leaf.bytes);
    for (size_t i = 0; i < p.count; i++)
        put_hex(to, "with", p.hashes[i].bytes);
    put_hex(to, "root", c.root.bytes);
    buf_put_text(to, tlog_check_inclusion(&leaf, p.index, c.size, p.hashes, p.count, &c.root)
                         ? "included\n"
                         : "not included\n");
    buf_free(&data);
}

void tell_log(const char *path, struct span in, struct buf *to)
{
    if (strncmp(name_of(path), "proof", 5) == 0)
        tell_proof(path, in, to);
    else
        tell_checkpoint(path, in, to);
}
