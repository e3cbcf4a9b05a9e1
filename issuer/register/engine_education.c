/* Continuing education for a certificate of ours. For a legacy one: engine_legacy.c. */
#include <assert.h>

#include "core/base/dates.h"
#include "issuer/register/engine_internal.h"

static bool unknown_certificate(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->record->as.education.certificate.len > 0 && !w->cert_known && !w->legacy_known;
}

static bool holder_mismatch(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->has_document && (!w->person_known || w->person.id != w->cert.person);
}

static bool post_mismatch(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const uint32_t post = w->record->as.education.post;
    return post != 0 && post != w->cert.post;
}

static bool wrong_authority(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->listing && w->listing->unit != w->cert.unit;
}

static bool not_in_force(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->order_state != STATE_VALID;
}

static bool is_lapsed(const struct work *w, char detail[DETAIL_LEN])
{
    if (w->date == NO_DATE || w->date <= w->cert.deadline)
        return false;
    detail_dates(detail, w->date, ">", w->cert.deadline);
    return true;
}

static bool learning_ahead(const struct work *w, char detail[DETAIL_LEN])
{
    const int32_t from = ce_year_first(w->cert.issued, 1);
    if (w->date == NO_DATE || w->date >= from)
        return false;
    detail_dates(detail, w->date, "<", from);
    return true;
}

/* Which CE year of the certificate the row's label means; below 1: none. */
static int labelled_year(const struct work *w)
{
    return w->record->as.education.ce_year - ce_year_label(w->cert.issued, 0);
}

static bool ce_year_closed(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const int k = labelled_year(w);
    if (!work_read(w, "ce_year"))
        return false;
    if (k < 1)
        return true;
    if (w->date == NO_DATE)
        return false;
    const int finished = ce_year_of(w->cert.issued, w->date);
    return finished != k && !(w->policy->make_up_previous_year && finished == k + 1);
}

/* Hours may move the deadline, and that is a new token. */
static bool has_no_key(const struct work *w, char detail[DETAIL_LEN])
{
    return work_no_key(w, w->cert.unit, w->cert.post, detail);
}

static const struct rule certificate_rules[] = {
    { REASON_HOLDER_MISMATCH, "id_number", holder_mismatch },
    { REASON_POST_MISMATCH, "post", post_mismatch },
    { REASON_WRONG_AUTHORITY, "provider", wrong_authority },
    { REASON_NOT_IN_FORCE, "certificate", not_in_force },
    { REASON_LAPSED, "finished_on", is_lapsed },
    { REASON_LEARNING_AHEAD, "finished_on", learning_ahead },
    { REASON_CE_YEAR_CLOSED, "ce_year", ce_year_closed },
    { REASON_SIGNING_KEY_MISSING, NULL, has_no_key },
};
static const struct rule education_rules[] = {
    { REASON_UNKNOWN_CERTIFICATE, "certificate", unknown_certificate },
    { REASON_PROVIDER_NOT_ACTIVE, "provider", rule_provider_not_active },
};

/* A number here is looked up first. */
static enum rc find_certificate(struct work *w, struct diag *d)
{
    const struct span number = w->record->as.education.certificate;
    enum rc rc = register_cert_find(w->e->reg, number, &w->cert, d);
    w->cert_known = rc == RC_OK;
    if (rc == RC_OK)
        return register_order_state(w->e->reg, &w->cert, w->today, &w->order_state, d);
    if (rc != RC_NOT_FOUND)
        return rc;
    rc = register_legacy_find(w->e->reg, number, &w->legacy, d);
    w->legacy_known = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Those of the person's other certificates that share basic hours are signed anew too. */
static enum rc ask_for_keys_of_others(struct work *w, struct diag *d)
{
    for (size_t i = 0; w->person_known && i < w->person.cert_count; i++) {
        struct reg_cert c;
        char detail[DETAIL_LEN] = "";
        const enum rc rc = register_cert(w->e->reg, w->person.certs[i], &c, d);
        if (rc != RC_OK)
            return rc;
        if (work_no_key(w, c.unit, c.post, detail))
            reasons_add_detail(&w->outcome->reasons, REASON_SIGNING_KEY_MISSING, NULL, "%s",
                               detail);
    }
    return RC_OK;
}

static enum rc check_education(struct work *w, struct diag *d)
{
    const struct person_ref *const who = &w->record->as.education.person;
    work_find_provider(w, w->record->as.education.provider, w->record->as.education.finished_on);
    enum rc rc = work_find_person(w, who->id_type, who->id_number, who->name, d);
    if (rc == RC_OK)
        rc = find_certificate(w, d);
    if (rc != RC_OK)
        return rc;

