/*
 * ce_deadline() against somebody who sits with a wall calendar and a ledger: walks day by day from
 * the first issue date, knows leap years only as a rule for turning pages, and lapses on the
 * evening when a pair of years has too few hours. The walker has switches that make it wrong; each
 * wrong walker must be told from the right one by the same histories, or the histories prove
 * nothing.
 */
#include "tests/unit/check.h"

#include <stdbool.h>
#include <stdio.h>

#include "core/base/dates.h"
#include "issuer/scheme/ce.h"

#define HISTORIES    100000
#define EVENTS_MAX   24
#define WALK_YEARS   16
#define LEDGER_YEARS (WALK_YEARS + 2)

struct event {
    int32_t date;
    uint32_t total, post;
};

struct history {
    int32_t issued;
    size_t count;
    struct event events[EVENTS_MAX];
    enum lapse_window window;
    uint32_t cap; /* with the scheme's 64 hours a cap never moves a deadline: smaller ones do */
};

enum mistake {
    MISTAKE_NONE,
    NO_CAP,            /* all hours of a year count */
    NO_POST_RULE,      /* post-specific hours are not asked for */
    LEAP_DAY_TO_MARCH, /* 29 February has its anniversary on 1 March */
    ON_THE_DAY,        /* lapses a day late */
    FIRST_YEAR_COUNTS, /* hours of the first 12 months are added to CE year 1 */
    OTHER_WINDOW,      /* rolling and block exchanged */
    YEAR_BY_YEAR,      /* 32 and 22 hours in each year instead of a sum over two */
    CALENDAR_YEARS,    /* CE years begin on 1 January */
    MISTAKE_COUNT
};

static uint64_t seed;
static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

struct page {
    int year, month, day;
};

static bool page_is_leap(int year)
{
    return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
}

static struct page next_page(struct page p)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const int length = p.month == 2 && page_is_leap(p.year) ? 29 : lengths[p.month - 1];
    if (++p.day > length) {
        p.day = 1;
        p.month++;
    }
    if (p.month > 12) {
        p.month = 1;
        p.year++;
    }
    return p;
}

static bool is_anniversary(struct page p, struct page issued, enum mistake m)
{
    if (m == CALENDAR_YEARS)
        return p.month == 1 && p.day == 1;
    if (issued.month == 2 && issued.day == 29 && !page_is_leap(p.year))
        return m == LEAP_DAY_TO_MARCH ? p.month == 3 && p.day == 1 : p.month == 2 && p.day == 28;
    return p.month == issued.month && p.day == issued.day;
}

static uint32_t counted(const struct history *h, uint32_t hours, enum mistake m)
{
    return hours > h->cap && m != NO_CAP ? h->cap : hours;
}

/* Does the pair of years k-1 and k, which ends tonight, lapse the certificate? */
static bool pair_fails(const struct history *h, uint32_t (*ledger)[2], int k, enum mistake m)
{
    const uint32_t *const a = ledger[k - 1], *const b = ledger[k];
    if (m == YEAR_BY_YEAR)
        return a[0] < 3200 || a[1] < 2200 || b[0] < 3200 || b[1] < 2200;
    if (counted(h, a[0], m) + counted(h, b[0], m) < 6400)
        return true;
    return m != NO_POST_RULE && counted(h, a[1], m) + counted(h, b[1], m) < 4400;
}

static void write_down(const struct history *h, int32_t date, int k, uint32_t (*ledger)[2],
                       enum mistake m)
{
    const int in = k == 0 && m == FIRST_YEAR_COUNTS ? 1 : k;
    for (size_t i = 0; i < h->count && in > 0; i++)
        if (h->events[i].date == date) {
            ledger[in][0] += h->events[i].total;
            ledger[in][1] += h->events[i].post;
        }
}

/* The day of the next entry, so that most pages are turned without a look at the ledger. */
static int32_t next_entry(const struct history *h, int32_t from)
{
    int32_t next = INT32_MAX;
    for (size_t i = 0; i < h->count; i++)
        if (h->events[i].date >= from && h->events[i].date < next)
            next = h->events[i].date;
    return next;
}

static int32_t walk(const struct history *h, enum mistake m)
{
    const bool block = (h->window == WINDOW_BLOCK) != (m == OTHER_WINDOW);
    uint32_t ledger[LEDGER_YEARS][2] = { 0 };
    struct page issued;
    date_to_ymd(h->issued, &issued.year, &issued.month, &issued.day);

    struct page today = issued;
    int k = 0;
    int32_t entry = next_entry(h, h->issued);
    for (int32_t date = h->issued;; date++) {
        if (date == entry) {
            write_down(h, date, k, ledger, m);
            entry = next_entry(h, date + 1);
        }
        today = next_page(today);
        if (!is_anniversary(today, issued, m))
            continue;
        const bool pair_ends = k >= 2 && (!block || k % 2 == 0);
        if (pair_ends && pair_fails(h, ledger, k, m))
            return m == ON_THE_DAY ? date + 1 : date;
        if (++k > WALK_YEARS)
            return -1;
    }
}

