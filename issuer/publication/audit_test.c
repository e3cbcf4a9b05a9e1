/* Tests: those that were passed must have issued, by every rule. */
#include "issuer/publication/audit_replay.h"

static bool in_scope(const struct reg_provider_row *held, uint32_t post)
{
    return post < 64 && (held->posts >> post & 1) != 0;
}

static void check_unit(struct replay *p, struct seen_unit *u)
{
    const int32_t date = p->record.as.test.held_on;
    const struct policy_values *const policy = replay_policy(p, u->facts.id, date);
    const uint32_t share = unit_docking_on(&u->facts, date) == DOCKING_DONE
                               ? policy->bank_share_min_docked_percent
                               : policy->bank_share_min_percent;

    if (unit_plan_on(&u->facts, date) != PLAN_APPROVED)
        NOTE(p, "issued although the plan was not approved on the test date");
    if (!seen_enterprise_active(&p->seen, u, date))
        NOTE(p, "issued although the unit has no enterprise provider");
    if (p->record.as.test.national_share < share)
        NOTE(p, "issued although the national-bank share is too low");
}

static void check_rest(struct replay *p, const struct reg_provider *v,
                       const struct reg_provider_row *held, const struct seen_person *person)
{
    const uint32_t post = p->record.as.test.post;
    const int32_t date = p->record.as.test.held_on;
    if (provider_on(v, date) != held || held->status != PROVIDER_ACTIVE)
        NOTE(p, "issued although the provider was not active on the test date");
    if (!in_scope(held, post))
        NOTE(p, "issued although the post is outside the provider's scope");
    if (seen_trained(&p->seen, person, post, date, v->index) != TRAINED_BY_THIS)
        NOTE(p, "issued without a training by the tester");
    if (seen_certified(&p->seen, person, post, p->today))
        NOTE(p, "issued to a person who was certified for the post");
}

static enum rc issue(struct replay *p, const struct reg_provider *v,
                     const struct reg_provider_row *held, const struct seen_person *person,
                     struct diag *d)
{
    struct seen_unit *const u = seen_unit(&p->seen, held->unit);
    if (!u) {
        NOTE(p, "issued by unit %u, which no row before it has named", held->unit);
        return RC_OK;
    }
    check_unit(p, u);
    check_rest(p, v, held, person);
    return replay_issue(p,
                        (struct seen_cert){ .origin = ORIGIN_TEST,
                                            .person = p->row.person,
                                            .post = p->record.as.test.post,
                                            .unit = held->unit,
                                            .provider = v->index },
                        d);
}

static bool is_passed(const struct replay *p, const struct reg_provider_row *held)
{
    const struct policy_values *const policy =
        replay_policy(p, held->unit, p->record.as.test.held_on);
    return (uint64_t)p->record.as.test.score * 10000 >=
           (uint64_t)p->record.as.test.full_score * policy->pass_mark_percent;
}

enum rc replay_test(struct replay *p, struct diag *d)
{
    struct seen_person *const person = replay_person(p);
    const struct reg_provider *const v = replay_provider(p, p->record.as.test.provider);
    if (!person || !v)
        return RC_OK;
    person->has_test = true;

    const struct reg_provider_row *const held = provider_listing(v, p->record.as.test.held_on);
    const bool passed = is_passed(p, held);
    replay_expect(p, &(struct row_facts){
                         .outcome = passed ? OUTCOME_ISSUED : OUTCOME_RECORDED,
                         .cert = passed ? (int64_t)p->seen.cert_count : -1,
                         .version = passed ? 1 : 0,
                         .passed = passed,
                     });
    return passed ? issue(p, v, held, person, d) : RC_OK;
}
