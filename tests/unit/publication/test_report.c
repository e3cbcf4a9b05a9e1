/* The report: what counts when, on both sides of its day, and how it is written. */
#include "tests/unit/publication/story.h"

#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/publication/report.h"

static struct fixture scene;

static int setup(void **state)
{
    (void)state;
    fixture_make(&scene);
    story_tell(&scene);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_drop(&scene);
    return 0;
}

static int32_t day(const char *text)
{
    int32_t date;
    assert_true(date_parse(span_text(text), &date));
    return date;
}

static void report_of(struct fixture *f, const char *as_of, struct report *ret)
{
    struct diag d = DIAG_INIT;
    *ret = (struct report){ 0 };
    if (report_make(engine_register(f->engine), f->home.policy, day(as_of), ret, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* One figure on one day: of a unit, or of the total (0). */
#define FIGURE(as_of, unit_id, column)                                                             \
    figure(&scene, as_of, unit_id, offsetof(struct report_row, column))
static unsigned figure(struct fixture *f, const char *as_of, uint32_t unit, size_t column)
{
    ON_EXIT(report_free) struct report rep;
    report_of(f, as_of, &rep);
    const struct report_row *row = &rep.total;
    for (size_t i = 0; unit != 0 && i < rep.count; i++)
        row = rep.rows[i].unit == unit ? &rep.rows[i] : row;
    assert_int_equal(row->unit, unit);
    uint64_t v;
    memcpy(&v, (const char *)row + column, sizeof v);
    return (unsigned)v;
}

/* --- by the records' own dates --- */

static void a_training_counts_from_the_day_it_was_finished(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2020-02-29", 33, trainings), 0);
    assert_int_equal(FIGURE("2020-03-01", 33, trainings), 2);
    assert_int_equal(FIGURE("2020-03-01", 34, trainings), 1);
    assert_int_equal(FIGURE("2020-03-02", 33, trainings), 4);
    assert_int_equal(FIGURE("2020-03-03", 0, trainings), 6);
}

/* They arrived on 10 March. */
static void a_test_counts_from_the_day_it_was_held_before_its_record_came(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2020-03-04", 0, tests), 0);
    assert_int_equal(FIGURE("2020-03-05", 0, tests), 6);
}

static void a_failed_test_is_a_test_and_no_pass(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2020-03-05", 34, tests), 2);
    assert_int_equal(FIGURE("2020-03-05", 34, passes), 1);
}

static void a_certificate_counts_from_the_day_of_issue(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2020-03-09", 0, issued), 0);
    assert_int_equal(FIGURE("2020-03-10", 0, issued), 5);
    assert_int_equal(FIGURE("2020-03-09", 0, in_force), 0);
    assert_int_equal(FIGURE("2020-03-10", 0, in_force), 6);
}

static void an_exchange_is_no_certificate_issued_on_a_test(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2020-03-10", 33, exchanged), 1);
    assert_int_equal(FIGURE("2020-03-10", 33, issued), 4);
}

/* Issued in 2016 and 2017. */
static void a_legacy_certificate_counts_from_the_day_it_was_uploaded(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2020-03-09", 0, legacy), 0);
    assert_int_equal(FIGURE("2020-03-10", 33, legacy), 1);
    assert_int_equal(FIGURE("2020-03-10", 34, legacy), 1);
}

/* --- renewals --- */

static void a_renewal_counts_from_the_day_it_was_signed(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2021-03-31", 33, renewed), 0);
    assert_int_equal(FIGURE("2021-04-01", 33, renewed), 2);
}

/* On 1 May 2021 both certificates of zhang got a new version. */
static void an_amendment_is_no_renewal(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2021-05-01", 33, renewed), 2);
}

/* --- persons --- */

static void learners_are_counted_once_each(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2020-02-29", 0, education_persons), 0);
    assert_int_equal(FIGURE("2020-03-01", 33, education_persons), 1); /* li, twice */
    assert_int_equal(FIGURE("2021-04-01", 33, education_persons), 2);
    assert_int_equal(FIGURE("2021-04-01", 0, education_persons), 2);
}

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): rows longer than a line */
static void who_learns_in_two_units_is_one_person_in_the_total(void **state)
{
    (void)state;
    struct fixture f;
    static const char *const lines[] = {
        "@2020-03-10",
        "authority - unit_id=033 plan=approved plan_date=2019-01-01",
        "authority - unit_id=034 plan=approved plan_date=2019-01-01",
        "provider - credit_code=P1 unit_id=033 status_from=2019-01-01",
        "provider - credit_code=P2 unit_id=034 status_from=2019-01-01",
        "legacy l1 unit_id=033 old_number=A-1 person=li issued_on=2016-01-01",
        "legacy l2 unit_id=034 old_number=A-2 person=li issued_on=2016-01-01 post=2",
        "education e1 provider=P1 person=li certificate=A-1 ce_year=2020 hours=8 post_hours=8 "
        "finished_on=2020-03-01",
        "education e2 provider=P2 person=li certificate=A-2 post=2 ce_year=2020 hours=8 "
        "post_hours=8 finished_on=2020-03-01",
        NULL,
    };
    fixture_make(&f);
    story_lines(&f, lines);
    const size_t persons = offsetof(struct report_row, education_persons);
    assert_int_equal(figure(&f, "2020-03-01", 33, persons), 1);
    assert_int_equal(figure(&f, "2020-03-01", 34, persons), 1);
    assert_int_equal(figure(&f, "2020-03-01", 0, persons), 1);
    fixture_drop(&f);
}

/* NOLINTEND(bugprone-suspicious-missing-comma) */

/* --- states --- */

static void an_order_counts_from_its_effective_date(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2021-03-31", 34, suspended), 0);
    assert_int_equal(FIGURE("2021-09-30", 34, revoked), 0);
    assert_int_equal(FIGURE("2021-10-01", 34, revoked), 1);
    assert_int_equal(FIGURE("2021-03-31", 33, withdrawn), 0);
    assert_int_equal(FIGURE("2021-04-01", 33, withdrawn), 1);
}

static void an_order_dated_ahead_does_not_count_yet(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2021-11-30", 33, suspended), 1); /* zhang's, since May */
    assert_int_equal(FIGURE("2021-12-01", 33, suspended), 2); /* and zhao's */
}

/* wang's certificate: issued on 2020-03-10, good until 2023-03-09. */
static void the_last_90_days_are_due_and_in_force(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2022-12-08", 33, due_90), 0);
    const unsigned before = FIGURE("2022-12-08", 33, in_force);
    assert_int_equal(FIGURE("2022-12-09", 33, due_90), 1); /* aili's; zhao's is suspended */
    assert_int_equal(FIGURE("2022-12-09", 33, in_force), before);
}

static void the_deadline_itself_is_in_force_and_the_day_after_is_not(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2023-03-09", 33, lapsed), 0);
    assert_int_equal(FIGURE("2023-03-10", 33, lapsed), 1);
}

static void an_orders_state_outranks_a_lapse(void **state)
{
    (void)state;
    assert_int_equal(FIGURE("2023-03-10", 34, lapsed), 0);
    assert_int_equal(FIGURE("2023-03-10", 34, revoked), 1);
}

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): rows longer than a line */
/* Learning that was finished in time and sent late: until it came, the certificate had lapsed. */
static void the_deadline_known_on_the_day_counts(void **state)
{
    (void)state;
    struct fixture f;
    static const char *const lines[] = {
        "@2020-03-10",
        "authority - unit_id=033 plan=approved plan_date=2019-01-01",
        "provider - credit_code=P1 unit_id=033 status_from=2019-01-01",
        "training r1 provider=P1 person=wang finished_on=2020-03-01",
        "test t1 provider=P1 person=wang held_on=2020-03-05",
        "@2023-05-01",
        "education e1 provider=P1 person=wang certificate=#1 ce_year=2022 hours=64 post_hours=44 "
        "finished_on=2023-02-01",
        NULL,
    };
    fixture_make(&f);
    story_lines(&f, lines);
    const size_t lapsed = offsetof(struct report_row, lapsed);
    assert_int_equal(figure(&f, "2023-04-30", 33, lapsed), 1);
    assert_int_equal(figure(&f, "2023-05-01", 33, lapsed), 0);
    fixture_drop(&f);
}

/* NOLINTEND(bugprone-suspicious-missing-comma) */

/* --- units --- */

static void plans_and_docking_are_those_of_the_day(void **state)
{
    (void)state;
    static const struct {
        const char *as_of;
        enum plan plan;
    } days[] = {
        { "2019-02-28", PLAN_NONE },     { "2019-03-01", PLAN_SUBMITTED },
        { "2020-01-01", PLAN_APPROVED }, { "2021-05-31", PLAN_APPROVED },
        { "2021-06-01", PLAN_HALTED },
    };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        ON_EXIT(report_free) struct report rep;
        report_of(&scene, days[i].as_of, &rep);
        assert_int_equal(rep.count, 2);
        assert_int_equal(rep.rows[1].unit, 34);
        assert_int_equal(rep.rows[1].plan, days[i].plan);
        assert_int_equal(rep.plans[days[i].plan], days[i].plan == PLAN_APPROVED ? 2 : 1);
    }
}

