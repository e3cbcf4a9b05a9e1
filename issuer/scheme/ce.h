/*
 * Continuing education: CE years by anniversary, the lapse test over pairs of
 * years, the renewal deadline. Pure arithmetic on dates and hundredths of hours.
 */
#pragma once

#include "core/policy/policy.h"

#define CE_YEARS_MAX 80 /* of one certificate */

struct ce_year {
    uint32_t k;                 /* from 1 */
    uint32_t hours, post_hours; /* hundredths, summed over records, uncapped */
};

/* The years of one certificate that have hours, ascending k. */
struct ce_years {
    size_t count;
    struct ce_year years[CE_YEARS_MAX];
};

/* k such that date is in [D+k years, D+(k+1) years); 0 in the first 12 months, -1 before D. */
int ce_year_of(int32_t issued, int32_t date);
int32_t ce_year_first(int32_t issued, int k); /* D + k years */
int32_t ce_year_last(int32_t issued, int k);  /* the day before D + (k+1) years */
int ce_year_label(int32_t issued, int k);     /* year(D) + k */

/* False: CE_YEARS_MAX is reached. */
MUST_CHECK bool ce_years_add(struct ce_years *y, uint32_t k, uint32_t hours, uint32_t post_hours);

/* What counts of one year: capped at policy's year_hours_cap. Zero hours when the year has none. */
struct ce_year ce_years_counted(const struct ce_years *y, uint32_t k,
                                const struct policy_values *p);

/* Last day of CE year k+1 of the smallest unsatisfied pair (rolling: every pair; block: 1–2, 3–4,
 * …). */
int32_t ce_deadline(int32_t issued, const struct ce_years *y, const struct policy_values *p);
