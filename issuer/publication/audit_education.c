/* Continuing education: hours, the deadlines that they move, and exchanges. */
#include "issuer/publication/audit_replay.h"

/* --- hours --- */

/* A later deadline makes one new version. */
static enum rc credit(struct replay *p, uint32_t id, uint32_t k, uint32_t hours,
                      uint32_t post_hours, struct diag *d)
{
    struct seen_cert *const c = &p->seen.certs[id];
    if (!seen_years_add(c, k, hours, post_hours))
        return replay_no_memory(d);
    const int32_t deadline =
        seen_deadline(c, replay_policy(p, c->unit, p->record.as.education.finished_on));
    if (deadline <= c->deadline)
        return RC_OK;
    c->deadline = deadline;
    c->version++;
    return replay_version(p, id, d);
}

/* Public-basic hours count for every other certificate of the person, in its own CE year. */
static enum rc share(struct replay *p, const struct seen_person *person, int64_t named,
                     struct diag *d)
{
    const int32_t finished = p->record.as.education.finished_on;
    const uint32_t hours = p->record.as.education.hours;
    const uint32_t post_hours = p->record.as.education.post_hours;
    enum rc rc = RC_OK;
    if (hours <= post_hours)
        return RC_OK;

    for (uint32_t i = person->first_cert; rc == RC_OK && i; i = p->seen.certs[i - 1].next) {
        const struct seen_cert *const c = &p->seen.certs[i - 1];
        const int k = ce_year_of(c->issued, finished);
        if (i - 1 != named && k >= 1 && c->deadline >= finished &&
            seen_order_state(c, p->today) == STATE_VALID)
            rc = credit(p, i - 1, (uint32_t)k, hours - post_hours, 0, d);
    }
    return rc;
}

/* --- for a certificate of ours --- */

static void check_provider(struct replay *p, uint32_t unit)
{
    const int32_t date = p->record.as.education.finished_on;
    const struct reg_provider *const v = replay_provider(p, p->record.as.education.provider);
    const struct reg_provider_row *const held = v ? provider_on(v, date) : NULL;
    if (v && (!held || held->status != PROVIDER_ACTIVE))
        NOTE(p, "taken although the provider was not active on the day");
    if (held && held->unit != unit)
        NOTE(p, "taken although the provider is another authority's");
}

static void check_admission(struct replay *p, const struct seen_cert *c, int64_t k)
{
    const int32_t date = p->record.as.education.finished_on;
    const int finished = ce_year_of(c->issued, date);
    const bool make_up = replay_policy(p, c->unit, date)->make_up_previous_year;

    if (p->row.person != c->person || p->record.as.education.post != c->post)
        NOTE(p, "taken for another's certificate, or for another post");
    if (seen_order_state(c, p->today) != STATE_VALID)
        NOTE(p, "taken although the certificate was not in force");
    if (date > c->deadline)
        NOTE(p, "taken although the certificate had lapsed");
    if (finished < 1 || (finished != k && !(make_up && finished == k + 1)))
        NOTE(p, "taken for a CE year that was not open");
    check_provider(p, c->unit);
}

static enum rc replay_hours(struct replay *p, const struct seen_person *person, uint32_t id,
                            struct diag *d)
{
    const struct seen_cert *const c = &p->seen.certs[id];
    const int64_t k = (int64_t)p->record.as.education.ce_year - date_year(c->issued);
    const int32_t before = c->deadline;
    if (k < 1 || k > UINT16_MAX) {
        NOTE(p, "hours were taken for a CE year before the first");
        return RC_OK;
    }
    check_admission(p, c, k);

    const enum rc rc = credit(p, id, (uint32_t)k, p->record.as.education.hours,
                              p->record.as.education.post_hours, d);
    replay_expect(
        p, &(struct row_facts){
               .outcome = p->seen.certs[id].deadline > before ? OUTCOME_RENEWED : OUTCOME_RECORDED,
               .cert = id,
               .version = p->seen.certs[id].version,
           });
    return rc == RC_OK ? share(p, person, id, d) : rc;
}

/* --- for a legacy certificate --- */

static void check_exchange(struct replay *p, const struct seen_legacy *l,
                           const struct seen_person *person)
{
    const int32_t date = p->record.as.education.finished_on;
    if (p->row.person != l->person || p->record.as.education.post != l->post)
        NOTE(p, "taken for another's legacy certificate, or for another post");
    if (date > replay_policy(p, l->unit, date)->exchange_deadline)
        NOTE(p, "taken although exchanges were closed");
    if (l->cert)
        NOTE(p, "taken although the legacy certificate was exchanged before");
    if (seen_certified(&p->seen, person, l->post, p->today))
        NOTE(p, "taken although the person was certified for the post");
    if (p->record.as.education.ce_year != date_year(date))
        NOTE(p, "taken for another year than that of the day");
    check_provider(p, l->unit);
}

static enum rc exchange(struct replay *p, uint32_t legacy, struct diag *d)
{
    const struct reg_provider *const v =
        register_provider(p->run->reg, p->record.as.education.provider);
    const struct seen_legacy l = p->seen.legacies[legacy];
    const size_t before = p->seen.cert_count;
    const enum rc rc = replay_issue(p,
                                    (struct seen_cert){ .origin = ORIGIN_EXCHANGE,
                                                        .person = p->row.person,
                                                        .post = l.post,
                                                        .unit = l.unit,
                                                        .provider = v ? v->index : 0 },
                                    d);
    if (rc == RC_OK && p->seen.cert_count > before)
        p->seen.legacies[legacy].cert = (uint32_t)p->seen.cert_count;
    return rc;
}

static enum rc replay_legacy_hours(struct replay *p, const struct seen_person *person,
                                   uint32_t legacy, struct diag *d)
{
    const struct seen_legacy *const l = &p->seen.legacies[legacy];
    const bool enough =
        p->record.as.education.hours >=
        replay_policy(p, l->unit, p->record.as.education.finished_on)->exchange_hours_min;
    check_exchange(p, l, person);
    replay_expect(p, &(struct row_facts){
                         .outcome = enough ? OUTCOME_EXCHANGED : OUTCOME_RECORDED,
                         .cert = enough ? (int64_t)p->seen.cert_count : -1,
                         .version = enough ? 1 : 0,
                         .note_hours_too_few = !enough,
                     });

    /* The certificates that she had before: the new one has no CE year yet. */
    const enum rc rc = share(p, person, -1, d);
    return rc == RC_OK && enough ? exchange(p, legacy, d) : rc;
}

enum rc replay_education(struct replay *p, struct diag *d)
{
    const struct span number = p->record.as.education.certificate;
    const struct seen_person *const person = replay_person(p);
    struct reg_cert cert;
    struct reg_legacy legacy;
    if (!person)
        return RC_OK;

    /* A number of ours is looked up first. */
    if (register_cert_find(p->run->reg, number, &cert, NULL) == RC_OK &&
        cert.id < p->seen.cert_count)
        return replay_hours(p, person, cert.id, d);
    if (register_legacy_find(p->run->reg, number, &legacy, NULL) == RC_OK &&
        legacy.id < p->seen.legacy_count)
        return replay_legacy_hours(p, person, legacy.id, d);
    NOTE(p, "it names a certificate that was not there");
    return RC_OK;
}
