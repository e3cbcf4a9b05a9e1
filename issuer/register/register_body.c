#include <assert.h>
#include <string.h>

#include "issuer/register/register_internal.h"

/*
 * What a row said beyond its person, certificate and outcome, which the row itself points at. One
 * array a kind:
 *   authority  [unit, name, credit code, kind, plan, plan date, docking, docking date, education
 * from] provider   [provider, name, class, unit, posts, status, status from] training   [provider,
 * post, class, hours, finished on] test       [provider, post, held on, score, full score, national
 * share, face checked] education  [provider, legacy + 1 or 0, post, CE year, hours, post hours,
 * finished on] legacy     [legacy] photo      [] order      [sequence]
 */
#define TEXT_MAX RECORD_TEXT_MAX
#define NO_ORDER UINT16_MAX /* in the place of an order's sequence, which is always below */

static enum rc provider_index(struct reg *r, struct span code, uint32_t *ret, struct diag *d)
{
    const struct reg_provider *const p = register_provider(r, code);
    if (!p)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "a row of an unknown provider");
    *ret = p->index;
    return RC_OK;
}

static enum rc put_authority(struct reg *r, struct buf *b, const struct record *rec,
                             const struct reg_row *row, struct diag *d)
{
    (void)r;
    (void)row;
    (void)d;
    cbor_put_array(b, 9);
    cbor_put_uint(b, rec->as.authority.unit);
    cbor_put_text(b, rec->as.authority.name);
    cbor_put_text(b, rec->as.authority.credit_code);
    cbor_put_uint(b, rec->as.authority.kind);
    cbor_put_uint(b, rec->as.authority.plan);
    cbor_put_int(b, rec->as.authority.plan_date);
    cbor_put_uint(b, rec->as.authority.docking);
    cbor_put_int(b, rec->as.authority.docking_date);
    cbor_put_int(b, rec->as.authority.education_from);
    return RC_OK;
}

static enum rc put_provider(struct reg *r, struct buf *b, const struct record *rec,
                            const struct reg_row *row, struct diag *d)
{
    (void)row;
    uint32_t provider = 0;
    const enum rc rc = provider_index(r, rec->as.provider.credit_code, &provider, d);
    if (rc != RC_OK)
        return rc;
    cbor_put_array(b, 7);
    cbor_put_uint(b, provider);
    cbor_put_text(b, rec->as.provider.name);
    cbor_put_uint(b, rec->as.provider.class);
    cbor_put_uint(b, rec->as.provider.unit);
    cbor_put_uint(b, rec->as.provider.posts);
    cbor_put_uint(b, rec->as.provider.status);
    cbor_put_int(b, rec->as.provider.status_from);
    return RC_OK;
}

static enum rc put_training(struct reg *r, struct buf *b, const struct record *rec,
                            const struct reg_row *row, struct diag *d)
{
    (void)row;
    uint32_t provider = 0;
    const enum rc rc = provider_index(r, rec->as.training.provider, &provider, d);
    if (rc != RC_OK)
        return rc;
    cbor_put_array(b, 5);
    cbor_put_uint(b, provider);
    cbor_put_uint(b, rec->as.training.post);
    cbor_put_text(b, rec->as.training.class_id);
    cbor_put_uint(b, rec->as.training.hours);
    cbor_put_int(b, rec->as.training.finished_on);
    return RC_OK;
}

static enum rc put_test(struct reg *r, struct buf *b, const struct record *rec,
                        const struct reg_row *row, struct diag *d)
{
    (void)row;
    uint32_t provider = 0;
    const enum rc rc = provider_index(r, rec->as.test.provider, &provider, d);
    if (rc != RC_OK)
        return rc;
    cbor_put_array(b, 7);
    cbor_put_uint(b, provider);
    cbor_put_uint(b, rec->as.test.post);
    cbor_put_int(b, rec->as.test.held_on);
    cbor_put_uint(b, rec->as.test.score);
    cbor_put_uint(b, rec->as.test.full_score);
    cbor_put_uint(b, rec->as.test.national_share);
    cbor_put_bool(b, rec->as.test.face_checked);
    return RC_OK;
}

