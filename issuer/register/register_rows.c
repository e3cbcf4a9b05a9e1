#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "issuer/register/register_internal.h"

/*
 * A row's bytes: [arrived at, kind, person, outcome, certificate + 1, version, flags, sender's
 * number, record id, body].
 */
#define FIELD_COUNT  10
#define FLAG_TOO_FEW 1u
#define FLAG_PASSED  2u
#define BODY_MAX     65536
#define NO_SENDER    0 /* rows without record id are known by their content, whoever sent them */

const char *outcome_name(enum row_outcome o)
{
    static const char *const names[] = {
        [OUTCOME_NONE] = "none",           [OUTCOME_RECORDED] = "recorded",
        [OUTCOME_ISSUED] = "issued",       [OUTCOME_RENEWED] = "renewed",
        [OUTCOME_EXCHANGED] = "exchanged", [OUTCOME_DUPLICATE] = "duplicate",
        [OUTCOME_REFUSED] = "refused",     [OUTCOME_CONFLICT] = "conflict",
    };
    assert((size_t)o < sizeof names / sizeof names[0]);
    return names[o];
}

/* --- senders: a number instead of a name in each row --- */

static enum rc remember_sender(struct reg *r, struct span name, struct diag *d)
{
    void *const grown = realloc(r->senders, (r->sender_count + 1) * sizeof *r->senders);
    if (!grown)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the senders");
    r->senders = grown;
    if (!reg_copy_text(r->senders[r->sender_count], sizeof *r->senders, name))
        return reg_damaged("senders", d);
    r->sender_count++;
    return RC_OK;
}

enum rc reg_senders_load(struct reg *r, struct diag *d)
{
    r->sender_count = 0;
    for (uint64_t n = 1; n <= r->counters.senders; n++) {
        const struct reg_key key = reg_key_of(2, n);
        struct span name;
        enum rc rc = reg_get(r, DB_SENDERS, reg_key_span(&key), &name, d);
        if (rc == RC_OK)
            rc = remember_sender(r, name, d);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? reg_damaged("senders", d) : rc;
    }
    return RC_OK;
}

enum rc reg_sender_number(struct reg *r, struct span sender, bool add, uint32_t *ret,
                          struct diag *d)
{
    for (size_t i = 0; i < r->sender_count; i++)
        if (span_equal(sender, span_text(r->senders[i]))) {
            *ret = (uint32_t)i + 1;
            return RC_OK;
        }
    if (!add)
        return RC_NOT_FOUND;
    if (r->sender_count == SENDERS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "there are %d senders already", SENDERS_MAX);

    const uint32_t number = (uint32_t)r->sender_count + 1;
    const struct reg_key key = reg_key_of(2, number);
    enum rc rc = reg_put(r, DB_SENDERS, reg_key_span(&key), sender, PUT_LAST, d);
    if (rc == RC_OK)
        rc = remember_sender(r, sender, d);
    r->broken = r->broken || rc != RC_OK;
    if (rc != RC_OK)
        return rc;
    r->counters.senders = number;
    *ret = number;
    return RC_OK;
}

struct span reg_sender_name(const struct reg *r, uint32_t number)
{
    return number >= 1 && number <= r->sender_count ? span_text(r->senders[number - 1])
                                                    : (struct span){ 0 };
}

/* --- the index by record id --- */

/*
 * Keyed: a plain digest over a row's fields would let anyone who reads the disk try out the few
 * million identity numbers that are possible.
 */
static void keyed_digest(const struct reg *r, const uint8_t content[32], uint8_t ret[WIDTH_DIGEST])
{
    uint8_t hash[SHA256_LEN];
    sha256_2(span_of(r->content_key, sizeof r->content_key), span_of(content, 32), hash);
    memcpy(ret, hash, WIDTH_DIGEST);
}

static bool known_by_content(enum record_kind kind)
{
    return kind == KIND_AUTHORITY || kind == KIND_PROVIDER;
}

static enum db ids_table(enum record_kind kind)
{
    static const enum db tables[KIND_COUNT] = {
        [KIND_AUTHORITY] = DB_IDS_AUTHORITY, [KIND_PROVIDER] = DB_IDS_PROVIDER,
        [KIND_TRAINING] = DB_IDS_TRAINING,   [KIND_TEST] = DB_IDS_TEST,
        [KIND_EDUCATION] = DB_IDS_EDUCATION, [KIND_LEGACY] = DB_IDS_LEGACY,
        [KIND_PHOTO] = DB_IDS_PHOTO,         [KIND_ORDER] = DB_IDS_ORDER,
    };
    assert(kind > KIND_NONE && (unsigned)kind < KIND_COUNT);
    return tables[kind];
}

static struct reg_key row_key(uint32_t sender, struct span id)
{
    struct reg_key key = reg_key_of(2, sender);
    reg_key_put_span(&key, id);
    return key;
}

static enum rc index_row(struct reg *r, const struct reg_row *row, uint32_t sender,
                         const uint8_t content[32], struct diag *d)
{
    uint8_t digest[WIDTH_DIGEST];
    keyed_digest(r, content, digest);
    if (row->record_id.len == 0 && !known_by_content(row->kind))
        return RC_OK;

    const struct reg_key key = row->record_id.len > 0
                                   ? row_key(sender, row->record_id)
                                   : row_key(NO_SENDER, span_of(digest, sizeof digest));
    struct reg_key value = reg_key_of(WIDTH_LONG, row->sequence);
    reg_key_put_span(&value, span_of(digest, sizeof digest));
    return reg_put(r, ids_table(row->kind), reg_key_span(&key), reg_key_span(&value), PUT_NEW, d);
}

