/* The engine around the rules: signing, what a crash leaves, the clock, dry runs, what a token
 * says. */
#include "tests/unit/register/engine_fixture.h"

#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/cert/token.h"
#include "core/crypto/hash.h"
#include "keys/private/order.h"

#define MUST(call) assert_int_equal(call, RC_OK)

static int setup(void **state)
{
    static struct fixture f;
    static const char *const rows[] = {
        "authority - unit_id=033 plan=approved plan_date=2019-01-01",
        "provider - credit_code=P1 unit_id=033 status_from=2019-01-01",
        "training r1 provider=P1 person=zhang finished_on=2020-03-01",
        "training r2 provider=P1 person=wang finished_on=2020-03-01",
    };
    struct outcome out;
    fixture_person("zhang", "name=张示例 id_type=111 id_number=110101190001010014 sex=男");
    fixture_person("wang", "name=王样本 id_type=111 id_number=11010119010101002X sex=女");
    fixture_make(&f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_apply(&f, rows[i], &out);
        assert_int_equal(out.outcome, OUTCOME_RECORDED);
    }
    MUST(engine_flush(f.engine, NULL));
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_drop(*state);
    return 0;
}

static void issue(struct fixture *f, const char *line)
{
    struct outcome out;
    fixture_apply(f, line, &out);
    assert_int_equal(out.outcome, OUTCOME_ISSUED);
}

static const char *const test_of_zhang = "test t1 provider=P1 person=zhang held_on=2020-03-05";
static const char *const test_of_wang = "test t2 provider=P1 person=wang held_on=2020-03-05";

static void read_token(struct fixture *f, uint64_t index, struct token *ret)
{
    struct reg_log_entry e;
    MUST(register_log_entry(engine_register(f->engine), index, &e, NULL));
    assert_int_equal(e.kind, LOG_TOKEN);
    MUST(token_parse(e.data, ret, NULL));
}

/* --- signing --- */

static void a_committed_token_is_pending_until_it_is_signed(void **state)
{
    struct fixture *const f = *state;
    struct reg *const r = engine_register(f->engine);
    issue(f, test_of_zhang);
    assert_int_equal(register_log_size(r), 1);
    MUST(engine_commit(f->engine, NULL));
    assert_int_equal(register_log_settled(r), 0);
    MUST(engine_flush(f->engine, NULL));
    assert_int_equal(register_log_settled(r), 1);
    fixture_check(f);
}

static void what_was_committed_and_not_signed_is_signed_as_it_stands(void **state)
{
    struct fixture *const f = *state;
    struct reg_log_entry e;
    struct token t;
    uint8_t before[SHA256_LEN], after[SHA256_LEN];
    issue(f, test_of_zhang);
    MUST(engine_commit(f->engine, NULL));
    fixture_close(f);

    fixture_clock(f, "2020-04-01");
    fixture_open(f);
    struct reg *const r = engine_register(f->engine);
    assert_int_equal(register_log_size(r), 1);
    assert_int_equal(register_log_settled(r), 1);
    read_token(f, 0, &t);
    assert_int_equal(date_of_time(t.iat), t.issued);
    MUST(register_log_entry(r, 0, &e, NULL));
    sha256(e.data, before);
    fixture_close(f);
    fixture_open(f);
    MUST(register_log_entry(engine_register(f->engine), 0, &e, NULL));
    sha256(e.data, after);
    assert_memory_equal(before, after, sizeof before);
    fixture_check(f);
}

static struct trusted_key *token_key(struct fixture *f)
{
    for (size_t i = 0; i < f->home.trust->key_count; i++)
        if (f->home.trust->keys[i].use == USE_TOKEN && f->home.trust->keys[i].first == 0)
            return &f->home.trust->keys[i];
    fail();
    return NULL;
}

