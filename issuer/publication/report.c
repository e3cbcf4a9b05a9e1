#include "issuer/publication/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "issuer/publication/person_set.h"
#include "issuer/publication/report_months.h"

struct tally {
    struct reg *reg;
    const struct policy *policy;
    struct report *report;
    struct report_details *details; /* NULL: not asked for */
    struct person_set learners;
};

static void tally_free(struct tally *t)
{
    person_set_free(&t->learners);
}

static struct report_row *row_of(struct report *rep, uint32_t unit)
{
    for (size_t i = 0; i < rep->count; i++) {
        if (rep->rows[i].unit == unit)
            return &rep->rows[i];
    }
    /* A unit that is not registered cannot be; it is not lost from the total all the same. */
    return &rep->total;
}

/* --- rows --- */

static uint32_t unit_of_provider(struct reg *r, struct span provider, int32_t date)
{
    const struct reg_provider *p = register_provider(r, provider);
    const struct reg_provider_row *row = p ? provider_listing(p, date) : NULL;
    return row ? row->unit : 0;
}

/* A record counts under the unit of its provider, on its own date. */
static struct report_row *place_of(struct tally *t, struct span provider, int32_t date)
{
    return row_of(t->report, unit_of_provider(t->reg, provider, date));
}

static void add_training(struct tally *t, const struct record *record)
{
    const int32_t date = record->as.training.finished_on;
    if (date <= t->report->as_of)
        place_of(t, record->as.training.provider, date)->trainings++;
}

static void add_test(struct tally *t, const struct record *record, bool passed)
{
    const int32_t date = record->as.test.held_on;
    if (date > t->report->as_of)
        return;
    struct report_row *const to = place_of(t, record->as.test.provider, date);
    to->tests++;
    to->passes += passed;
}

static enum rc add_education(struct tally *t, const struct record *record, uint64_t person,
                             struct diag *d)
{
    const int32_t date = record->as.education.finished_on;
    if (date > t->report->as_of || person == 0)
        return RC_OK;
    return person_set_add(&t->learners,
                          unit_of_provider(t->reg, record->as.education.provider, date), person, d);
}

static enum rc add_row(struct tally *t, const struct reg_row *row, struct diag *d)
{
    struct record record;
    if (row->kind != KIND_TRAINING && row->kind != KIND_TEST && row->kind != KIND_EDUCATION &&
        row->kind != KIND_LEGACY)
        return RC_OK;
    const enum rc rc = register_row_record(t->reg, row, &record, d);
    if (rc != RC_OK)
        return rc;

    if (row->kind == KIND_TRAINING)
        add_training(t, &record);
    else if (row->kind == KIND_TEST)
        add_test(t, &record, row->passed);
    else if (row->kind == KIND_EDUCATION)
        return add_education(t, &record, row->person, d);
    else if (date_of_time(row->arrived_at) <= t->report->as_of)
        row_of(t->report, record.as.legacy.unit)->legacy++;
    return RC_OK;
}