/* Where a row with this id, or without ids this content, would stand. RC_NOT_FOUND: nowhere. */
static enum rc find_key(struct reg *r, struct span sender, const struct record *record,
                        const uint8_t digest[WIDTH_DIGEST], struct reg_key *ret, struct diag *d)
{
    if (record->record_id.len == 0) {
        *ret = row_key(NO_SENDER, span_of(digest, WIDTH_DIGEST));
        return known_by_content(record->kind) ? RC_OK : RC_NOT_FOUND;
    }
    uint32_t number;
    const enum rc rc = reg_sender_number(r, sender, false, &number, d);
    if (rc == RC_OK)
        *ret = row_key(number, record->record_id);
    return rc;
}

enum rc register_row_find(struct reg *r, struct span sender, const struct record *record,
                          bool *ret_same, struct reg_row *ret, struct diag *d)
{
    assert(r && record && ret_same && ret && record->record_id.len <= RECORD_ID_MAX);

    uint8_t digest[WIDTH_DIGEST];
    struct reg_key key;
    struct span value;
    keyed_digest(r, record->content, digest);
    enum rc rc = find_key(r, sender, record, digest, &key, d);
    if (rc == RC_OK)
        rc = reg_get(r, ids_table(record->kind), reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc;
    if (value.len != WIDTH_LONG + WIDTH_DIGEST)
        return reg_damaged("ids", d);
    const bool same = memcmp(value.ptr + WIDTH_LONG, digest, WIDTH_DIGEST) == 0;
    rc = register_row(r, reg_be_read(span_of(value.ptr, WIDTH_LONG)), ret, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? reg_damaged("ids", d) : rc;
    *ret_same = same;
    return RC_OK;
}

/* --- rows --- */

static bool read_row(const struct reg *r, struct span value, struct reg_row *row)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    uint64_t count, kind, outcome, cert, flags, sender;
    if (!cbor_array(&c, "row", FIELD_COUNT, &count) || count != FIELD_COUNT ||
        !cbor_int(&c, "arrived at", &row->arrived_at) ||
        !cbor_uint(&c, "kind", KIND_COUNT - 1, &kind) ||
        !cbor_uint(&c, "person", UINT64_MAX, &row->person) ||
        !cbor_uint(&c, "outcome", OUTCOME_CONFLICT, &outcome) ||
        !cbor_uint(&c, "certificate", (uint64_t)UINT32_MAX + 1, &cert) ||
        !reg_read_u32(&c, "version", &row->version) ||
        !cbor_uint(&c, "flags", FLAG_TOO_FEW | FLAG_PASSED, &flags) ||
        !cbor_uint(&c, "sender", SENDERS_MAX, &sender) ||
        !cbor_bytes(&c, "record id", 0, RECORD_ID_MAX, &row->record_id) ||
        !cbor_bytes(&c, "body", 0, BODY_MAX, &row->body) || !cbor_end(&c))
        return false;
    row->kind = (enum record_kind)kind;
    row->outcome = (enum row_outcome)outcome;
    row->cert = (int64_t)cert - 1;
    row->note_hours_too_few = (flags & FLAG_TOO_FEW) != 0;
    row->passed = (flags & FLAG_PASSED) != 0;
    row->sender = reg_sender_name(r, (uint32_t)sender);
    return row->sender.len > 0;
}

enum rc register_row(struct reg *r, uint64_t sequence, struct reg_row *ret, struct diag *d)
{
    assert(r && ret);

    const struct reg_key key = reg_key_of(WIDTH_LONG, sequence);
    struct span value;
    const enum rc rc = reg_get(r, DB_ROWS, reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc;
    struct reg_row row = { .sequence = sequence };
    if (!read_row(r, value, &row))
        return reg_damaged("rows", d);
    *ret = row;
    return RC_OK;
}

uint64_t register_row_count(struct reg *r)
{
    return r->counters.rows;
}

static void put_row(struct buf *b, const struct reg_row *row, uint32_t sender, struct span body)
{
    cbor_put_array(b, FIELD_COUNT);
    cbor_put_int(b, row->arrived_at);
    cbor_put_uint(b, row->kind);
    cbor_put_uint(b, row->person);
    cbor_put_uint(b, row->outcome);
    cbor_put_uint(b, (uint64_t)(row->cert + 1));
    cbor_put_uint(b, row->version);
    cbor_put_uint(b,
                  (row->note_hours_too_few ? FLAG_TOO_FEW : 0) | (row->passed ? FLAG_PASSED : 0));
    cbor_put_uint(b, sender);
    cbor_put_bytes(b, row->record_id);
    cbor_put_bytes(b, body);
}

enum rc register_row_put(struct reg *r, struct reg_row *row, const struct record *record,
                         struct diag *d)
{
    assert(r && row && record && row->kind == record->kind && row->cert >= -1);
    assert(row->sender.len > 0 && row->sender.len <= RECORD_ID_MAX);

    uint32_t sender;
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    enum rc rc = reg_sender_number(r, row->sender, true, &sender, d);
    if (rc == RC_OK)
        rc = reg_body_put(r, &body, record, row, d);
    if (rc != RC_OK)
        return rc;

    row->sequence = r->counters.rows;
    const struct reg_key key = reg_key_of(WIDTH_LONG, row->sequence);
    put_row(reg_scratch(r), row, sender, buf_span(&body));
    rc = reg_put_scratch(r, DB_ROWS, reg_key_span(&key), PUT_LAST, d);
    if (rc == RC_OK)
        rc = index_row(r, row, sender, record->content, d);
    if (rc != RC_OK)
        return rc;
    r->counters.rows++;
    return RC_OK;
}