static void an_index_that_no_key_may_sign_any_more_gets_a_void_leaf(void **state)
{
    struct fixture *const f = *state;
    struct reg_log_entry e;
    struct reg_version v;
    struct cose_sign1 m;
    const struct trusted_key *by;
    issue(f, test_of_zhang);
    issue(f, test_of_wang);
    MUST(engine_commit(f->engine, NULL));
    fixture_close(f);

    fixture_clock(f, "2020-04-01");
    token_key(f)->not_before = f->home.now;
    fixture_open(f);
    struct reg *const r = engine_register(f->engine);
    assert_int_equal(register_log_settled(r), 4);
    for (uint64_t i = 0; i < 2; i++) {
        MUST(register_log_entry(r, i, &e, NULL));
        assert_int_equal(e.kind, LOG_VOID);
        MUST(cose_sign1_parse(e.data, &m, NULL));
        MUST(trust_list_check(f->home.trust, &m, USE_LOG, TYP_VOID, f->home.now, &by, NULL));
        MUST(register_version(r, (uint32_t)i, 1, &v, NULL));
        assert_int_equal(v.log_index, i + 2);
        assert_int_equal(v.signed_at, f->home.now);
    }
    fixture_check(f);
}

static void what_no_key_will_ever_sign_stops_the_engine(void **state)
{
    struct fixture *const f = *state;
    struct diag d = DIAG_INIT;
    issue(f, test_of_zhang);
    MUST(engine_commit(f->engine, NULL));
    fixture_close(f);
    token_key(f)->not_after = f->home.now - 1;
    assert_int_equal(engine_open(&f->home, &f->options, &f->engine, &d), RC_REFUSED);
    assert_null(f->engine);
    assert_ptr_equal(strstr(d.text, ENGINE_SIGNER_REFUSES), d.text);
}

static void a_refusal_to_sign_stops_the_engine(void **state)
{
    struct fixture *const f = *state;
    struct outcome out;
    struct line_record row;
    issue(f, test_of_zhang);
    token_key(f)->not_after = f->home.now - 1;
    assert_int_equal(engine_flush(f->engine, NULL), RC_REFUSED);
    fixture_read(f, test_of_wang, &row);
    assert_int_not_equal(engine_apply(f->engine, &row.record, &row.early, &out, NULL), RC_OK);
    line_record_free(&row);
}

/* --- the clock --- */

static void nothing_is_signed_before_the_last_signing(void **state)
{
    struct fixture *const f = *state;
    struct diag d = DIAG_INIT;
    struct outcome out;
    issue(f, test_of_zhang);
    MUST(engine_flush(f->engine, NULL));
    f->home.now--;
    struct line_record row;
    fixture_read(f, test_of_wang, &row);
    assert_int_equal(engine_apply(f->engine, &row.record, &row.early, &out, NULL), RC_REFUSED);
    line_record_free(&row);
    fixture_close(f);
    assert_int_equal(engine_open(&f->home, &f->options, &f->engine, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "2020-03-10T09:00:00+08:00"));
    f->home.now++;
    fixture_open(f);
}

/* --- dry run --- */

static void a_dry_run_answers_alike_and_changes_nothing(void **state)
{
    struct fixture *const f = *state;
    ON_EXIT(buf_free_at) struct buf before = { 0 };
    ON_EXIT(buf_free_at) struct buf after = { 0 };
    struct outcome out;
    issue(f, test_of_zhang);
    MUST(engine_flush(f->engine, NULL));
    fixture_dump(engine_register(f->engine), &before);
    fixture_close(f);

    f->options.dry_run = true;
    fixture_open(f);
    issue(f, test_of_wang);
    fixture_apply(f, test_of_wang, &out);
    assert_int_equal(out.outcome, OUTCOME_DUPLICATE);
    fixture_apply(f, "order o1 action=suspend certificate=#2", &out);
    assert_int_equal(out.outcome, OUTCOME_RECORDED);
    fixture_apply(f, "order o2 action=suspend certificate=#2", &out);
    assert_int_equal(out.outcome, OUTCOME_REFUSED);
    MUST(engine_commit(f->engine, NULL));
    MUST(engine_flush(f->engine, NULL));
    fixture_close(f);

    f->options.dry_run = false;
    fixture_open(f);
    fixture_dump(engine_register(f->engine), &after);
    assert_string_equal(buf_cstr(&before), buf_cstr(&after));
}

