#include "core/base/dates.h"

#define DAY_S    INT64_C(86400)
#define HOUR_S   INT64_C(3600)
#define MINUTE_S INT64_C(60)
#define UTC8_S   (8 * HOUR_S)

/* Years are counted from March, so that a leap day is the last day of its year; an era is 400
 * years. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
#define ERA_YEARS     400
#define ERA_DAYS      146097
#define EPOCH_ERA_DAY 719468 /* 1970-01-01, from 0000-03-01 */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t days_of(int64_t year, int month, int day)
{
    const int64_t y = year - (month <= 2);
    const int64_t era = floor_div(y, ERA_YEARS), year_of_era = y - era * ERA_YEARS;
    const int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_ERA_DAY;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_len(int64_t year, int month)
{
    static const int len[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap(year) ? 29 : len[month - 1];
}

bool date_from_ymd(int year, int month, int day, int32_t *ret)
{
    if (year < 1900 || year > 2099 || month < 1 || month > 12 || day < 1 ||
        day > month_len(year, month))
        return false;

    *ret = (int32_t)days_of(year, month, day);
    return true;
}

void date_to_ymd(int32_t date, int *year, int *month, int *day)
{
    const int64_t from_march = (int64_t)date + EPOCH_ERA_DAY;
    const int64_t era = floor_div(from_march, ERA_DAYS), day_of_era = from_march - era * ERA_DAYS;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month_from_march = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int)(year_of_era + era * ERA_YEARS + (*month <= 2));
}

int date_year(int32_t date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    return year;
}

/* n digits and nothing else: no sign, no space, as strtol() would take. */
static bool take_digits(struct span *text, size_t n, int *ret)
{
    if (text->len < n)
        return false;

    int v = 0;
    for (size_t i = 0; i < n; i++) {
        if (text->ptr[i] < '0' || text->ptr[i] > '9')
            return false;
        v = v * 10 + (text->ptr[i] - '0');
    }
    *ret = v;
    *text = span_of(text->ptr + n, text->len - n);
    return true;
}

static bool take_char(struct span *text, char c)
{
    if (text->len == 0 || text->ptr[0] != (uint8_t)c)
        return false;

    *text = span_of(text->ptr + 1, text->len - 1);
    return true;
}

static bool take_date(struct span *text, int32_t *ret)
{
    int year, month, day;
    return take_digits(text, 4, &year) && take_char(text, '-') && take_digits(text, 2, &month) &&
           take_char(text, '-') && take_digits(text, 2, &day) &&
           date_from_ymd(year, month, day, ret);
}

bool date_parse(struct span text, int32_t *ret)
{
    int32_t date;
    if (!take_date(&text, &date) || text.len != 0)
        return false;

    *ret = date;
    return true;
}

/* The last two digits: by hand, since verdicts are written by the thousand. */
static void put_two(char *to, unsigned v)
{
    to[0] = (char)('0' + v / 10 % 10);
    to[1] = (char)('0' + v % 10);
}

void date_format(int32_t date, char ret[DATE_TEXT_LEN + 1])
{
    /* What is shown may come from an unchecked list: never longer than the array. */
    if (date < DATE_MIN || date > DATE_MAX) {
        memcpy(ret, "0000-00-00", DATE_TEXT_LEN + 1);
        return;
    }

    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    memcpy(ret, "0000-00-00", DATE_TEXT_LEN + 1);
    put_two(ret, (unsigned)year / 100);
    put_two(ret + 2, (unsigned)year);
    put_two(ret + 5, (unsigned)month);
    put_two(ret + 8, (unsigned)day);
}

int32_t date_add_years(int32_t date, int years)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);

    const int64_t to = (int64_t)year + years;
    const int last = month_len(to, month);
    const int64_t days = days_of(to, month, day < last ? day : last);
    if (days < DATE_MIN)
        return DATE_MIN;
    return days > DATE_MAX ? DATE_MAX : (int32_t)days;
}

int32_t date_of_time(int64_t unix_s)
{
    /* Divided first: the sum with the offset could overflow. */
    const int64_t rest = unix_s % DAY_S + UTC8_S;
    const int64_t date = unix_s / DAY_S + floor_div(rest, DAY_S);
    if (date < INT32_MIN)
        return INT32_MIN;
    return date > INT32_MAX ? INT32_MAX : (int32_t)date;
}

int64_t date_start_s(int32_t date)
{
    return (int64_t)date * DAY_S - UTC8_S;
}

static bool take_clock(struct span *text, int64_t *ret_s)
{
    int hour, minute, second;
    if (!take_digits(text, 2, &hour) || !take_char(text, ':') || !take_digits(text, 2, &minute) ||
        !take_char(text, ':') || !take_digits(text, 2, &second))
        return false;
    /* Unix seconds have no leap second. */
    if (hour > 23 || minute > 59 || second > 59)
        return false;

    *ret_s = (int64_t)hour * HOUR_S + minute * MINUTE_S + second;
    return true;
}

/* Parts of a second are read and dropped. */
static bool take_fraction(struct span *text)
{
    int digit;
    if (!take_char(text, '.'))
        return true;
    if (!take_digits(text, 1, &digit))
        return false;
    while (take_digits(text, 1, &digit))
        ;
    return true;
}

static bool take_offset(struct span *text, int64_t *ret_s)
{
    if (take_char(text, 'Z')) {
        *ret_s = 0;
        return true;
    }

    const bool west = take_char(text, '-');
    int hours, minutes;
    if (!west && !take_char(text, '+'))
        return false;
    if (!take_digits(text, 2, &hours) || !take_char(text, ':') || !take_digits(text, 2, &minutes))
        return false;
    if (hours > 23 || minutes > 59)
        return false;

    const int64_t east_s = (int64_t)hours * HOUR_S + minutes * MINUTE_S;
    *ret_s = west ? -east_s : east_s;
    return true;
}

bool time_parse(struct span text, int64_t *ret_s)
{
    int32_t date;
    if (!take_date(&text, &date))
        return false;
    if (text.len == 0) {
        *ret_s = date_start_s(date);
        return true;
    }

    int64_t clock_s, offset_s;
    if (!take_char(&text, 'T') || !take_clock(&text, &clock_s) || !take_fraction(&text) ||
        !take_offset(&text, &offset_s) || text.len != 0)
        return false;

    *ret_s = (int64_t)date * DAY_S + clock_s - offset_s;
    return true;
}

void time_format(int64_t unix_s, char ret[TIME_TEXT_LEN + 1])
{
    const int32_t date = date_of_time(unix_s);
    const bool shown = date >= DATE_MIN && date <= DATE_MAX;
    const unsigned s = shown ? (unsigned)(unix_s - date_start_s(date)) : 0;
    date_format(date, ret);
    memcpy(ret + DATE_TEXT_LEN, "T00:00:00+08:00", sizeof "T00:00:00+08:00");
    put_two(ret + DATE_TEXT_LEN + 1, s / 3600);
    put_two(ret + DATE_TEXT_LEN + 4, s / 60 % 60);
    put_two(ret + DATE_TEXT_LEN + 7, s % 60);
}
