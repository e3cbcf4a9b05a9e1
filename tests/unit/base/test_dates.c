#include "tests/unit/check.h"

#include <string.h>
#include <time.h>

#include "core/base/dates.h"

#define DAY_S 86400

static int32_t day(const char *text)
{
    int32_t date;
    if (!date_parse(span_text(text), &date))
        fail_msg("'%s' is a day", text);
    return date;
}

static const char *shown(int32_t date)
{
    static char text[DATE_TEXT_LEN + 1];
    date_format(date, text);
    return text;
}

static void days_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "2021-02-29", "1900-02-29", "2020-02-30", "2020-04-31", "2020-13-01", "2020-00-01",
        "2020-01-00", "2020-01-32", "1899-12-31", "2100-01-01", "0000-00-00",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int32_t date = 77;
        assert_false(date_parse(span_text(bad[i]), &date));
        assert_int_equal(date, 77);
    }
}

static void only_the_ten_characters_are_a_day(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2020",
        "2020-1-01",
        "2020-01-1",
        "2020-01-01 ",
        " 2020-01-01",
        "2020/01/01",
        "20200101",
        "+020-01-01",
        "2020-01-+1",
        "2020-01- 1",
        "2020-01-0x",
        "２020-01-01",
        "2020-01-01Z",
        "-020-01-01",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int32_t date;
        if (date_parse(span_text(bad[i]), &date))
            fail_msg("'%s' was taken for a day", bad[i]);
    }
}

static void a_nul_does_not_end_a_day(void **state)
{
    (void)state;
    int32_t date;
    assert_false(date_parse(span_of("2020-01-01\0", 11), &date));
    assert_false(date_parse((struct span){ 0 }, &date));
}

static void the_bounds_are_the_first_and_the_last_day(void **state)
{
    (void)state;
    assert_int_equal(day("1900-01-01"), DATE_MIN);
    assert_int_equal(day("2099-12-31"), DATE_MAX);
    assert_int_equal(day("1970-01-01"), 0);
    assert_int_equal(day("2000-02-29"), 11016);
}

/* The C library's own calendar as the second opinion, for every day there is. */
static void every_day_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int32_t date = DATE_MIN; date <= DATE_MAX; date++) {
        const time_t moment = (time_t)date * DAY_S;
        struct tm tm;
        assert_non_null(gmtime_r(&moment, &tm));
        int year, month, dom;
        date_to_ymd(date, &year, &month, &dom);
        assert_int_equal(year, tm.tm_year + 1900);
        assert_int_equal(month, tm.tm_mon + 1);
        assert_int_equal(dom, tm.tm_mday);
        assert_int_equal(date_year(date), year);
        assert_int_equal(day(shown(date)), date);
    }
}

static void a_day_outside_the_bounds_is_shown_as_none(void **state)
{
    (void)state;
    static const int32_t outside[] = { DATE_MIN - 1, DATE_MAX + 1, INT32_MIN, INT32_MAX };
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        assert_string_equal(shown(outside[i]), "0000-00-00");
        int year, month, dom;
        date_to_ymd(outside[i], &year, &month, &dom);
        assert_in_range(month, 1, 12);
        assert_in_range(dom, 1, 31);
    }
}

static void a_leap_day_becomes_the_28th_in_a_common_year(void **state)
{
    (void)state;
    assert_string_equal(shown(date_add_years(day("2020-02-29"), 1)), "2021-02-28");
    assert_string_equal(shown(date_add_years(day("2020-02-29"), 3)), "2023-02-28");
    assert_string_equal(shown(date_add_years(day("2020-02-29"), 4)), "2024-02-29");
    assert_string_equal(shown(date_add_years(day("2020-02-29"), -1)), "2019-02-28");
}

static void other_days_keep_month_and_day(void **state)
{
    (void)state;
    assert_string_equal(shown(date_add_years(day("2021-02-28"), 3)), "2024-02-28");
    assert_string_equal(shown(date_add_years(day("2020-03-10"), 2)), "2022-03-10");
    assert_string_equal(shown(date_add_years(day("2020-12-31"), 0)), "2020-12-31");
    assert_string_equal(shown(date_add_years(day("2020-01-01"), -120)), "1900-01-01");
}

static void adding_years_never_leaves_the_bounds(void **state)
{
    (void)state;
    assert_int_equal(date_add_years(DATE_MAX, 1), DATE_MAX);
    assert_int_equal(date_add_years(DATE_MIN, -1), DATE_MIN);
    assert_int_equal(date_add_years(0, INT32_MAX), DATE_MAX);
    assert_int_equal(date_add_years(0, INT32_MIN), DATE_MIN);
    assert_int_equal(date_add_years(INT32_MAX, INT32_MAX), DATE_MAX);
}

