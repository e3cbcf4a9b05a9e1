#include "issuer/publication/report_months.h"

static int month_of(int32_t date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    return year * 12 + month - 1;
}

static int32_t month_start(int month)
{
    int32_t date = 0;
    return date_from_ymd(month / 12, month % 12 + 1, 1, &date) ? date : DATE_MAX;
}

void months_begin(struct report_details *to, int32_t as_of)
{
    const int now = month_of(as_of);
    *to = (struct report_details){ .issued = { 0 } };
    for (int i = 0; i < REPORT_MONTHS; i++) {
        to->months[i] = month_start(now - REPORT_MONTHS + 1 + i);
        to->ahead[i] = month_start(now + i);
    }
}

/* A place of the table that begins with the month of `first`; others are passed over. */
static void count_month(uint64_t places[REPORT_MONTHS], int32_t first, int32_t date)
{
    const int i = month_of(date) - month_of(first);
    if (i >= 0 && i < REPORT_MONTHS)
        places[i]++;
}

void months_add_issue(struct report_details *to, int32_t date)
{
    if (to)
        count_month(to->issued, to->months[0], date);
}

void months_add_renewal(struct report_details *to, int32_t date)
{
    if (to)
        count_month(to->renewed, to->months[0], date);
}

void months_add_state(struct report_details *to, const struct reg_cert *c, enum state state)
{
    if (!to || (state != STATE_VALID && state != STATE_DUE))
        return;
    count_month(to->deadlines, to->ahead[0], c->deadline);
    if (c->post <= POST_CODE_MAX)
        to->in_force[c->post]++;
}
