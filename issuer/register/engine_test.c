/* Rows of classes and tests; a passed test issues a certificate. */
#include <assert.h>

#include "issuer/register/engine_internal.h"

static bool has_post(uint64_t posts, uint32_t post)
{
    return (posts >> post & 1) != 0;
}

/* --- training --- */

static bool training_out_of_scope(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const uint32_t post = w->record->as.training.post;
    return w->listing && post != 0 && !has_post(w->listing->posts, post);
}

static const struct rule training_rules[] = {
    { REASON_PROVIDER_NOT_ACTIVE, "provider", rule_provider_not_active },
    { REASON_POST_OUT_OF_SCOPE, "post", training_out_of_scope },
};

static enum rc check_training(struct work *w, struct diag *d)
{
    const struct person_ref *const who = &w->record->as.training.person;
    work_find_provider(w, w->record->as.training.provider, w->record->as.training.finished_on);
    work_ask(w, training_rules, RULE_COUNT(training_rules));
    return work_find_person(w, who->id_type, who->id_number, who->name, d);
}

static enum rc take_training(struct work *w, struct diag *d)
{
    work_name_person(w, &w->record->as.training.person);
    return register_training_put(w->e->reg, w->person.id, w->record->as.training.post,
                                 w->record->as.training.finished_on, w->provider->index, d);
}

const struct kind_work kind_training = { check_training, take_training };

/* --- test --- */

static bool plan_not_approved(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    if (!w->listing)
        return false;
    const struct reg_unit *const u = register_unit(w->e->reg, w->listing->unit);
    return !u || unit_plan_on(u, w->date) != PLAN_APPROVED;
}

static bool test_out_of_scope(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const uint32_t post = w->record->as.test.post;
    return w->listing && post != 0 && !has_post(w->listing->posts, post);
}

static bool no_enterprise(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->listing && !w->enterprise;
}

static bool can_see_trainings(const struct work *w)
{
    return w->has_document && w->record->as.test.post != 0 && w->date != NO_DATE;
}

/* Somebody whom no record names yet has no training either. */
static bool no_training(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return can_see_trainings(w) && w->trained == TRAINED_NO;
}

static bool tester_not_trainer(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return can_see_trainings(w) && w->provider && w->trained == TRAINED_BY_ANOTHER;
}

static bool bank_share_too_low(const struct work *w, char detail[DETAIL_LEN])
{
    if (!w->listing || !work_read(w, "national_share"))
        return false;
    const struct reg_unit *const u = register_unit(w->e->reg, w->listing->unit);
    const bool docked = u && unit_docking_on(u, w->date) == DOCKING_DONE;
    const uint32_t share = w->record->as.test.national_share;
    const uint32_t least =
        docked ? w->policy->bank_share_min_docked_percent : w->policy->bank_share_min_percent;
    if (share >= least)
        return false;
    detail_hundredths(detail, share, "<", least);
    return true;
}

static bool test_already_certified(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->certified;
}

static bool test_has_no_key(const struct work *w, char detail[DETAIL_LEN])
{
    return w->listing && work_read(w, "post") &&
           work_no_key(w, w->listing->unit, w->record->as.test.post, detail);
}

/* Asked of a passed test alone. */
static const struct rule test_rules[] = {
    { REASON_PLAN_NOT_APPROVED, "held_on", plan_not_approved },
    { REASON_PROVIDER_NOT_ACTIVE, "provider", rule_provider_not_active },
    { REASON_POST_OUT_OF_SCOPE, "post", test_out_of_scope },
    { REASON_NO_ENTERPRISE_PROVIDER, "provider", no_enterprise },
    { REASON_NO_TRAINING, NULL, no_training },
    { REASON_TESTER_NOT_TRAINER, "provider", tester_not_trainer },
    { REASON_BANK_SHARE_TOO_LOW, "national_share", bank_share_too_low },
    { REASON_ALREADY_CERTIFIED, "post", test_already_certified },
    { REASON_FIELD_INVALID, "id_number", rule_too_many_certificates },
    { REASON_SIGNING_KEY_MISSING, NULL, test_has_no_key },
};

/* A score that could not be read is no failed one. */
static bool is_failed(const struct work *w)
{
    if (!work_read(w, "score") || !work_read(w, "full_score"))
        return false;
    return (uint64_t)w->record->as.test.score * 10000 <
           (uint64_t)w->record->as.test.full_score * w->policy->pass_mark_percent;
}

static bool is_active_enterprise(const struct reg_provider *p, uint32_t unit, int32_t date)
{
    const struct reg_provider_row *const row = provider_on(p, date);
    return row && row->unit == unit && row->status == PROVIDER_ACTIVE &&
           row->class == CLASS_ENTERPRISE;
}

/* Most tests of a file are of few units and days. */
static bool find_enterprise(struct engine *e, uint32_t unit, int32_t date)
{
    struct enterprise_answer *const a =
        &e->enterprises[((uint32_t)date * 31u + unit) % ENTERPRISE_CACHE];
    if (a->known && a->unit == unit && a->date == date)
        return a->answer;

    bool found = false;
    const size_t count = register_provider_count(e->reg);
    for (uint32_t i = 0; !found && i < count; i++)
        found = is_active_enterprise(register_provider_at(e->reg, i), unit, date);
    *a = (struct enterprise_answer){ .known = true, .answer = found, .unit = unit, .date = date };
    return found;
}

static enum rc check_test(struct work *w, struct diag *d)
{
    const struct person_ref *const who = &w->record->as.test.person;
    const uint32_t post = w->record->as.test.post;
    work_find_provider(w, w->record->as.test.provider, w->record->as.test.held_on);
    enum rc rc = work_find_person(w, who->id_type, who->id_number, who->name, d);
    if (rc != RC_OK)
        return rc;
    w->policy = work_policy(w, w->listing ? w->listing->unit : 0, w->date);
    w->failed_test = is_failed(w);
    if (w->failed_test)
        return RC_OK;

    if (w->listing)
        w->enterprise = find_enterprise(w->e, w->listing->unit, w->date);
    if (w->person_known && can_see_trainings(w))
        rc = register_trained(w->e->reg, w->person.id, post, w->date,
                              w->provider ? w->provider->index : UINT32_MAX, &w->trained, d);
    if (rc == RC_OK)
        rc = work_find_certified(w, post, d);
    if (rc == RC_OK)
        work_ask(w, test_rules, RULE_COUNT(test_rules));
    return rc;
}

static enum rc take_test(struct work *w, struct diag *d)
{
    work_name_person(w, &w->record->as.test.person);
    w->person_changed = w->person_changed || !w->person.has_test;
    w->person.has_test = true;
    if (w->failed_test)
        return RC_OK;

    const struct issue what = {
        .origin = ORIGIN_TEST,
        .unit = w->listing->unit,
        .post = w->record->as.test.post,
        .provider = w->provider->index,
    };
    w->row.passed = true;
    w->outcome->outcome = OUTCOME_ISSUED;
    return work_issue(w, &what, d);
}

const struct kind_work kind_test = { check_test, take_test };