/* A number here is looked up first, as the engine does. */
static enum rc named_legacy(struct reg *r, const struct record *rec, uint64_t *ret, struct diag *d)
{
    struct reg_cert cert;
    struct reg_legacy legacy;
    enum rc rc = register_cert_find(r, rec->as.education.certificate, &cert, d);
    if (rc == RC_OK)
        *ret = 0;
    if (rc != RC_NOT_FOUND)
        return rc;
    rc = register_legacy_find(r, rec->as.education.certificate, &legacy, d);
    if (rc == RC_NOT_FOUND)
        return diag_set(d, rc, DIAG_NO_OFFSET, "a row of an unknown certificate");
    if (rc == RC_OK)
        *ret = (uint64_t)legacy.id + 1;
    return rc;
}

static enum rc put_education(struct reg *r, struct buf *b, const struct record *rec,
                             const struct reg_row *row, struct diag *d)
{
    uint32_t provider = 0;
    uint64_t legacy = 0;
    enum rc rc = provider_index(r, rec->as.education.provider, &provider, d);
    if (rc == RC_OK && (row->cert < 0 || row->outcome == OUTCOME_EXCHANGED))
        rc = named_legacy(r, rec, &legacy, d);
    if (rc != RC_OK)
        return rc;
    cbor_put_array(b, 7);
    cbor_put_uint(b, provider);
    cbor_put_uint(b, legacy);
    cbor_put_uint(b, rec->as.education.post);
    cbor_put_int(b, rec->as.education.ce_year);
    cbor_put_uint(b, rec->as.education.hours);
    cbor_put_uint(b, rec->as.education.post_hours);
    cbor_put_int(b, rec->as.education.finished_on);
    return RC_OK;
}

static enum rc put_legacy(struct reg *r, struct buf *b, const struct record *rec,
                          const struct reg_row *row, struct diag *d)
{
    (void)row;
    struct reg_legacy legacy;
    const enum rc rc = register_legacy_find(r, rec->as.legacy.old_number, &legacy, d);
    if (rc != RC_OK)
        return rc;
    cbor_put_array(b, 1);
    cbor_put_uint(b, legacy.id);
    return RC_OK;
}

static enum rc put_photo(struct reg *r, struct buf *b, const struct record *rec,
                         const struct reg_row *row, struct diag *d)
{
    (void)r;
    (void)rec;
    (void)row;
    (void)d;
    cbor_put_array(b, 0);
    return RC_OK;
}

/* The row's order is the certificate's latest. */
static enum rc put_order(struct reg *r, struct buf *b, const struct record *rec,
                         const struct reg_row *row, struct diag *d)
{
    struct reg_cert cert;
    if (rec->as.order.action == ORDER_REISSUE) {
        cbor_put_array(b, 1);
        cbor_put_uint(b, NO_ORDER);
        return RC_OK;
    }
    const enum rc rc = register_cert(r, (uint32_t)row->cert, &cert, d);
    if (rc != RC_OK)
        return rc;
    assert(cert.order_count > 0);
    cbor_put_array(b, 1);
    cbor_put_uint(b, cert.order_count - 1);
    return RC_OK;
}

/* --- reading --- */

static bool read_provider_code(struct reg *r, struct cbor_reader *c, struct span *ret)
{
    uint32_t index;
    if (!reg_read_u32(c, "provider", &index))
        return false;
    const struct reg_provider *const p = register_provider_at(r, index);
    if (!p)
        return cbor_fail(c, "no such provider");
    *ret = span_text(p->credit_code);
    return true;
}

static bool read_authority(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                           struct record *rec)
{
    (void)r;
    (void)row;
    uint64_t kind, plan, docking;
    if (!reg_read_u32(c, "unit", &rec->as.authority.unit) ||
        !cbor_text(c, "name", 0, TEXT_MAX, &rec->as.authority.name) ||
        !cbor_text(c, "credit code", 0, TEXT_MAX, &rec->as.authority.credit_code) ||
        !cbor_uint(c, "kind", UNIT_ENTERPRISE, &kind) ||
        !cbor_uint(c, "plan", PLAN_HALTED, &plan) ||
        !reg_read_date(c, "plan date", &rec->as.authority.plan_date) ||
        !cbor_uint(c, "docking", DOCKING_DONE, &docking) ||
        !reg_read_date(c, "docking date", &rec->as.authority.docking_date) ||
        !reg_read_date(c, "education from", &rec->as.authority.education_from))
        return false;
    rec->as.authority.kind = (enum unit_kind)kind;
    rec->as.authority.plan = (enum plan)plan;
    rec->as.authority.docking = (enum docking)docking;
    return true;
}

