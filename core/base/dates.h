/*
 * Calendar days and moments. A day is a number of days since 1970-01-01 in the
 * calendar of China Standard Time (UTC+8, no summer time); a moment is Unix
 * seconds. Pure: nothing here asks the clock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/attrs.h"
#include "core/base/span.h"

#define DATE_TEXT_LEN  10 /* YYYY-MM-DD */
#define TIME_TEXT_LEN  25 /* YYYY-MM-DDTHH:MM:SS+08:00 */
#define CLOCK_TEXT_AT  11 /* where HH:MM:SS stands in it */
#define CLOCK_TEXT_LEN 8
#define DATE_MIN       (-25567) /* 1900-01-01 */
#define DATE_MAX       47481    /* 2099-12-31 */

/* The proleptic Gregorian calendar; year 1900 to 2099. False, nothing written: no such day. */
MUST_CHECK bool date_from_ymd(int year, int month, int day, int32_t *ret);
void date_to_ymd(int32_t date, int *year, int *month, int *day); /* any int32 */
int date_year(int32_t date);

/* Exactly YYYY-MM-DD, a day that exists, 1900 to 2099. False, nothing written: anything else. */
MUST_CHECK bool date_parse(struct span text, int32_t *ret);

/* "0000-00-00" for a day outside DATE_MIN to DATE_MAX. */
void date_format(int32_t date, char ret[DATE_TEXT_LEN + 1]);

/*
 * The same month and day in a later (or earlier) year; 29 February becomes 28 February in a
 * common year. Past DATE_MIN or DATE_MAX it stays there. Civil Code of the PRC, article 202.
 */
int32_t date_add_years(int32_t date, int years);

int32_t date_of_time(int64_t unix_s); /* the day in UTC+8 that holds this moment; saturates */
int64_t date_start_s(int32_t date);   /* its first second */

/*
 * RFC 3339: a date, 'T', a time, 'Z' or an offset, both letters upper case; or a bare date (its
 * first second in UTC+8). Parts of a second are dropped. False, nothing written: anything else, a
 * leap second too.
 */
MUST_CHECK bool time_parse(struct span text, int64_t *ret_s);

/* With +08:00. "0000-00-00T00:00:00+08:00" for a moment outside DATE_MIN to DATE_MAX. */
void time_format(int64_t unix_s, char ret[TIME_TEXT_LEN + 1]);