static void a_provider_counts_from_its_first_day_until_it_is_removed(void **state)
{
    (void)state;
    struct fixture f;
    static const char *const lines[] = {
        "@2020-03-10",
        "authority - unit_id=033 plan=approved plan_date=2019-01-01",
        "provider - credit_code=P1 unit_id=033 status_from=2019-05-01",
        "provider - credit_code=P1 unit_id=033 status_from=2019-06-01 status=suspended",
        "provider - credit_code=P1 unit_id=033 status_from=2019-07-01 status=removed",
        NULL,
    };
    fixture_make(&f);
    story_lines(&f, lines);
    const size_t providers = offsetof(struct report_row, providers);
    assert_int_equal(figure(&f, "2019-04-30", 33, providers), 0);
    assert_int_equal(figure(&f, "2019-05-01", 33, providers), 1);
    assert_int_equal(figure(&f, "2019-06-30", 33, providers), 1);
    assert_int_equal(figure(&f, "2019-07-01", 33, providers), 0);
    fixture_drop(&f);
}

/* --- how it is written --- */

static void json_has_the_documented_keys_in_units_and_total(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "unit_id",   "name",      "plan",    "docking",   "providers",
        "trainings", "tests",     "passes",  "issued",    "education_persons",
        "legacy",    "exchanged", "renewed", "in_force",  "due_90",
        "lapsed",    "suspended", "revoked", "withdrawn", "cancelled",
    };
    ON_EXIT(report_free) struct report rep;
    report_of(&scene, "2021-10-01", &rep);
    ON_EXIT(json_decref_at) json_t *o = report_json(&rep);
    assert_string_equal(json_string_value(json_object_get(o, "as_of")), "2021-10-01");
    const json_t *const unit = json_array_get(json_object_get(o, "units"), 0);
    const json_t *const total = json_object_get(o, "total");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_non_null(json_object_get(unit, keys[i]));
        assert_non_null(json_object_get(total, keys[i]));
    }
    assert_string_equal(json_string_value(json_object_get(unit, "unit_id")), "033");
}

