#include "tests/unit/register/engine_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/cert/token.h"
#include "core/crypto/hash.h"
#include "keys/private/order.h"

#define MUST(call) assert_int_equal(call, RC_OK)

static void put_hex(struct buf *to, struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        buf_printf(to, "%02x", s.ptr[i]);
}

static void dump_cert(struct reg *r, uint32_t id, struct buf *to)
{
    struct reg_cert c;
    MUST(register_cert(r, id, &c, NULL));
    buf_printf(to, "cert %u %s origin %d person %llu post %u unit %u provider %u issued %d", id,
               c.number, (int)c.origin, (unsigned long long)c.person, c.post, c.unit, c.provider,
               c.issued);
    buf_printf(to, " version %u deadline %d index %u", c.version, c.deadline, c.status_index);
    for (size_t i = 0; i < c.retired_count; i++)
        buf_printf(to, " retired %u@%u", c.retired[i], c.retired_version[i]);
    for (size_t i = 0; i < c.years.count; i++)
        buf_printf(to, " year %u %u/%u", c.years.years[i].k, c.years.years[i].hours,
                   c.years.years[i].post_hours);
    buf_put_text(to, "\n");
    for (uint32_t v = 1; v <= c.version; v++) {
        struct reg_version version;
        MUST(register_version(r, id, v, &version, NULL));
        buf_printf(to, "  version %u at %lld deadline %d index %u log %llu\n", v,
                   (long long)version.signed_at, version.deadline, version.status_index,
                   (unsigned long long)version.log_index);
    }
    for (uint32_t i = 0; i < c.order_count; i++) {
        struct reg_order o;
        MUST(register_order(r, id, i, &o, NULL));
        buf_printf(to, "  order %u %d state %d from %d log %llu %s %s\n", i, (int)o.action,
                   (int)o.state, o.effective, (unsigned long long)o.log_index, o.reason,
                   o.reference);
    }
}

static void dump_person(struct reg *r, uint64_t id, struct buf *to)
{
    struct reg_person p;
    struct span photo;
    MUST(register_person(r, id, &p, NULL));
    buf_printf(to, "person %llu %s %u %s sex %d test %d photo %d certs", (unsigned long long)id,
               p.who.name, p.who.id_type, p.who.id_number, (int)p.who.sex, p.has_test, p.has_photo);
    for (size_t i = 0; i < p.cert_count; i++)
        buf_printf(to, " %u", p.certs[i]);
    for (size_t i = 0; i < p.legacy_count; i++)
        buf_printf(to, " legacy %u", p.legacies[i]);
    if (p.has_photo) {
        MUST(register_photo(r, id, &photo, NULL));
        buf_put_text(to, " ");
        put_hex(to, photo);
    }
    buf_put_text(to, "\n");
}

static void dump_row(struct reg *r, uint64_t sequence, struct buf *to)
{
    struct reg_row row;
    MUST(register_row(r, sequence, &row, NULL));
    buf_printf(to,
               "row %llu at %lld kind %d person %llu outcome %s cert %lld v%u note %d passed %d ",
               (unsigned long long)sequence, (long long)row.arrived_at, (int)row.kind,
               (unsigned long long)row.person, outcome_name(row.outcome), (long long)row.cert,
               row.version, row.note_hours_too_few, row.passed);
    buf_put_span(to, row.sender);
    buf_put_text(to, " ");
    buf_put_span(to, row.record_id);
    buf_put_text(to, " ");
    put_hex(to, row.body);
    buf_put_text(to, "\n");
}

static void dump_entry(struct reg *r, uint64_t index, struct buf *to)
{
    struct reg_log_entry e;
    struct cose_sign1 m;
    MUST(register_log_entry(r, index, &e, NULL));
    buf_printf(to, "log %llu kind %d pending %d cert %u part %u ", (unsigned long long)index,
               (int)e.kind, e.pending, e.cert, e.part);
    if (e.pending) {
        put_hex(to, e.data);
    } else {
        MUST(cose_sign1_parse(e.data, &m, NULL));
        put_hex(to, m.payload);
    }
    buf_put_text(to, "\n");
}