static void a_day_begins_at_midnight_in_utc_plus_8(void **state)
{
    (void)state;
    const int32_t date = day("2020-03-10");
    assert_int_equal(date_start_s(date), 1583769600); /* 2020-03-09T16:00:00Z */
    assert_int_equal(date_of_time(1583769600), date);
    assert_int_equal(date_of_time(1583769599), date - 1);
    assert_int_equal(date_of_time(-28800), 0);
    assert_int_equal(date_of_time(-28801), -1);
}

static void the_ends_of_time_do_not_overflow(void **state)
{
    (void)state;
    char text[TIME_TEXT_LEN + 1];
    assert_int_equal(date_of_time(INT64_MAX), INT32_MAX);
    assert_int_equal(date_of_time(INT64_MIN), INT32_MIN);
    assert_true(date_start_s(INT32_MAX) > 0);
    assert_true(date_start_s(INT32_MIN) < 0);
    time_format(INT64_MAX, text);
    assert_string_equal(text, "0000-00-00T00:00:00+08:00");
    time_format(INT64_MIN, text);
    assert_string_equal(text, "0000-00-00T00:00:00+08:00");
}

static void texts_that_are_no_moment_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2020-01-01T",
        "2020-01-01 00:00:00Z",
        "2020-01-01t00:00:00z",
        "2020-01-01T00:00:00",
        "2020-01-01T00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T00:60:00Z",
        "2020-01-01T23:59:60Z",
        "2020-01-01T00:00:00.Z",
        "2020-01-01T00:00:00+0800",
        "2020-01-01T00:00:00+24:00",
        "2020-01-01T00:00:00+08:60",
        "2020-01-01T00:00:00+08:00 ",
        "2020-01-01T00:00:00ZZ",
        "2021-02-29T00:00:00Z",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t moment = 77;
        if (time_parse(span_text(bad[i]), &moment))
            fail_msg("'%s' was taken for a moment", bad[i]);
        assert_int_equal(moment, 77);
    }
}

static void a_moment_is_the_same_however_its_offset_is_written(void **state)
{
    (void)state;
    static const char *const same[] = {
        "2023-03-09T15:59:59Z",      "2023-03-09T23:59:59+08:00", "2023-03-09T15:59:59.999Z",
        "2023-03-09T12:29:59-03:30", "2023-03-09T15:59:59-00:00",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        int64_t moment = 0;
        assert_true(time_parse(span_text(same[i]), &moment));
        assert_int_equal(moment, 1678377599);
    }
}

static void a_bare_day_is_its_first_second(void **state)
{
    (void)state;
    int64_t moment = 0;
    assert_true(time_parse(SPAN_LITERAL("2020-03-10"), &moment));
    assert_int_equal(moment, date_start_s(day("2020-03-10")));
}

static void a_moment_survives_being_written_and_read(void **state)
{
    (void)state;
    static const int64_t moments[] = { 0, -1, 1678377599, 4102415999, -2209017600, 951782400 };
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        char text[TIME_TEXT_LEN + 1];
        int64_t moment = 77;
        time_format(moments[i], text);
        assert_int_equal(strlen(text), TIME_TEXT_LEN);
        assert_true(time_parse(span_text(text), &moment));
        assert_int_equal(moment, moments[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_that_do_not_exist_are_refused),
        cmocka_unit_test(only_the_ten_characters_are_a_day),
        cmocka_unit_test(a_nul_does_not_end_a_day),
        cmocka_unit_test(the_bounds_are_the_first_and_the_last_day),
        cmocka_unit_test(every_day_agrees_with_the_c_library),
        cmocka_unit_test(a_day_outside_the_bounds_is_shown_as_none),
        cmocka_unit_test(a_leap_day_becomes_the_28th_in_a_common_year),
        cmocka_unit_test(other_days_keep_month_and_day),
        cmocka_unit_test(adding_years_never_leaves_the_bounds),
        cmocka_unit_test(a_day_begins_at_midnight_in_utc_plus_8),
        cmocka_unit_test(the_ends_of_time_do_not_overflow),
        cmocka_unit_test(texts_that_are_no_moment_are_refused),
        cmocka_unit_test(a_moment_is_the_same_however_its_offset_is_written),
        cmocka_unit_test(a_bare_day_is_its_first_second),
        cmocka_unit_test(a_moment_survives_being_written_and_read),
    };
    return cmocka_run_group_tests_name("dates", tests, NULL, NULL);
}