static bool read_provider_row(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                              struct record *rec)
{
    (void)row;
    uint64_t class, status;
    if (!read_provider_code(r, c, &rec->as.provider.credit_code) ||
        !cbor_text(c, "name", 0, TEXT_MAX, &rec->as.provider.name) ||
        !cbor_uint(c, "class", CLASS_SOCIAL, &class) ||
        !reg_read_u32(c, "unit", &rec->as.provider.unit) ||
        !cbor_uint(c, "posts", UINT64_MAX, &rec->as.provider.posts) ||
        !cbor_uint(c, "status", PROVIDER_REMOVED, &status) ||
        !reg_read_date(c, "status from", &rec->as.provider.status_from))
        return false;
    rec->as.provider.class = (enum provider_class) class;
    rec->as.provider.status = (enum provider_status)status;
    return true;
}

static bool read_training(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                          struct record *rec)
{
    (void)row;
    return read_provider_code(r, c, &rec->as.training.provider) &&
           reg_read_u32(c, "post", &rec->as.training.post) &&
           cbor_text(c, "class", 0, TEXT_MAX, &rec->as.training.class_id) &&
           reg_read_u32(c, "hours", &rec->as.training.hours) &&
           reg_read_date(c, "finished on", &rec->as.training.finished_on);
}

static bool read_test(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                      struct record *rec)
{
    (void)row;
    return read_provider_code(r, c, &rec->as.test.provider) &&
           reg_read_u32(c, "post", &rec->as.test.post) &&
           reg_read_date(c, "held on", &rec->as.test.held_on) &&
           reg_read_u32(c, "score", &rec->as.test.score) &&
           reg_read_u32(c, "full score", &rec->as.test.full_score) &&
           reg_read_u32(c, "national share", &rec->as.test.national_share) &&
           cbor_bool(c, "face checked", &rec->as.test.face_checked);
}

static bool read_education(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                           struct record *rec)
{
    uint64_t legacy;
    if (!read_provider_code(r, c, &rec->as.education.provider) ||
        !cbor_uint(c, "legacy", (uint64_t)UINT32_MAX + 1, &legacy) ||
        !reg_read_u32(c, "post", &rec->as.education.post) ||
        !reg_read_date(c, "CE year", &rec->as.education.ce_year) ||
        !reg_read_u32(c, "hours", &rec->as.education.hours) ||
        !reg_read_u32(c, "post hours", &rec->as.education.post_hours) ||
        !reg_read_date(c, "finished on", &rec->as.education.finished_on))
        return false;
    struct span *const to = &rec->as.education.certificate;
    const enum rc rc = legacy > 0 ? reg_legacy_number(r, (uint32_t)(legacy - 1), to, NULL)
                                  : reg_cert_number(r, (uint32_t)row->cert, to, NULL);
    return rc == RC_OK || cbor_fail(c, "no such certificate");
}

static bool read_legacy(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                        struct record *rec)
{
    (void)row;
    uint32_t id;
    struct reg_legacy legacy;
    if (!reg_read_u32(c, "legacy", &id))
        return false;
    if (register_legacy(r, id, &legacy, NULL) != RC_OK ||
        reg_legacy_number(r, id, &rec->as.legacy.old_number, NULL) != RC_OK)
        return cbor_fail(c, "no such legacy certificate");
    rec->as.legacy.unit = legacy.unit;
    rec->as.legacy.post = legacy.post;
    rec->as.legacy.issued_on = legacy.issued_on;
    return true;
}

static bool read_photo(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                       struct record *rec)
{
    return register_photo(r, row->person, &rec->as.photo.file, NULL) == RC_OK ||
           cbor_fail(c, "no such photo");
}