void fixture_dump(struct reg *r, struct buf *to)
{
    for (const struct reg_unit *u = register_unit_next(r, 0); u; u = register_unit_next(r, u->id)) {
        buf_printf(to, "unit %u %s", u->id, u->name);
        for (size_t i = 0; i < u->plan_count; i++)
            buf_printf(to, " plan %d@%d", (int)u->plans[i].plan, u->plans[i].date);
        for (size_t i = 0; i < u->docking_count; i++)
            buf_printf(to, " docking %d@%d", (int)u->dockings[i].docking, u->dockings[i].date);
        buf_put_text(to, "\n");
    }
    for (uint32_t i = 0; i < register_provider_count(r); i++) {
        const struct reg_provider *const p = register_provider_at(r, i);
        buf_printf(to, "provider %u %s %s", i, p->credit_code, p->name);
        for (size_t k = 0; k < p->history_count; k++)
            buf_printf(to, " %d@%d class %d unit %u posts %llx", (int)p->history[k].status,
                       p->history[k].from, (int)p->history[k].class, p->history[k].unit,
                       (unsigned long long)p->history[k].posts);
        buf_put_text(to, "\n");
    }
    for (uint64_t i = 1; i <= register_person_count(r); i++)
        dump_person(r, i, to);
    for (uint32_t i = 0; i < register_cert_count(r); i++)
        dump_cert(r, i, to);
    for (uint32_t i = 0; i < register_legacy_count(r); i++) {
        struct reg_legacy l;
        MUST(register_legacy(r, i, &l, NULL));
        buf_printf(to, "legacy %u %s unit %u post %u person %llu issued %d cert %lld\n", i,
                   l.old_number, l.unit, l.post, (unsigned long long)l.person, l.issued_on,
                   (long long)l.exchanged_cert);
    }
    for (uint64_t i = 0; i < register_row_count(r); i++)
        dump_row(r, i, to);
    for (uint64_t i = 0; i < register_log_size(r); i++)
        dump_entry(r, i, to);
    assert_true(buf_ok(to));
}

/* --- what must always hold --- */

static void check_token(struct fixture *f, const struct reg_log_entry *e)
{
    struct reg *const r = engine_register(f->engine);
    struct token t;
    struct reg_cert c;
    struct reg_version v;
    const struct trusted_key *key;
    MUST(token_parse(e->data, &t, NULL));
    MUST(trust_list_check(f->home.trust, &t.cose, USE_TOKEN, NULL, t.iat, &key, NULL));
    MUST(register_cert(r, e->cert, &c, NULL));
    MUST(register_version(r, e->cert, e->part, &v, NULL));
    assert_true(span_equal(t.number, span_text(c.number)));
    assert_int_equal(t.version, e->part);
    assert_int_equal(t.log_index, e->index);
    assert_int_equal(v.log_index, e->index);
    assert_int_equal(t.deadline, v.deadline);
    assert_int_equal(t.status_index, v.status_index);
    assert_int_equal(t.iat, v.signed_at);
    if (c.version == v.version) {
        assert_int_equal(c.deadline, v.deadline);
        assert_int_equal(c.status_index, v.status_index);
    }
}

static void check_order(struct fixture *f, const struct reg_log_entry *e)
{
    struct cose_sign1 m;
    struct order_text text;
    struct reg_order o;
    const struct trusted_key *key;
    MUST(cose_sign1_parse(e->data, &m, NULL));
    MUST(order_payload_read(m.payload, &text, NULL));
    MUST(trust_list_check(f->home.trust, &m, USE_OPERATOR, TYP_ORDER, text.ordered_at, &key, NULL));
    MUST(register_order(engine_register(f->engine), e->cert, e->part, &o, NULL));
    assert_int_equal(o.log_index, e->index);
    assert_int_equal(o.action, text.action);
    assert_int_equal(o.effective, text.effective);
    assert_true(span_equal(text.reason, span_text(o.reason)));
}

static void check_root(struct reg *r)
{
    const uint64_t size = register_log_settled(r);
    const struct tlog_source source = register_log_source(r);
    struct tlog_hash *const leaves = calloc((size_t)size + 1, sizeof *leaves);
    struct tlog_hash root;
    assert_non_null(leaves);
    for (uint64_t i = 0; i < size; i++) {
        struct reg_log_entry e;
        MUST(register_log_entry(r, i, &e, NULL));
        leaves[i] = tlog_leaf(e.data);
    }
    if (size > 0) {
        const struct tlog_hash whole = tlog_root_of(leaves, (size_t)size);
        MUST(tlog_root(&source, size, &root, NULL));
        assert_memory_equal(&root, &whole, sizeof root);
    }
    free(leaves);
}

void fixture_check(struct fixture *f)
{
    struct reg *const r = engine_register(f->engine);
    assert_int_equal(register_log_settled(r), register_log_size(r));
    for (uint64_t i = 0; i < register_log_size(r); i++) {
        struct reg_log_entry e;
        MUST(register_log_entry(r, i, &e, NULL));
        assert_int_equal(e.index, i);
        assert_false(e.pending);
        if (e.kind == LOG_TOKEN)
            check_token(f, &e);
        if (e.kind == LOG_ORDER)
            check_order(f, &e);
    }
    for (uint64_t i = 0; i < register_row_count(r); i++) {
        struct reg_row row;
        struct record record;
        MUST(register_row(r, i, &row, NULL));
        MUST(register_row_record(r, &row, &record, NULL));
        assert_int_equal(record.kind, row.kind);
    }
    check_root(r);
}