/* Education comes as a burst in some years; often just enough, sometimes much or too little. */
static void add_event(struct history *h, int32_t around)
{
    static const uint32_t totals[] = { 3200, 3200, 6400, 1600, 3199, 4000, 6000, 800 };
    static const uint32_t shares[] = { 6875, 6875, 10000, 5000, 7000, 0 };
    struct event *const e = &h->events[h->count++];
    e->date = around + (int32_t)below(3) - 1;
    e->total = totals[below(8)];
    e->post = (uint32_t)((uint64_t)e->total * shares[below(6)] / 10000);
}

static struct history random_history(void)
{
    struct history h = { .issued = 17878 + (int32_t)below(3000) };
    h.window = below(2) == 0 ? WINDOW_ROLLING : WINDOW_BLOCK;
    h.cap = below(2) == 0 ? 6400 : 3200 + below(3200);
    if (below(8) == 0 && !date_from_ymd(2020 + 4 * (int)below(3), 2, 29, &h.issued))
        fail();

    const uint32_t years = below(10);
    for (uint32_t k = 0; k < years; k++) {
        /* Near an anniversary, where a day decides, or somewhere in the year. */
        const int32_t first = date_add_years(h.issued, (int)k);
        if (below(10) > 0)
            add_event(&h, below(2) == 0 ? first : first + (int32_t)below(365));
        if (below(2) == 0)
            add_event(&h, first + (int32_t)below(365));
    }
    return h;
}

static struct policy_values values_of(enum lapse_window window, uint32_t cap)
{
    return (struct policy_values){
        .pair_hours = 6400, .pair_post_hours = 4400, .year_hours_cap = cap, .lapse_window = window
    };
}

static int32_t answer(const struct history *h, enum lapse_window window, size_t events)
{
    const struct policy_values p = values_of(window, h->cap);
    struct ce_years y = { 0 };
    for (size_t i = 0; i < events; i++) {
        const int k = ce_year_of(h->issued, h->events[i].date);
        if (k > 0)
            assert_true(ce_years_add(&y, (uint32_t)k, h->events[i].total, h->events[i].post));
    }
    return ce_deadline(h->issued, &y, &p);
}

static void the_deadline_is_the_day_on_which_the_walker_lapses(void **state)
{
    (void)state;
    seed = 20201110;
    for (int i = 0; i < HISTORIES; i++) {
        const struct history h = random_history();
        const int32_t walked = walk(&h, MISTAKE_NONE), got = answer(&h, h.window, h.count);
        if (walked != got)
            fail_msg("history %d, issued %d, window %d: %d, walker %d", i, h.issued, h.window, got,
                     walked);
    }
}

static void every_wrong_walker_is_found_out(void **state)
{
    (void)state;
    for (int m = MISTAKE_NONE + 1; m < MISTAKE_COUNT; m++) {
        seed = 20201110;
        int found = 0;
        for (int i = 0; i < 2000; i++) {
            const struct history h = random_history();
            found += walk(&h, (enum mistake)m) != answer(&h, h.window, h.count);
        }
        if (found == 0)
            fail_msg("mistake %d went unnoticed", m);
    }
}

static void more_hours_never_bring_the_deadline_forward(void **state)
{
    (void)state;
    seed = 662;
    for (int i = 0; i < HISTORIES / 10; i++) {
        const struct history h = random_history();
        int32_t before = answer(&h, h.window, 0);
        assert_int_equal(before, date_add_years(h.issued, 3) - 1);
        for (size_t n = 1; n <= h.count; n++) {
            const int32_t after = answer(&h, h.window, n);
            assert_true(after >= before);
            before = after;
        }
    }
}

static void the_rolling_deadline_is_never_later_than_the_block_one(void **state)
{
    (void)state;
    seed = 384;
    int earlier = 0;
    for (int i = 0; i < HISTORIES / 10; i++) {
        const struct history h = random_history();
        const int32_t rolling = answer(&h, WINDOW_ROLLING, h.count);
        const int32_t block = answer(&h, WINDOW_BLOCK, h.count);
        assert_true(rolling <= block);
        earlier += rolling < block;
    }
    assert_true(earlier > 0);
}

static void the_order_of_arrival_does_not_matter(void **state)
{
    (void)state;
    seed = 9;
    for (int i = 0; i < HISTORIES / 10; i++) {
        struct history h = random_history();
        const int32_t before = answer(&h, h.window, h.count);
        for (size_t n = h.count; n > 1; n--) {
            const size_t other = below((uint32_t)n);
            const struct event e = h.events[n - 1];
            h.events[n - 1] = h.events[other];
            h.events[other] = e;
        }
        assert_int_equal(answer(&h, h.window, h.count), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deadline_is_the_day_on_which_the_walker_lapses),
        cmocka_unit_test(every_wrong_walker_is_found_out),
        cmocka_unit_test(more_hours_never_bring_the_deadline_forward),
        cmocka_unit_test(the_rolling_deadline_is_never_later_than_the_block_one),
        cmocka_unit_test(the_order_of_arrival_does_not_matter),
    };
    return cmocka_run_group_tests_name("ce_property", tests, NULL, NULL);
}