    work_ask(w, education_rules, RULE_COUNT(education_rules));
    rc = ask_for_keys_of_others(w, d);
    if (rc != RC_OK)
        return rc;
    if (w->legacy_known)
        return work_exchange_check(w, d);
    if (w->cert_known) {
        w->policy = work_policy(w, w->cert.unit, w->date == NO_DATE ? w->today : w->date);
        work_ask(w, certificate_rules, RULE_COUNT(certificate_rules));
    }
    return RC_OK;
}

/* Adds hours to year k of c and stores it; a deadline that moves makes a new version. */
static enum rc credit(struct work *w, struct reg_cert *c, const struct ce_year *hours,
                      bool *ret_moved, struct diag *d)
{
    *ret_moved = false;
    if (!ce_years_add(&c->years, hours->k, hours->hours, hours->post_hours))
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "certificate '%s' has hours in over %d years",
                        c->number, CE_YEARS_MAX);

    const int32_t deadline = ce_deadline(c->issued, &c->years, work_policy(w, c->unit, w->date));
    if (deadline <= c->deadline)
        return register_cert_put(w->e->reg, c, false, d);
    c->deadline = deadline;
    c->version++;
    *ret_moved = true;
    return engine_log_version(w->e, c, &w->person, d);
}

static enum rc share_with(struct work *w, uint32_t id, uint32_t basic, struct diag *d)
{
    struct reg_cert c;
    enum state state;
    bool moved;
    enum rc rc = register_cert(w->e->reg, id, &c, d);
    if (rc == RC_OK)
        rc = register_order_state(w->e->reg, &c, w->today, &state, d);
    if (rc != RC_OK)
        return rc;

    const int k = ce_year_of(c.issued, w->date);
    if (state != STATE_VALID || c.deadline < w->date || k < 1)
        return RC_OK;
    const struct ce_year hours = { .k = (uint32_t)k, .hours = basic };
    return credit(w, &c, &hours, &moved, d);
}

enum rc work_share_basic(struct work *w, const struct reg_cert *named, struct diag *d)
{
    const uint32_t basic = w->record->as.education.hours - w->record->as.education.post_hours;
    enum rc rc = RC_OK;
    for (size_t i = 0; basic > 0 && rc == RC_OK && i < w->person.cert_count; i++)
        if (!named || w->person.certs[i] != named->id)
            rc = share_with(w, w->person.certs[i], basic, d);
    return rc;
}

static enum rc take_education(struct work *w, struct diag *d)
{
    if (w->legacy_known)
        return work_exchange_take(w, d);

    const struct ce_year hours = {
        .k = (uint32_t)labelled_year(w),
        .hours = w->record->as.education.hours,
        .post_hours = w->record->as.education.post_hours,
    };
    bool moved = false;
    const enum rc rc = credit(w, &w->cert, &hours, &moved, d);
    if (rc != RC_OK)
        return rc;
    if (moved)
        w->outcome->outcome = OUTCOME_RENEWED;
    w->row.cert = w->cert.id;
    w->row.version = w->cert.version;
    return work_share_basic(w, &w->cert, d);
}

const struct kind_work kind_education = { check_education, take_education };
