#include "tests/unit/scheme/rows.h"

#include <stdlib.h>

#include "core/base/dates.h"
#include "core/policy/policy.h"

static struct policy *must_read(const char *json)
{
    struct policy *p = NULL;
    struct diag d = DIAG_INIT;
    if (policy_read(span_text(json), &p, &d) != RC_OK)
        fail_msg("%s", d.text);
    return p;
}

static int32_t day(const char *text)
{
    int32_t date = 0;
    assert_true(date_parse(span_text(text), &date));
    return date;
}

static void refused_row(const struct row *r)
{
    for (char *c = r->cells[0]; *c != '\0'; c++)
        if (*c == '`')
            *c = '"';
    struct policy *p = NULL;
    struct diag d = DIAG_INIT;
    row_assert(r, policy_read(row_span(r, 0), &p, &d) == RC_FORMAT);
    row_assert(r, p == NULL);
    if (!strstr(d.text, r->cells[1]))
        fail_msg("%s:%u: '%s' does not say '%s'", r->file, r->line, d.text, r->cells[1]);
}

static void every_wrong_policy_in_the_file_is_refused_by_name(void **state)
{
    (void)state;
    each_row("policy_refused.txt", 2, refused_row);
}

static void no_prefix_of_the_default_file_is_a_policy(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    policy_default_json(&json);
    assert_true(buf_ok(&json));
    struct policy *p = NULL;
    /* Without its last line feed it is whole. */
    for (size_t len = 0; len + 1 < json.len; len++)
        assert_int_equal(policy_read(span_of(json.ptr, len), &p, NULL), RC_FORMAT);
}

static void the_default_file_says_what_the_scheme_says(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    policy_default_json(&json);
    ON_EXIT(policy_free_at) struct policy *p = must_read(buf_cstr(&json));
    const struct policy_values *const v = policy_at(p, 33, day("2020-06-01"));
    assert_int_equal(v->pass_mark_percent, 6000);
    assert_int_equal(v->bank_share_min_percent, 10000);
    assert_int_equal(v->bank_share_min_docked_percent, 7000);
    assert_int_equal(v->exchange_deadline, day("2021-09-30"));
    assert_int_equal(v->legacy_upload_deadline, day("2021-01-29"));
    assert_int_equal(v->legacy_issued_before, day("2018-12-13"));
    assert_int_equal(v->exchange_hours_min, 3200);
    assert_int_equal(v->pair_hours, 6400);
    assert_int_equal(v->pair_post_hours, 4400);
    assert_int_equal(v->year_hours_cap, 6400);
    assert_int_equal(v->lapse_window, WINDOW_ROLLING);
    assert_true(v->make_up_previous_year);
    assert_int_equal(v->due_days, 90);
    assert_int_equal(v->copy_valid_days, 180);
    assert_string_equal(v->number_template, "unit(3) post(2) year(4) serial(7) check(1)");
    assert_int_equal(strlen(v->elicence_type), 21);
    assert_string_equal(v->elicence_issuer, "11100000000013338W");
    assert_int_equal(v->status_days, 7);
    assert_int_equal(v->orders_alone_per_day, 20);
    assert_int_equal(v->orders_alone_per_day_all, 100);
    assert_int_equal(policy_at(p, 34, day("2020-06-01"))->exchange_deadline, day("2021-12-31"));
}

static void an_empty_first_version_has_the_defaults(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    policy_default_json(&json);
    ON_EXIT(policy_free_at) struct policy *whole = must_read(buf_cstr(&json));
    ON_EXIT(policy_free_at)
    struct policy *bare = must_read("{\"versions\": [{\"from\": \"2018-12-13\"}]}");
    assert_memory_equal(policy_at(whole, 33, 0), policy_at(bare, 33, 0),
                        sizeof(struct policy_values));
}

static void the_version_in_force_on_the_day_holds(void **state)
{
    (void)state;
    ON_EXIT(policy_free_at)
    struct policy *p =
        must_read("{\"versions\": [{\"from\": \"2018-12-13\"},"
                  "{\"from\": \"2020-01-01\", \"values\": {\"pass_mark_percent\": 65.5}},"
                  "{\"from\": \"2021-01-01\", \"values\": {\"pass_mark_percent\": 70}}]}");
    assert_int_equal(policy_at(p, 33, day("2010-01-01"))->pass_mark_percent, 6000);
    assert_int_equal(policy_at(p, 33, day("2019-12-31"))->pass_mark_percent, 6000);
    assert_int_equal(policy_at(p, 33, day("2020-01-01"))->pass_mark_percent, 6550);
    assert_int_equal(policy_at(p, 33, day("2020-12-31"))->pass_mark_percent, 6550);
    assert_int_equal(policy_at(p, 33, day("2021-01-01"))->pass_mark_percent, 7000);
    assert_int_equal(policy_at(p, 33, day("2090-01-01"))->pass_mark_percent, 7000);
}