static bool read_order(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                       struct record *rec)
{
    uint32_t sequence;
    struct order_spans order;
    if (!reg_read_u32(c, "sequence", &sequence))
        return false;
    if (sequence == NO_ORDER) {
        rec->as.order.action = ORDER_REISSUE;
        return reg_cert_number(r, (uint32_t)row->cert, &rec->as.order.certificate, NULL) == RC_OK ||
               cbor_fail(c, "no such certificate");
    }
    if (reg_order_spans(r, (uint32_t)row->cert, sequence, &order, NULL) != RC_OK ||
        reg_cert_number(r, (uint32_t)row->cert, &rec->as.order.certificate, NULL) != RC_OK)
        return cbor_fail(c, "no such order");
    rec->as.order.action = order.action;
    rec->as.order.effective_on = order.effective;
    rec->as.order.reason = order.reason;
    rec->as.order.reference = order.reference;
    return true;
}

static const struct body_kind {
    uint64_t count;
    enum rc (*put)(struct reg *r, struct buf *b, const struct record *rec,
                   const struct reg_row *row, struct diag *d);
    bool (*read)(struct reg *r, struct cbor_reader *c, const struct reg_row *row,
                 struct record *rec);
} kinds[KIND_COUNT] = {
    [KIND_AUTHORITY] = { 9, put_authority, read_authority },
    [KIND_PROVIDER] = { 7, put_provider, read_provider_row },
    [KIND_TRAINING] = { 5, put_training, read_training },
    [KIND_TEST] = { 7, put_test, read_test },
    [KIND_EDUCATION] = { 7, put_education, read_education },
    [KIND_LEGACY] = { 1, put_legacy, read_legacy },
    [KIND_PHOTO] = { 0, put_photo, read_photo },
    [KIND_ORDER] = { 1, put_order, read_order },
};

enum rc reg_body_put(struct reg *r, struct buf *b, const struct record *record,
                     const struct reg_row *row, struct diag *d)
{
    assert((unsigned)record->kind < KIND_COUNT && kinds[record->kind].put);

    const enum rc rc = kinds[record->kind].put(r, b, record, row, d);
    return rc == RC_OK ? buf_rc(b, d) : rc;
}

static struct person_ref *person_place(struct record *rec)
{
    switch (rec->kind) {
    case KIND_TRAINING:
        return &rec->as.training.person;
    case KIND_TEST:
        return &rec->as.test.person;
    case KIND_EDUCATION:
        return &rec->as.education.person;
    case KIND_LEGACY:
        return &rec->as.legacy.person;
    case KIND_NONE:
    case KIND_AUTHORITY:
    case KIND_PROVIDER:
    case KIND_PHOTO:
    case KIND_ORDER:
        return NULL;
    }
    return NULL;
}

/* Who it was about, as the register knows that person now. */
static enum rc fill_person(struct reg *r, const struct reg_row *row, struct record *rec,
                           struct diag *d)
{
    struct person_ref *const to = person_place(rec);
    if (row->person == 0 || (!to && rec->kind != KIND_PHOTO))
        return RC_OK;

    struct reg_person p;
    const enum rc rc = register_person(r, row->person, &p, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? reg_damaged("rows", d) : rc;
    if (to) {
        *to = p.who;
        return RC_OK;
    }
    rec->as.photo.id_type = p.who.id_type;
    memcpy(rec->as.photo.id_number, p.who.id_number, sizeof rec->as.photo.id_number);
    return RC_OK;
}

enum rc register_row_record(struct reg *r, const struct reg_row *row, struct record *ret,
                            struct diag *d)
{
    assert(r && row && ret && (unsigned)row->kind < KIND_COUNT);

    struct record rec = { .kind = row->kind, .record_id = row->record_id };
    struct cbor_reader c = cbor_reader_over(row->body, NULL);
    const struct body_kind *const kind = &kinds[row->kind];
    uint64_t count;
    if (!kind->read || !cbor_array(&c, "body", kind->count, &count) || count != kind->count ||
        !kind->read(r, &c, row, &rec) || !cbor_end(&c))
        return reg_damaged("rows", d);
    const enum rc rc = fill_person(r, row, &rec, d);
    if (rc == RC_OK)
        *ret = rec;
    return rc;
}
