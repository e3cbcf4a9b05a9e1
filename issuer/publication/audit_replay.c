/* Every row in order of arrival, and what must have come of it. */
#include "issuer/publication/audit_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum rc replay_no_memory(struct diag *d)
{
    return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the audit's model");
}

const struct policy_values *replay_policy(const struct replay *p, uint32_t unit, int32_t date)
{
    return policy_at(p->run->home->policy, unit, date);
}

struct seen_person *replay_person(struct replay *p)
{
    struct seen_person *const person = seen_person(&p->seen, p->row.person);
    if (!person)
        NOTE(p, "it is of person %llu, whom no row has named", (unsigned long long)p->row.person);
    return person;
}

const struct reg_provider *replay_provider(struct replay *p, struct span code)
{
    const struct reg_provider *const known = register_provider(p->run->reg, code);
    if (known && known->index < p->seen.provider_count) {
        const struct reg_provider *const seen = &p->seen.providers[known->index];
        if (span_equal(span_text(seen->credit_code), code))
            return seen;
    }
    NOTE(p, "no row before it has named its provider");
    return NULL;
}

void replay_expect(struct replay *p, const struct row_facts *must)
{
    const struct reg_row *const row = &p->row;
    if (row->outcome != must->outcome)
        NOTE(p, "its outcome is '%s', the rules give '%s'", outcome_name(row->outcome),
             outcome_name(must->outcome));
    if (row->cert != must->cert || row->version != must->version)
        NOTE(p, "it names certificate id %lld version %u, the rules give %lld version %u",
             (long long)row->cert, row->version, (long long)must->cert, must->version);
    if (row->passed != must->passed || row->note_hours_too_few != must->note_hours_too_few)
        NOTE(p, "its marks differ from what the rules give");
}

static void expect_recorded(struct replay *p)
{
    replay_expect(p, &(struct row_facts){ .outcome = OUTCOME_RECORDED, .cert = -1 });
}

/* --- units and providers: of equal days the last to arrive holds --- */

static bool copy(char *to, size_t size, struct span text)
{
    if (text.len >= size)
        return false;
    memset(to, 0, size);
    if (text.len > 0)
        memcpy(to, text.ptr, text.len);
    return true;
}

static void see_plan(struct reg_unit *u, int32_t date, enum plan plan)
{
    size_t i = 0;
    while (i < u->plan_count && u->plans[i].date != date)
        i++;
    if (i == HISTORY_MAX)
        return;
    u->plans[i].date = date;
    u->plans[i].plan = plan;
    u->plan_count += i == u->plan_count;
}

static void see_docking(struct reg_unit *u, int32_t date, enum docking docking)
{
    size_t i = 0;
    while (i < u->docking_count && u->dockings[i].date != date)
        i++;
    if (i == HISTORY_MAX)
        return;
    u->dockings[i].date = date;
    u->dockings[i].docking = docking;
    u->docking_count += i == u->docking_count;
}

static enum rc replay_authority(struct replay *p, struct diag *d)
{
    const uint32_t id = p->record.as.authority.unit;
    if (id >= SEEN_UNITS) {
        NOTE(p, "unit %u has more than three digits", id);
        return RC_OK;
    }
    struct seen_unit *const u = seen_unit_add(&p->seen, id);
    if (!u)
        return replay_no_memory(d);

    if (!copy(u->facts.name, sizeof u->facts.name, p->record.as.authority.name) ||
        !copy(u->facts.credit_code, sizeof u->facts.credit_code,
              p->record.as.authority.credit_code))
        NOTE(p, "its name or credit code is too long");
    u->facts.kind = p->record.as.authority.kind;
    u->facts.education_from = p->record.as.authority.education_from;
    see_plan(&u->facts, p->record.as.authority.plan_date, p->record.as.authority.plan);
    see_docking(&u->facts, p->record.as.authority.docking_date, p->record.as.authority.docking);
    expect_recorded(p);
    return RC_OK;
}

static void see_listing(struct reg_provider *v, const struct reg_provider_row *row)
{
    size_t i = 0;
    while (i < v->history_count && v->history[i].from != row->from)
        i++;
    if (i == HISTORY_MAX)
        return;
    v->history[i] = *row;
    v->history_count += i == v->history_count;
}

/* A provider's index in the directory is the order of its first row. */
static struct reg_provider *provider_of_row(struct replay *p)
{
    const struct reg_provider *const known =
        register_provider(p->run->reg, p->record.as.provider.credit_code);
    if (known && known->index < p->seen.provider_count)
        return &p->seen.providers[known->index];
    return seen_provider_add(&p->seen);
}

static enum rc replay_provider_row(struct replay *p, struct diag *d)
{
    struct reg_provider *const v = provider_of_row(p);
    if (!v)
        return replay_no_memory(d);
    if (!copy(v->credit_code, sizeof v->credit_code, p->record.as.provider.credit_code) ||
        !copy(v->name, sizeof v->name, p->record.as.provider.name))
        NOTE(p, "its name or credit code is too long");
    see_listing(v, &(struct reg_provider_row){
                       .from = p->record.as.provider.status_from,
                       .status = p->record.as.provider.status,
                       .class = p->record.as.provider.class,
                       .unit = p->record.as.provider.unit,
                       .posts = p->record.as.provider.posts,
                   });
    for (size_t i = 0; i < SEEN_UNITS; i++) {
        if (p->seen.units[i])
            p->seen.units[i]->answered = false;
    }
    expect_recorded(p);
    return RC_OK;
}

/* --- trainings, legacy certificates, photos --- */

