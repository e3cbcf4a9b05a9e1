#include "tests/unit/scheme/rows.h"

#include <stdlib.h>

#include "core/base/dates.h"
#include "issuer/scheme/ce.h"

static struct policy_values scheme_values(enum lapse_window window)
{
    return (struct policy_values){
        .pair_hours = 6400, .pair_post_hours = 4400, .year_hours_cap = 6400, .lapse_window = window
    };
}

static void year_row(const struct row *r)
{
    const int32_t issued = row_date(r, 0), date = row_date(r, 1);
    const int k = ce_year_of(issued, date);
    row_assert(r, k == row_long(r, 2));
    if (k < 0)
        return;
    row_assert(r, ce_year_label(issued, k) == row_long(r, 3));
    row_assert(r, ce_year_first(issued, k) == row_date(r, 4));
    row_assert(r, ce_year_last(issued, k) == row_date(r, 5));
}

static void every_day_in_the_file_is_in_its_ce_year(void **state)
{
    (void)state;
    each_row("ce_years.txt", 6, year_row);
}

static uint32_t hundredths(const char *text, char **ret_end)
{
    return (uint32_t)(strtod(text, ret_end) * 100 + 0.5);
}

/* Takes one k:total/post and the space behind it; false: something else stands there. */
static bool take_year(const char **text, struct ce_years *y)
{
    char *end = NULL;
    const unsigned long k = strtoul(*text, &end, 10);
    if (*end != ':')
        return false;
    const uint32_t total = hundredths(end + 1, &end);
    if (*end != '/')
        return false;
    const uint32_t post = hundredths(end + 1, &end);
    *text = end + (*end == ' ');
    return (*end == ' ' || *end == '\0') && ce_years_add(y, (uint32_t)k, total, post);
}

static void add_history(const struct row *r, const char *text, struct ce_years *y)
{
    while (strcmp(text, "-") != 0 && *text != '\0')
        row_assert(r, take_year(&text, y));
}

static void deadline_row(const struct row *r)
{
    const bool block = strcmp(r->cells[1], "block") == 0;
    const struct policy_values p = scheme_values(block ? WINDOW_BLOCK : WINDOW_ROLLING);
    struct ce_years y = { 0 };
    char got[DATE_TEXT_LEN + 1];
    add_history(r, r->cells[2], &y);
    date_format(ce_deadline(row_date(r, 0), &y, &p), got);
    row_assert_text(r, got, r->cells[3]);
}

static void every_history_in_the_file_has_its_deadline(void **state)
{
    (void)state;
    each_row("deadlines.txt", 4, deadline_row);
}

static void years_stay_in_order_whatever_arrives_first(void **state)
{
    (void)state;
    struct ce_years y = { 0 };
    static const uint32_t arrival[] = { 3, 1, 2, 5, 4, 1, 3 };
    for (size_t i = 0; i < sizeof arrival / sizeof arrival[0]; i++)
        assert_true(ce_years_add(&y, arrival[i], 100, 50));
    assert_int_equal(y.count, 5);
    for (uint32_t k = 1; k <= 5; k++)
        assert_int_equal(y.years[k - 1].k, k);
    assert_int_equal(y.years[0].hours, 200);
    assert_int_equal(y.years[2].post_hours, 100);
}

static void a_full_history_takes_no_other_year_but_adds_to_its_own(void **state)
{
    (void)state;
    const struct policy_values p = scheme_values(WINDOW_ROLLING);
    struct ce_years y = { 0 };
    for (uint32_t k = 1; k <= CE_YEARS_MAX; k++)
        assert_true(ce_years_add(&y, k, 6400, 6400));
    assert_false(ce_years_add(&y, CE_YEARS_MAX + 1, 100, 0));
    assert_true(ce_years_add(&y, CE_YEARS_MAX, UINT32_MAX, UINT32_MAX));
    assert_int_equal(y.count, CE_YEARS_MAX);
    assert_int_equal(y.years[CE_YEARS_MAX - 1].hours, UINT32_MAX);
    assert_int_equal(ce_years_counted(&y, CE_YEARS_MAX, &p).hours, 6400);
    assert_int_equal(ce_years_counted(&y, CE_YEARS_MAX + 1, &p).hours, 0);
    /* Past the calendar that we know, the deadline stays at its end. */
    assert_true(ce_deadline(18331, &y, &p) <= DATE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_in_the_file_is_in_its_ce_year),
        cmocka_unit_test(every_history_in_the_file_has_its_deadline),
        cmocka_unit_test(years_stay_in_order_whatever_arrives_first),
        cmocka_unit_test(a_full_history_takes_no_other_year_but_adds_to_its_own),
    };
    return cmocka_run_group_tests_name("ce", tests, NULL, NULL);
}