/* --- what a token says --- */

static void a_token_says_what_the_register_says(void **state)
{
    struct fixture *const f = *state;
    struct token t;
    struct reg_cert c;
    issue(f, test_of_zhang);
    MUST(engine_flush(f->engine, NULL));
    read_token(f, 0, &t);
    MUST(register_cert(engine_register(f->engine), 0, &c, NULL));
    assert_true(span_equal(t.name, SPAN_LITERAL("张示例")));
    assert_int_equal(t.id_type, ID_RESIDENT);
    assert_true(span_equal(t.id_tail, SPAN_LITERAL("0014")));
    assert_int_equal(t.post, 1);
    assert_int_equal(t.unit, 33);
    assert_int_equal(t.provider, 0);
    assert_int_equal(t.issued, c.issued);
    assert_int_equal(t.deadline, c.deadline);
    assert_int_equal(t.status_index, c.status_index);
    assert_int_equal(t.iat, f->home.now);
    assert_int_equal(t.ce_count, 0);
    assert_int_equal(t.photo.len, 0);
}

static void a_token_has_the_last_two_years_in_whole_hours(void **state)
{
    struct fixture *const f = *state;
    struct token t;
    struct outcome out;
    issue(f, test_of_zhang);
    fixture_clock(f, "2023-04-01");
    static const char *const rows[] = {
        "education e1 provider=P1 person=zhang certificate=#1 ce_year=2021 hours=40.9 "
        "post_hours=30.5 finished_on=2021-04-01",
        "education e2 provider=P1 person=zhang certificate=#1 ce_year=2022 hours=64 "
        "post_hours=40 finished_on=2022-04-01",
        "education e3 provider=P1 person=zhang certificate=#1 ce_year=2022 hours=30 "
        "post_hours=30 finished_on=2022-04-02",
        "education e4 provider=P1 person=zhang certificate=#1 ce_year=2023 hours=50.99 "
        "post_hours=0.99 finished_on=2023-03-31",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fixture_apply(f, rows[i], &out);
    fixture_apply(f,
                  "education e5 provider=P1 person=zhang certificate=#1 ce_year=2023 hours=0.5 "
                  "post_hours=0.5 finished_on=2023-03-31",
                  &out);
    fixture_apply(f,
                  "education e6 provider=P1 person=zhang certificate=#1 ce_year=2023 hours=43 "
                  "post_hours=43 finished_on=2023-03-31",
                  &out);
    MUST(engine_flush(f->engine, NULL));
    read_token(f, register_log_size(engine_register(f->engine)) - 1, &t);
    assert_int_equal(t.ce_count, 2);
    assert_int_equal(t.ce[0].k, 2);
    assert_int_equal(t.ce[0].hours, 64);
    assert_int_equal(t.ce[0].post_hours, 64);
    assert_true(t.version > 1);
}

static void a_token_binds_the_photo_that_the_holder_has(void **state)
{
    struct fixture *const f = *state;
    struct token t;
    struct outcome out;
    struct span photo;
    uint8_t digest[TOKEN_PHOTO_LEN];
    fixture_apply(f, "photo p1 person=zhang file=png-a", &out);
    assert_int_equal(out.outcome, OUTCOME_RECORDED);
    issue(f, test_of_zhang);
    MUST(engine_flush(f->engine, NULL));
    read_token(f, 0, &t);
    MUST(register_photo(engine_register(f->engine), 1, &photo, NULL));
    token_photo_digest(t.number, t.iat, 0, photo, digest);
    assert_true(span_equal(t.photo, span_of(digest, sizeof digest)));
}

static void an_amended_holder_is_in_the_next_token_and_the_order_in_the_log(void **state)
{
    struct fixture *const f = *state;
    static struct outcome out[AMENDED_MAX];
    char number[NUMBER_MAX + 1];
    struct reasons reasons;
    size_t count;
    struct token t;
    struct reg_cert c;
    struct reg_log_entry e;
    issue(f, test_of_zhang);
    fixture_number(f, 1, number);
    const struct amendment a = {
        .number = span_text(number),
        .name = SPAN_LITERAL("张正名"),
        .id_type = ID_RESIDENT,
        .id_number = SPAN_LITERAL("11010119040101005 6"),
        .reason = SPAN_LITERAL("示例更正"),
        .reference = SPAN_LITERAL("示例文号"),
    };
    struct amendment right = a;
    assert_int_equal(engine_amend(f->engine, &a, out, &count, &reasons, NULL), RC_REFUSED);
    assert_true(reasons_has(&reasons, REASON_ID_NUMBER_INVALID));
    right.id_number = SPAN_LITERAL("110101190401010056");
    MUST(engine_amend(f->engine, &right, out, &count, &reasons, NULL));
    assert_int_equal(count, 1);
    MUST(register_log_entry(engine_register(f->engine), 1, &e, NULL));
    assert_int_equal(e.kind, LOG_ORDER);
    read_token(f, 2, &t);
    assert_true(span_equal(t.name, SPAN_LITERAL("张正名")));
    assert_true(span_equal(t.id_tail, SPAN_LITERAL("0056")));
    MUST(register_cert(engine_register(f->engine), 0, &c, NULL));
    assert_int_equal(c.retired_count, 1);
    assert_int_equal(c.retired_version[0], 1);
    assert_int_not_equal(c.retired[0], c.status_index);
    fixture_check(f);
}

static void a_second_signature_stands_beside_the_leaf(void **state)
{
    struct fixture *const f = *state;
    struct outcome out;
    struct span second;
    struct reg_log_entry e;
    struct cose_sign1 one, two;
    const struct trusted_key *by;
    char path[PATH_LEN];
    issue(f, test_of_zhang);
    MUST(engine_flush(f->engine, NULL));
    fixture_close(f);
    MUST(home_path(&f->home, "keys/operator-2.pem", path, NULL));
    f->real = true;
    f->options.second_operator_key = path;
    fixture_open(f);
    fixture_apply(f, "order o1 action=suspend certificate=#1", &out);
    fixture_apply(f, "order o2 action=reinstate certificate=#1", &out);
    assert_int_equal(out.outcome, OUTCOME_RECORDED);
    MUST(engine_flush(f->engine, NULL));
    struct reg *const r = engine_register(f->engine);
    assert_int_equal(register_order_second(r, 0, 0, &second, NULL), RC_NOT_FOUND);
    MUST(register_order_second(r, 0, 1, &second, NULL));
    MUST(register_log_entry(r, 2, &e, NULL));
    MUST(cose_sign1_parse(e.data, &one, NULL));
    MUST(cose_sign1_parse(second, &two, NULL));
    assert_true(span_equal(one.payload, two.payload));
    MUST(trust_list_check(f->home.trust, &two, USE_OPERATOR, TYP_ORDER_SECOND, f->home.now, &by,
                          NULL));
    assert_string_equal(by->name, "操作员二");
}

/* --- limits are refusals, not accidents --- */

static void one_person_has_at_most_so_many_certificates(void **state)
{
    struct fixture *const f = *state;
    struct outcome out;
    for (unsigned i = 1; i <= PERSON_CERTS_MAX; i++) {
        char line[200];
        (void)snprintf(line, sizeof line, "test a%u provider=P1 person=zhang held_on=2020-03-05",
                       i);
        issue(f, line);
        (void)snprintf(line, sizeof line, "order o%u action=revoke certificate=#%u", i, i);
        fixture_apply(f, line, &out);
        assert_int_equal(out.outcome, OUTCOME_RECORDED);
    }
    fixture_apply(f, "test z provider=P1 person=zhang held_on=2020-03-05", &out);
    assert_int_equal(out.outcome, OUTCOME_REFUSED);
    assert_int_equal(out.reasons.count, 1);
    assert_int_equal(out.reasons.items[0].code, REASON_FIELD_INVALID);
    MUST(engine_flush(f->engine, NULL));
    fixture_check(f);
}

static void one_certificate_is_amended_at_most_so_often(void **state)
{
    struct fixture *const f = *state;
    static struct outcome out[AMENDED_MAX];
    char number[NUMBER_MAX + 1];
    struct reasons reasons;
    size_t count;
    issue(f, test_of_zhang);
    fixture_number(f, 1, number);
    struct amendment a = {
        .number = span_text(number),
        .reason = SPAN_LITERAL("示例更正"),
        .reference = SPAN_LITERAL("示例文号"),
    };
    for (unsigned i = 0; i < RETIRED_INDEXES_MAX; i++) {
        a.name = i % 2 == 0 ? SPAN_LITERAL("张正名") : SPAN_LITERAL("张示例");
        MUST(engine_amend(f->engine, &a, out, &count, &reasons, NULL));
    }
    a.name = SPAN_LITERAL("张正名");
    assert_int_equal(engine_amend(f->engine, &a, out, &count, &reasons, NULL), RC_REFUSED);
    assert_true(reasons_has(&reasons, REASON_FIELD_INVALID));
    fixture_check(f);
}

static void a_row_that_no_key_may_sign_is_refused_and_no_more(void **state)
{
    struct fixture *const f = *state;
    struct trusted_key *const key = token_key(f);
    struct outcome out;
    key->unit_count = 1;
    key->units[0] = 44;
    assert_null(engine_no_key(f->engine));
    fixture_apply(f, test_of_zhang, &out);
    assert_int_equal(out.outcome, OUTCOME_REFUSED);
    assert_int_equal(out.reasons.count, 1);
    assert_int_equal(out.reasons.items[0].code, REASON_SIGNING_KEY_MISSING);
    fixture_apply(f, "training r3 provider=P1 person=zhang post=2 finished_on=2020-03-01", &out);
    assert_int_equal(out.outcome, OUTCOME_RECORDED);
    MUST(engine_flush(f->engine, NULL));
    assert_int_equal(register_log_size(engine_register(f->engine)), 0);

    key->unit_count = 0;
    issue(f, test_of_zhang);
    MUST(engine_flush(f->engine, NULL));
    key->not_after = f->home.now - 1;
    assert_non_null(engine_no_key(f->engine));
    key->not_after = f->home.now;
    assert_null(engine_no_key(f->engine));
    key->last = 1;
    assert_non_null(engine_no_key(f->engine));
    key->last = 1000000;
    fixture_check(f);
}

static void a_history_has_at_most_so_many_days(void **state)
{
    struct fixture *const f = *state;
    struct outcome out;
    for (unsigned i = 0; i <= HISTORY_MAX; i++) {
        char line[200];
        (void)snprintf(line, sizeof line,
                       "provider - credit_code=P2 unit_id=033 status_from=20%02u-01-01", i + 10);
        fixture_apply(f, line, &out);
        assert_int_equal(out.outcome, i < HISTORY_MAX ? OUTCOME_RECORDED : OUTCOME_REFUSED);
    }
    /* A day that is there may always be told anew. */
    fixture_apply(f, "provider - credit_code=P2 unit_id=033 status_from=2010-01-01 status=removed",
                  &out);
    assert_int_equal(out.outcome, OUTCOME_RECORDED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_committed_token_is_pending_until_it_is_signed),
        T(what_was_committed_and_not_signed_is_signed_as_it_stands),
        T(an_index_that_no_key_may_sign_any_more_gets_a_void_leaf),
        T(a_row_that_no_key_may_sign_is_refused_and_no_more),
        T(what_no_key_will_ever_sign_stops_the_engine),
        T(a_refusal_to_sign_stops_the_engine),
        T(nothing_is_signed_before_the_last_signing),
        T(a_dry_run_answers_alike_and_changes_nothing),
        T(a_token_says_what_the_register_says),
        T(a_token_has_the_last_two_years_in_whole_hours),
        T(a_token_binds_the_photo_that_the_holder_has),
        T(an_amended_holder_is_in_the_next_token_and_the_order_in_the_log),
        T(a_second_signature_stands_beside_the_leaf),
        T(one_person_has_at_most_so_many_certificates),
        T(one_certificate_is_amended_at_most_so_often),
        T(a_history_has_at_most_so_many_days),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