static enum rc replay_training(struct replay *p, struct diag *d)
{
    const int32_t finished = p->record.as.training.finished_on;
    const uint32_t post = p->record.as.training.post;
    struct seen_person *const person = replay_person(p);
    const struct reg_provider *const v = replay_provider(p, p->record.as.training.provider);
    expect_recorded(p);
    if (!person || !v)
        return RC_OK;

    const struct reg_provider_row *const held = provider_on(v, finished);
    if (!held || held->status != PROVIDER_ACTIVE)
        NOTE(p, "recorded although the provider was not active on the day");
    else if (post > 63 || !(held->posts >> post & 1))
        NOTE(p, "recorded although the post is outside the provider's scope");
    const struct seen_training t = { .post = post, .provider = v->index, .finished = finished };
    return seen_training_add(&p->seen, person, &t) ? RC_OK : replay_no_memory(d);
}

static enum rc replay_legacy(struct replay *p, struct diag *d)
{
    struct reg_legacy kept = { 0 };
    const uint32_t id = (uint32_t)p->seen.legacy_count;
    const struct seen_legacy must = {
        .person = p->row.person,
        .unit = p->record.as.legacy.unit,
        .post = p->record.as.legacy.post,
    };
    expect_recorded(p);
    (void)replay_person(p);
    if (register_legacy_find(p->run->reg, p->record.as.legacy.old_number, &kept, NULL) != RC_OK ||
        kept.id != id || kept.person != must.person)
        NOTE(p, "the index of old numbers does not lead to it");
    return seen_legacy_add(&p->seen, &must) ? RC_OK : replay_no_memory(d);
}

static enum rc replay_photo(struct replay *p, struct diag *d)
{
    struct seen_person *const person = replay_person(p);
    (void)d;
    expect_recorded(p);
    if (person)
        person->photo_row = p->row.sequence + 1;
    return RC_OK;
}

/* --- one row --- */

/* Persons are numbered in the order in which rows name them. */
static enum rc meet_person(struct replay *p, struct diag *d)
{
    const uint64_t id = p->row.person, known = p->seen.person_count;
    if (id <= known)
        return RC_OK;
    if (id > register_person_count(p->run->reg)) {
        NOTE(p, "person %llu is not in the register", (unsigned long long)id);
        return RC_OK;
    }
    if (id > known + 1)
        NOTE(p, "it is the first of person %llu, but %llu would be next", (unsigned long long)id,
             (unsigned long long)(known + 1));
    return seen_persons_up_to(&p->seen, id) ? RC_OK : replay_no_memory(d);
}

static enum rc replay_kind(struct replay *p, struct diag *d)
{
    static enum rc (*const kinds[KIND_COUNT])(struct replay *, struct diag *) = {
        [KIND_AUTHORITY] = replay_authority, [KIND_PROVIDER] = replay_provider_row,
        [KIND_TRAINING] = replay_training,   [KIND_TEST] = replay_test,
        [KIND_EDUCATION] = replay_education, [KIND_LEGACY] = replay_legacy,
        [KIND_PHOTO] = replay_photo,         [KIND_ORDER] = replay_order,
    };
    /* register_row_record() has read it, so it is of a kind. */
    return kinds[p->row.kind](p, d);
}

static enum rc replay_row(struct replay *p, uint64_t sequence, struct diag *d)
{
    struct diag why = DIAG_INIT;
    (void)snprintf(p->subject, sizeof p->subject, "row %llu", (unsigned long long)sequence);
    audit_step(p->run);
    p->run->result->rows++;

    enum rc rc = register_row(p->run->reg, sequence, &p->row, &why);
    if (rc == RC_OK)
        rc = register_row_record(p->run->reg, &p->row, &p->record, &why);
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);

    p->today = date_of_time(p->row.arrived_at);
    if (p->row.arrived_at < p->last_signed_at)
        NOTE(p, "it arrived before the last signing");
    rc = meet_person(p, d);
    if (rc == RC_OK)
        rc = replay_content(p, d);
    return rc == RC_OK ? replay_kind(p, d) : rc;
}

/* --- the steps --- */

enum rc replay_open(struct audit_run *run, struct replay **ret, struct diag *d)
{
    struct replay *const p = calloc(1, sizeof *p);
    if (!p)
        return replay_no_memory(d);
    p->run = run;
    p->rows = register_row_count(run->reg);
    p->certs = register_cert_count(run->reg);
    p->persons = register_person_count(run->reg);
    *ret = p;
    return RC_OK;
}

void replay_free(struct replay *p)
{
    if (!p)
        return;
    seen_free(&p->seen);
    buf_free(&p->scratch);
    free(p->doubts);
    free(p);
}

uint64_t replay_left(const struct replay *p)
{
    return p->rows + p->certs + p->persons - p->next;
}

static enum rc step(struct replay *p, uint64_t at, struct diag *d)
{
    if (at < p->rows)
        return replay_row(p, at, d);
    at -= p->rows;
    if (at < p->certs)
        return compare_cert(p, (uint32_t)at, d);
    return compare_person(p, at - p->certs + 1, d);
}

enum rc replay_steps(struct replay *p, uint64_t count, struct diag *d)
{
    enum rc rc = RC_OK;
    for (; rc == RC_OK && count > 0 && replay_left(p) > 0; count--)
        rc = step(p, p->next++, d);
    return rc;
}

enum rc replay_finish(struct replay *p, struct diag *d)
{
    const enum rc rc = replay_doubts(p, d);
    return rc == RC_OK ? compare_rest(p, d) : rc;
}
