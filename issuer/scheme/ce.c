#include "issuer/scheme/ce.h"

#include <assert.h>

#include "core/base/dates.h"

int ce_year_of(int32_t issued, int32_t date)
{
    if (date < issued)
        return -1;
    const int k = date_year(date) - date_year(issued);
    return date < ce_year_first(issued, k) ? k - 1 : k;
}

int32_t ce_year_first(int32_t issued, int k)
{
    return date_add_years(issued, k);
}

int32_t ce_year_last(int32_t issued, int k)
{
    return ce_year_first(issued, k + 1) - 1;
}

int ce_year_label(int32_t issued, int k)
{
    return date_year(issued) + k;
}

static uint32_t add_hours(uint32_t a, uint32_t b)
{
    return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

/* The place of year k, or where it would stand. */
static size_t place_of(const struct ce_years *y, uint32_t k)
{
    size_t i = 0;
    while (i < y->count && y->years[i].k < k)
        i++;
    return i;
}

bool ce_years_add(struct ce_years *y, uint32_t k, uint32_t hours, uint32_t post_hours)
{
    assert(y && k > 0 && y->count <= CE_YEARS_MAX);

    const size_t at = place_of(y, k);
    if (at == y->count || y->years[at].k != k) {
        if (y->count == CE_YEARS_MAX)
            return false;
        for (size_t i = y->count++; i > at; i--)
            y->years[i] = y->years[i - 1];
        y->years[at] = (struct ce_year){ .k = k };
    }
    y->years[at].hours = add_hours(y->years[at].hours, hours);
    y->years[at].post_hours = add_hours(y->years[at].post_hours, post_hours);
    return true;
}

static uint32_t at_most(uint32_t v, uint32_t cap)
{
    return v < cap ? v : cap;
}

struct ce_year ce_years_counted(const struct ce_years *y, uint32_t k, const struct policy_values *p)
{
    struct ce_year counted = { .k = k };
    const size_t at = place_of(y, k);
    if (at < y->count && y->years[at].k == k) {
        counted.hours = at_most(y->years[at].hours, p->year_hours_cap);
        counted.post_hours = at_most(y->years[at].post_hours, p->year_hours_cap);
    }
    return counted;
}

/* Years k and k+1 together. */
static bool pair_satisfied(const struct ce_years *y, uint32_t k, const struct policy_values *p)
{
    const struct ce_year a = ce_years_counted(y, k, p), b = ce_years_counted(y, k + 1, p);
    return add_hours(a.hours, b.hours) >= p->pair_hours &&
           add_hours(a.post_hours, b.post_hours) >= p->pair_post_hours;
}

int32_t ce_deadline(int32_t issued, const struct ce_years *y, const struct policy_values *p)
{
    assert(y && p && p->pair_hours > 0);

    /* Ends: behind the last year that has hours, a pair has none. */
    const uint32_t step = p->lapse_window == WINDOW_BLOCK ? 2 : 1;
    uint32_t k = 1;
    while (pair_satisfied(y, k, p))
        k += step;
    return ce_year_last(issued, (int)k + 1);
}