static void text_names_units_and_what_is_counted(void **state)
{
    (void)state;
    ON_EXIT(report_free) struct report rep;
    ON_EXIT(buf_free_at) struct buf zh = { 0 };
    ON_EXIT(buf_free_at) struct buf en = { 0 };
    report_of(&scene, "2021-10-01", &rep);
    report_text(&zh, &rep, true);
    report_text(&en, &rep, false);
    assert_non_null(strstr(buf_cstr(&zh), "033 某省住房和城乡建设厅"));
    assert_non_null(strstr(buf_cstr(&zh), "完成培训(人次)"));
    assert_non_null(strstr(buf_cstr(&zh), "继续教育(人)"));
    assert_non_null(strstr(buf_cstr(&zh), "合计"));
    assert_non_null(strstr(buf_cstr(&en), "034 某直辖市住建委"));
    assert_non_null(strstr(buf_cstr(&en), "education_persons"));
}

static void first_name_in_csv(const char *name, char ret[64])
{
    static struct report_row row;
    memset(&row, 0, sizeof row);
    row.unit = 33;
    memcpy(row.name, name, strlen(name));
    const struct report rep = { .count = 1, .rows = &row };
    ON_EXIT(buf_free_at) struct buf csv = { 0 };
    report_csv(&csv, &rep);
    const char *const line = strstr(buf_cstr(&csv), "\r\n033,");
    assert_non_null(line);
    const char *const at = line + strlen("\r\n033,");
    const char *const end = strstr(at, ",none");
    assert_non_null(end);
    assert_true((size_t)(end - at) < 64);
    memcpy(ret, at, (size_t)(end - at));
    ret[end - at] = '\0';
}

static void no_cell_of_the_csv_is_a_formula(void **state)
{
    (void)state;
    static const char *const names[] = { "=1+1", "+1",  "-1",  "@SUM", "\t=1",
                                         "＝1",  "＋1", "－1", "＠SUM" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char cell[64], want[64];
        first_name_in_csv(names[i], cell);
        (void)snprintf(want, sizeof want, "\"'%s\"", names[i]);
        assert_string_equal(cell, want);
    }
}

static void a_name_with_quotes_and_commas_is_one_cell(void **state)
{
    (void)state;
    char cell[64];
    first_name_in_csv("某\"省\",厅=1", cell);
    assert_string_equal(cell, "\"某\"\"省\"\",厅=1\"");
}

