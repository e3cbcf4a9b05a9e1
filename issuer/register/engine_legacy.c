/* Legacy certificates, and their exchange by a row of continuing education. */
#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/register/engine_internal.h"

/* --- legacy rows --- */

static bool unknown_unit(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const uint32_t unit = w->record->as.legacy.unit;
    return unit != 0 && !register_unit(w->e->reg, unit);
}

static bool legacy_closed(const struct work *w, char detail[DETAIL_LEN])
{
    const uint32_t unit = w->record->as.legacy.unit;
    const int32_t deadline = work_policy(w, unit, w->today)->legacy_upload_deadline;
    if (unit == 0 || w->today <= deadline)
        return false;
    detail_dates(detail, w->today, ">", deadline);
    return true;
}

static bool not_legacy(const struct work *w, char detail[DETAIL_LEN])
{
    const int32_t issued = w->record->as.legacy.issued_on;
    if (issued == NO_DATE)
        return false;
    const int32_t before = work_policy(w, w->record->as.legacy.unit, issued)->legacy_issued_before;
    if (issued < before)
        return false;
    detail_dates(detail, issued, ">=", before);
    return true;
}

static bool number_taken(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->number_taken;
}

static bool already_certified(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->certified;
}

static const struct rule legacy_rules[] = {
    { REASON_UNKNOWN_UNIT, "unit_id", unknown_unit },
    { REASON_LEGACY_CLOSED, NULL, legacy_closed },
    { REASON_NOT_LEGACY, "issued_on", not_legacy },
    { REASON_LEGACY_NUMBER_TAKEN, "old_number", number_taken },
    { REASON_ALREADY_CERTIFIED, "post", already_certified },
};

/* A row that names an old number must mean one certificate, so it may not be a number of ours
 * either. */
static enum rc find_number(struct work *w, struct diag *d)
{
    const struct span number = w->record->as.legacy.old_number;
    enum rc rc = register_legacy_find(w->e->reg, number, &w->legacy, d);
    if (rc == RC_NOT_FOUND)
        rc = register_cert_find(w->e->reg, number, &w->cert, d);
    w->number_taken = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc check_legacy(struct work *w, struct diag *d)
{
    const struct person_ref *const who = &w->record->as.legacy.person;
    enum rc rc = work_find_person(w, who->id_type, who->id_number, who->name, d);
    if (rc == RC_OK)
        rc = find_number(w, d);
    if (rc == RC_OK)
        rc = work_find_certified(w, w->record->as.legacy.post, d);
    if (rc != RC_OK)
        return rc;
    work_ask(w, legacy_rules, RULE_COUNT(legacy_rules));
    if (w->person_known && w->person.legacy_count == PERSON_CERTS_MAX)
        reasons_add_detail(&w->outcome->reasons, REASON_FIELD_INVALID, "old_number",
                           "over %d legacy certificates of one person", PERSON_CERTS_MAX);
    return RC_OK;
}

static enum rc take_legacy(struct work *w, struct diag *d)
{
    work_name_person(w, &w->record->as.legacy.person);
    struct reg_legacy l = {
        .unit = w->record->as.legacy.unit,
        .post = w->record->as.legacy.post,
        .person = w->person.id,
        .issued_on = w->record->as.legacy.issued_on,
        .exchanged_cert = -1,
    };
    const struct span number = w->record->as.legacy.old_number;
    assert(number.len < sizeof l.old_number);
    memcpy(l.old_number, number.ptr, number.len);
    const enum rc rc = register_legacy_put(w->e->reg, &l, true, d);
    if (rc != RC_OK)
        return rc;
    w->person.legacies[w->person.legacy_count++] = l.id;
    w->person_changed = true;
    return RC_OK;
}

const struct kind_work kind_legacy = { check_legacy, take_legacy };

/* --- exchange --- */

static bool holder_mismatch(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->has_document && (!w->person_known || w->person.id != w->legacy.person);
}

static bool post_mismatch(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const uint32_t post = w->record->as.education.post;
    return post != 0 && post != w->legacy.post;
}

static bool wrong_authority(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->listing && w->listing->unit != w->legacy.unit;
}

static bool exchange_closed(const struct work *w, char detail[DETAIL_LEN])
{
    if (w->date == NO_DATE || w->date <= w->policy->exchange_deadline)
        return false;
    detail_dates(detail, w->date, ">", w->policy->exchange_deadline);
    return true;
}

static bool already_exchanged(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->legacy.exchanged_cert >= 0;
}

static bool ce_year_mismatch(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->date != NO_DATE && work_read(w, "ce_year") &&
           w->record->as.education.ce_year != date_year(w->date);
}

static bool hours_too_few(const struct work *w, char detail[DETAIL_LEN])
{
    const uint32_t hours = w->record->as.education.hours, least = w->policy->exchange_hours_min;
    if (!work_read(w, "hours") || hours >= least)
        return false;
    detail_hundredths(detail, hours, "<", least);
    return true;
}

static bool exchange_has_no_key(const struct work *w, char detail[DETAIL_LEN])
{
    return work_no_key(w, w->legacy.unit, w->legacy.post, detail);
}

static const struct rule exchange_rules[] = {
    { REASON_HOLDER_MISMATCH, "id_number", holder_mismatch },
    { REASON_POST_MISMATCH, "post", post_mismatch },
    { REASON_WRONG_AUTHORITY, "provider", wrong_authority },
    { REASON_EXCHANGE_CLOSED, "finished_on", exchange_closed },
    { REASON_ALREADY_EXCHANGED, "certificate", already_exchanged },
    { REASON_ALREADY_CERTIFIED, "post", already_certified },
    { REASON_CE_YEAR_MISMATCH, "ce_year", ce_year_mismatch },
    { REASON_HOURS_TOO_FEW, "hours", hours_too_few },
    { REASON_FIELD_INVALID, "id_number", rule_too_many_certificates },
    { REASON_SIGNING_KEY_MISSING, NULL, exchange_has_no_key },
};

enum rc work_exchange_check(struct work *w, struct diag *d)
{
    const enum rc rc = work_find_certified(w, w->legacy.post, d);
    if (rc != RC_OK)
        return rc;
    w->policy = work_policy(w, w->legacy.unit, w->date == NO_DATE ? w->today : w->date);
    work_ask(w, exchange_rules, RULE_COUNT(exchange_rules));

    const struct reasons *const found = &w->outcome->reasons;
    w->row.note_hours_too_few = found->count == 1 && found->items[0].code == REASON_HOURS_TOO_FEW;
    return RC_OK;
}

enum rc work_exchange_take(struct work *w, struct diag *d)
{
    /* The certificates that she had before: the new one has no CE year yet. */
    enum rc rc = work_share_basic(w, NULL, d);
    if (rc != RC_OK || w->row.note_hours_too_few)
        return rc;

    const struct issue what = {
        .origin = ORIGIN_EXCHANGE,
        .unit = w->legacy.unit,
        .post = w->legacy.post,
        .provider = w->provider->index,
    };
    w->outcome->outcome = OUTCOME_EXCHANGED;
    rc = work_issue(w, &what, d);
    if (rc != RC_OK)
        return rc;
    w->legacy.exchanged_cert = w->cert.id;
    return register_legacy_put(w->e->reg, &w->legacy, false, d);
}