static enum rc add_rows(struct tally *t, struct diag *d)
{
    const uint64_t count = register_row_count(t->reg);
    for (uint64_t i = 0; i < count; i++) {
        struct reg_row row;
        enum rc rc = register_row(t->reg, i, &row, d);
        if (rc == RC_OK)
            rc = add_row(t, &row, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* --- certificates --- */

static void add_state(struct report_row *to, enum state state)
{
    switch (state) {
    case STATE_DUE:
        to->due_90++;
        to->in_force++;
        break;
    case STATE_VALID:
        to->in_force++;
        break;
    case STATE_SUSPENDED:
        to->suspended++;
        break;
    case STATE_REVOKED:
        to->revoked++;
        break;
    case STATE_WITHDRAWN:
        to->withdrawn++;
        break;
    case STATE_CANCELLED:
        to->cancelled++;
        break;
    case STATE_LAPSED:
        to->lapsed++;
        break;
    case STATE_UNKNOWN:
        break;
    }
}

/* Counts renewals up to the day and leaves in c the deadline that was known then. */
static enum rc go_back_to(struct tally *t, struct reg_cert *c, struct report_row *to,
                          struct diag *d)
{
    int32_t deadline = 0;
    for (uint32_t v = 1; v <= c->version; v++) {
        struct reg_version version;
        const enum rc rc = register_version(t->reg, c->id, v, &version, d);
        if (rc != RC_OK)
            return rc;
        /* The first was known on the day of issue, whenever its token was signed in the end. */
        if (v > 1 && date_of_time(version.signed_at) > t->report->as_of)
            break;
        if (v > 1 && version.deadline != deadline) {
            to->renewed++;
            months_add_renewal(t->details, date_of_time(version.signed_at));
        }
        deadline = version.deadline;
    }
    c->deadline = deadline;
    return RC_OK;
}

static enum rc add_certificate(struct tally *t, uint32_t id, struct diag *d)
{
    struct reg_cert c;
    enum rc rc = register_cert(t->reg, id, &c, d);
    if (rc != RC_OK || c.issued > t->report->as_of)
        return rc;

    struct report_row *to = row_of(t->report, c.unit);
    if (c.origin == ORIGIN_EXCHANGE)
        to->exchanged++;
    else
        to->issued++;
    months_add_issue(t->details, c.issued);

    enum state state = STATE_UNKNOWN;
    rc = go_back_to(t, &c, to, d);
    if (rc == RC_OK)
        rc = register_state(t->reg, &c, t->report->as_of,
                            policy_at(t->policy, c.unit, t->report->as_of), &state, d);
    if (rc != RC_OK)
        return rc;
    add_state(to, state);
    months_add_state(t->details, &c, state);
    return RC_OK;
}

static enum rc add_certificates(struct tally *t, struct diag *d)
{
    enum rc rc = RC_OK;
    const uint32_t count = register_cert_count(t->reg);
    for (uint32_t id = 0; rc == RC_OK && id < count; id++)
        rc = add_certificate(t, id, d);
    return rc;
}

/* --- units and providers --- */

static enum rc list_units(struct tally *t, struct diag *d)
{
    struct report *rep = t->report;
    size_t count = 0;
    for (const struct reg_unit *u = register_unit_next(t->reg, 0); u;
         u = register_unit_next(t->reg, u->id))
        count++;

    rep->rows = calloc(count + 1, sizeof *rep->rows);
    if (!rep->rows)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a report of %zu units", count);

    for (const struct reg_unit *u = register_unit_next(t->reg, 0); u;
         u = register_unit_next(t->reg, u->id)) {
        struct report_row *row = &rep->rows[rep->count++];
        row->unit = u->id;
        memcpy(row->name, u->name, sizeof row->name);
        row->plan = unit_plan_on(u, rep->as_of);
        row->docking = unit_docking_on(u, rep->as_of);
        rep->plans[row->plan]++;
        rep->dockings[row->docking]++;
    }
    return RC_OK;
}

static void count_providers(struct tally *t)
{
    const size_t count = register_provider_count(t->reg);
    for (uint32_t i = 0; i < count; i++) {
        const struct reg_provider_row *row =
            provider_on(register_provider_at(t->reg, i), t->report->as_of);
        if (row && row->status != PROVIDER_REMOVED)
            row_of(t->report, row->unit)->providers++;
    }
}

static void count_learners(struct tally *t)
{
    struct person_set *s = &t->learners;
    person_set_unique(s);
    for (size_t i = 0; i < s->count; i++)
        row_of(t->report, (uint32_t)(s->items[i] >> 48))->education_persons++;

    /* One person may learn in two units, and is still one person in the total. */
    for (size_t i = 0; i < s->count; i++)
        s->items[i] &= ((uint64_t)1 << 48) - 1;
    person_set_unique(s);
}

static void add_up(struct tally *t)
{
    struct report *rep = t->report;
    for (size_t i = 0; i < rep->count; i++) {
#define X(column, chinese, unit) rep->total.column += rep->rows[i].column;
        REPORT_COLUMNS(X)
#undef X
    }
    rep->total.education_persons = t->learners.count;
    memcpy(rep->total.name, "合计", sizeof "合计");
}

void report_free(struct report *rep)
{
    free(rep->rows);
    *rep = (struct report){ 0 };
}

enum rc report_make(struct reg *r, const struct policy *p, int32_t as_of, struct report *ret,
                    struct diag *d)
{
    return report_make_detailed(r, p, as_of, ret, NULL, d);
}

enum rc report_make_detailed(struct reg *r, const struct policy *p, int32_t as_of,
                             struct report *ret, struct report_details *ret_details, struct diag *d)
{
    assert(r && p && ret);

    ON_EXIT(report_free) struct report rep = { .as_of = as_of };
    ON_EXIT(tally_free)
    struct tally t = { .reg = r, .policy = p, .report = &rep, .details = ret_details };
    if (ret_details)
        months_begin(ret_details, as_of);

    enum rc rc = list_units(&t, d);
    if (rc == RC_OK)
        rc = add_rows(&t, d);
    if (rc == RC_OK)
        rc = add_certificates(&t, d);
    if (rc != RC_OK)
        return rc;

    count_providers(&t);
    count_learners(&t);
    add_up(&t);
    *ret = rep;
    rep.rows = NULL;
    return RC_OK;
}