/* --- by month, post and deadline --- */

static void details_of(struct fixture *f, const char *as_of, struct report *ret,
                       struct report_details *ret_details)
{
    struct diag d = DIAG_INIT;
    *ret = (struct report){ 0 };
    if (report_make_detailed(engine_register(f->engine), f->home.policy, day(as_of), ret,
                             ret_details, &d) != RC_OK)
        fail_msg("%s", d.text);
}

static uint64_t sum_of(const uint64_t *values, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

static void posts_and_deadlines_add_up_to_what_is_in_force(void **state)
{
    (void)state;
    static const char *const days[] = { "2020-06-30", "2021-06-30", "2022-12-31", "2023-02-28" };
    uint64_t in_force = 0;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        ON_EXIT(report_free) struct report rep;
        struct report_details details;
        details_of(&scene, days[i], &rep, &details);
        assert_int_equal(sum_of(details.in_force, POST_CODE_MAX + 1), rep.total.in_force);
        assert_true(sum_of(details.deadlines, REPORT_MONTHS) <= rep.total.in_force);
        assert_true(details.ahead[0] <= day(days[i]) && details.ahead[1] > day(days[i]));
        in_force += rep.total.in_force;
    }
    assert_true(in_force > 0);
}

/* What a month has is the difference between its ends. */
static void months_have_what_happened_in_them(void **state)
{
    (void)state;
    uint64_t issued = 0, renewed = 0;
    for (int year = 2020; year <= 2023; year++) {
        char last[DATE_TEXT_LEN + 1], first[DATE_TEXT_LEN + 1];
        ON_EXIT(report_free) struct report end = { 0 };
        ON_EXIT(report_free) struct report begin = { 0 };
        struct report_details details;
        (void)snprintf(last, sizeof last, "%d-12-31", year);
        (void)snprintf(first, sizeof first, "%d-12-31", year - 1);
        details_of(&scene, last, &end, &details);
        report_of(&scene, first, &begin);
        const struct report_row *const a = &begin.total, *const b = &end.total;
        assert_int_equal(sum_of(details.issued, REPORT_MONTHS),
                         b->issued + b->exchanged - a->issued - a->exchanged);
        assert_int_equal(sum_of(details.renewed, REPORT_MONTHS), b->renewed - a->renewed);
        issued += sum_of(details.issued, REPORT_MONTHS);
        renewed += sum_of(details.renewed, REPORT_MONTHS);
    }
    assert_true(issued > 0 && renewed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_training_counts_from_the_day_it_was_finished),
        cmocka_unit_test(a_test_counts_from_the_day_it_was_held_before_its_record_came),
        cmocka_unit_test(a_failed_test_is_a_test_and_no_pass),
        cmocka_unit_test(a_certificate_counts_from_the_day_of_issue),
        cmocka_unit_test(an_exchange_is_no_certificate_issued_on_a_test),
        cmocka_unit_test(a_legacy_certificate_counts_from_the_day_it_was_uploaded),
        cmocka_unit_test(a_renewal_counts_from_the_day_it_was_signed),
        cmocka_unit_test(an_amendment_is_no_renewal),
        cmocka_unit_test(learners_are_counted_once_each),
        cmocka_unit_test(who_learns_in_two_units_is_one_person_in_the_total),
        cmocka_unit_test(an_order_counts_from_its_effective_date),
        cmocka_unit_test(an_order_dated_ahead_does_not_count_yet),
        cmocka_unit_test(the_last_90_days_are_due_and_in_force),
        cmocka_unit_test(the_deadline_itself_is_in_force_and_the_day_after_is_not),
        cmocka_unit_test(an_orders_state_outranks_a_lapse),
        cmocka_unit_test(the_deadline_known_on_the_day_counts),
        cmocka_unit_test(plans_and_docking_are_those_of_the_day),
        cmocka_unit_test(a_provider_counts_from_its_first_day_until_it_is_removed),
        cmocka_unit_test(posts_and_deadlines_add_up_to_what_is_in_force),
        cmocka_unit_test(months_have_what_happened_in_them),
        cmocka_unit_test(json_has_the_documented_keys_in_units_and_total),
        cmocka_unit_test(text_names_units_and_what_is_counted),
        cmocka_unit_test(no_cell_of_the_csv_is_a_formula),
        cmocka_unit_test(a_name_with_quotes_and_commas_is_one_cell),
    };
    return cmocka_run_group_tests_name("report", tests, setup, teardown);
}