static void a_later_version_changes_only_what_it_names(void **state)
{
    (void)state;
    ON_EXIT(policy_free_at)
    struct policy *p = must_read(
        "{\"versions\": [{\"from\": \"2018-12-13\", \"values\": {\"due_days\": 60},"
        "\"units\": {\"033\": {\"pass_mark_percent\": 80}}},"
        "{\"from\": \"2020-01-01\", \"values\": {\"pass_mark_percent\": 65, \"pair_hours\": 50}},"
        "{\"from\": \"2021-01-01\", \"units\": {\"033\": {\"pair_hours\": 60}}}]}");
    const int32_t late = day("2022-01-01");
    assert_int_equal(policy_at(p, 11, late)->due_days, 60);
    assert_int_equal(policy_at(p, 11, late)->pass_mark_percent, 6500);
    /* What the unit set stays; what it did not set follows. */
    assert_int_equal(policy_at(p, 33, day("2020-01-01"))->pass_mark_percent, 8000);
    assert_int_equal(policy_at(p, 33, day("2020-01-01"))->pair_hours, 5000);
    assert_int_equal(policy_at(p, 33, late)->pair_hours, 6000);
    assert_int_equal(policy_at(p, 11, late)->pair_hours, 5000);
}

static void a_policy_over_its_limits_is_refused(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    struct policy *p = NULL;
    buf_put_text(&json, "{\"versions\": [");
    for (int year = 1900; year < 1965; year++)
        buf_printf(&json, "%s{\"from\": \"%d-01-01\"}", year > 1900 ? "," : "", year);
    buf_put_text(&json, "]}");
    assert_int_equal(policy_read(buf_span(&json), &p, NULL), RC_LIMIT);

    buf_clear(&json);
    buf_put_text(&json, "{\"versions\": [{\"from\": \"2018-12-13\", \"units\": {");
    for (int unit = 0; unit <= 128; unit++)
        buf_printf(&json, "%s\"%03d\": {}", unit > 0 ? "," : "", unit);
    buf_put_text(&json, "}}]}");
    assert_int_equal(policy_read(buf_span(&json), &p, NULL), RC_LIMIT);

    void *const spaces = calloc(1, POLICY_MAX + 1);
    assert_non_null(spaces);
    assert_int_equal(policy_read(span_of(spaces, POLICY_MAX + 1), &p, NULL), RC_LIMIT);
    free(spaces);
    assert_null(p);
}

static void every_key_says_all_about_itself_and_stands_once(void **state)
{
    (void)state;
    const struct policy_key *key, *other;
    size_t count = 0;
    for (; (key = policy_key_at(count)) != NULL; count++) {
        assert_true(key->name[0] && key->unit[0] && key->source[0] && key->chinese[0] &&
                    key->default_text[0] && key->range_text[0]);
        for (size_t i = 0; (other = policy_key_at(i)) != key; i++)
            assert_string_not_equal(other->name, key->name);
    }
    assert_int_equal(count, 20);
}

/* Sets one key, with others so wide that no rule between keys speaks. */
static enum rc read_one(const char *key, unsigned long value, bool negative)
{
    static const struct {
        const char *key, *others;
    } wide[] = {
        { "year_hours_cap", "\"pair_hours\": 1, \"pair_post_hours\": 0," },
        { "pair_hours", "\"year_hours_cap\": 1000, \"pair_post_hours\": 0," },
        { "pair_post_hours", "\"year_hours_cap\": 1000, \"pair_hours\": 1000," },
    };
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    ON_EXIT(policy_free_at) struct policy *p = NULL;
    buf_put_text(&json, "{\"versions\": [{\"from\": \"2018-12-13\", \"values\": {");
    for (size_t i = 0; i < 3; i++)
        if (strcmp(wide[i].key, key) == 0)
            buf_put_text(&json, wide[i].others);
    buf_printf(&json, "\"%s\": %s%lu}}]}", key, negative ? "-" : "", value);
    return policy_read(buf_span(&json), &p, NULL);
}

/* "1 to 100"; false: not a range of two numbers. */
static bool read_range(const char *text, unsigned long *from, unsigned long *to)
{
    char *end = NULL;
    *from = strtoul(text, &end, 10);
    if (end == text || strncmp(end, " to ", 4) != 0)
        return false;
    *to = strtoul(end + 4, &end, 10);
    return *end == '\0';
}

static void the_range_shown_for_a_number_is_the_range_taken(void **state)
{
    (void)state;
    const struct policy_key *key;
    unsigned checked = 0;
    for (size_t i = 0; (key = policy_key_at(i)) != NULL; i++) {
        unsigned long from, to;
        if (!read_range(key->range_text, &from, &to))
            continue;
        assert_int_equal(read_one(key->name, from, false), RC_OK);
        assert_int_equal(read_one(key->name, to, false), RC_OK);
        assert_int_equal(read_one(key->name, from > 0 ? from - 1 : 1, from == 0), RC_FORMAT);
        assert_int_equal(read_one(key->name, to + 1, false), RC_FORMAT);
        checked++;
    }
    assert_int_equal(checked, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_policy_in_the_file_is_refused_by_name),
        cmocka_unit_test(no_prefix_of_the_default_file_is_a_policy),
        cmocka_unit_test(the_default_file_says_what_the_scheme_says),
        cmocka_unit_test(an_empty_first_version_has_the_defaults),
        cmocka_unit_test(the_version_in_force_on_the_day_holds),
        cmocka_unit_test(a_later_version_changes_only_what_it_names),
        cmocka_unit_test(a_policy_over_its_limits_is_refused),
        cmocka_unit_test(every_key_says_all_about_itself_and_stands_once),
        cmocka_unit_test(the_range_shown_for_a_number_is_the_range_taken),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
