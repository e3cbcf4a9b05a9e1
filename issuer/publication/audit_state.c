#include "issuer/publication/audit_state.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more item of `size` bytes in *items, which is NULL at first. */
static bool grow(void *items, size_t count, size_t *cap, size_t size)
{
    void *at;
    memcpy(&at, items, sizeof at);
    if (count < *cap)
        return true;
    const size_t more = *cap ? 2 * *cap : 16;
    void *const grown = realloc(at, more * size);
    if (!grown)
        return false;
    memcpy(items, &grown, sizeof grown);
    *cap = more;
    return true;
}

/* The same for lists that are short: one item at a time. */
static bool grow_by_one(void *items, size_t count, size_t size)
{
    size_t cap = count;
    void *at;
    memcpy(&at, items, sizeof at);
    void *const grown = realloc(at, (cap + 1) * size);
    if (!grown)
        return false;
    memcpy(items, &grown, sizeof grown);
    return true;
}

void seen_free(struct seen *s)
{
    for (size_t i = 0; i < SEEN_UNITS; i++) {
        if (s->units[i])
            free(s->units[i]->serials);
        free(s->units[i]);
    }
    for (size_t i = 0; i < s->cert_count; i++) {
        free(s->certs[i].years);
        free(s->certs[i].orders);
        free(s->certs[i].retired);
    }
    free(s->providers);
    free(s->persons);
    free(s->certs);
    free(s->legacies);
    free(s->trainings);
    *s = (struct seen){ 0 };
}

/* --- units and providers --- */

struct seen_unit *seen_unit(const struct seen *s, uint32_t id)
{
    return id < SEEN_UNITS ? s->units[id] : NULL;
}

struct seen_unit *seen_unit_add(struct seen *s, uint32_t id)
{
    if (id >= SEEN_UNITS || s->units[id])
        return seen_unit(s, id);
    s->units[id] = calloc(1, sizeof *s->units[id]);
    if (!s->units[id])
        return NULL;
    s->units[id]->facts.id = id;
    s->unit_count++;
    return s->units[id];
}

struct reg_provider *seen_provider_add(struct seen *s)
{
    if (!grow(&s->providers, s->provider_count, &s->provider_cap, sizeof *s->providers))
        return NULL;
    struct reg_provider *const p = &s->providers[s->provider_count];
    *p = (struct reg_provider){ .index = (uint32_t)s->provider_count };
    s->provider_count++;
    return p;
}

bool seen_enterprise_active(const struct seen *s, struct seen_unit *u, int32_t date)
{
    if (u->answered && u->answer_date == date)
        return u->answer;

    bool found = false;
    for (size_t i = 0; !found && i < s->provider_count; i++) {
        const struct reg_provider_row *const row = provider_on(&s->providers[i], date);
        found = row && row->unit == u->facts.id && row->status == PROVIDER_ACTIVE &&
                row->class == CLASS_ENTERPRISE;
    }
    u->answered = true;
    u->answer = found;
    u->answer_date = date;
    return found;
}

uint64_t *seen_serial(struct seen_unit *u, uint32_t post, int year)
{
    for (size_t i = 0; i < u->serial_count; i++) {
        if (u->serials[i].post == post && u->serials[i].year == year)
            return &u->serials[i].last;
    }
    if (!grow(&u->serials, u->serial_count, &u->serial_cap, sizeof *u->serials))
        return NULL;
    u->serials[u->serial_count] = (struct seen_serial){ post, year, 0 };
    return &u->serials[u->serial_count++].last;
}

/* --- persons, and what is theirs --- */

struct seen_person *seen_person(struct seen *s, uint64_t id)
{
    return id > 0 && id <= s->person_count ? &s->persons[id - 1] : NULL;
}

bool seen_persons_up_to(struct seen *s, uint64_t id)
{
    while (s->person_count < id) {
        if (!grow(&s->persons, s->person_count, &s->person_cap, sizeof *s->persons))
            return false;
        s->persons[s->person_count++] = (struct seen_person){ 0 };
    }
    return true;
}

struct seen_cert *seen_cert_add(struct seen *s, const struct seen_cert *facts)
{
    struct seen_person *const p = seen_person(s, facts->person);
    if (!grow(&s->certs, s->cert_count, &s->cert_cap, sizeof *s->certs))
        return NULL;
    s->certs[s->cert_count] = *facts;
    struct seen_cert *const c = &s->certs[s->cert_count++];
    if (!p)
        return c;

    const uint32_t link = (uint32_t)s->cert_count;
    if (p->last_cert)
        s->certs[p->last_cert - 1].next = link;
    else
        p->first_cert = link;
    p->last_cert = link;
    return c;
}

struct seen_legacy *seen_legacy_add(struct seen *s, const struct seen_legacy *facts)
{
    struct seen_person *const p = seen_person(s, facts->person);
    if (!grow(&s->legacies, s->legacy_count, &s->legacy_cap, sizeof *s->legacies))
        return NULL;
    s->legacies[s->legacy_count] = *facts;
    struct seen_legacy *const l = &s->legacies[s->legacy_count++];
    if (!p)
        return l;

    const uint32_t link = (uint32_t)s->legacy_count;
    if (p->last_legacy)
        s->legacies[p->last_legacy - 1].next = link;
    else
        p->first_legacy = link;
    p->last_legacy = link;
    return l;
}

bool seen_training_add(struct seen *s, struct seen_person *p, const struct seen_training *t)
{
    for (uint32_t i = p->first_training; i; i = s->trainings[i - 1].next) {
        const struct seen_training *const there = &s->trainings[i - 1];
        if (there->post == t->post && there->provider == t->provider &&
            there->finished == t->finished)
            return true;
    }
    if (!grow(&s->trainings, s->training_count, &s->training_cap, sizeof *s->trainings))
        return false;
    s->trainings[s->training_count] = *t;
    s->trainings[s->training_count++].next = p->first_training;
    p->first_training = (uint32_t)s->training_count;
    return true;
}

enum trained seen_trained(const struct seen *s, const struct seen_person *p, uint32_t post,
                          int32_t by, uint32_t provider)
{
    enum trained found = TRAINED_NO;
    for (uint32_t i = p->first_training; i; i = s->trainings[i - 1].next) {
        const struct seen_training *const t = &s->trainings[i - 1];
        if (t->post != post || t->finished > by)
            continue;
        if (t->provider == provider)
            return TRAINED_BY_THIS;
        found = TRAINED_BY_ANOTHER;
    }
    return found;
}

bool seen_certified(const struct seen *s, const struct seen_person *p, uint32_t post, int32_t today)
{
    for (uint32_t i = p->first_cert; i; i = s->certs[i - 1].next) {
        const struct seen_cert *const c = &s->certs[i - 1];
        const enum state state = seen_order_state(c, today);
        if (c->post == post && c->deadline >= today &&
            (state == STATE_VALID || state == STATE_SUSPENDED))
            return true;
    }
    return false;
}

/* --- one certificate --- */

bool seen_years_add(struct seen_cert *c, uint32_t k, uint32_t hours, uint32_t post_hours)
{
    size_t at = 0;
    while (at < c->year_count && c->years[at].k < k)
        at++;
    if (at < c->year_count && c->years[at].k == k) {
        c->years[at].hours += hours;
        c->years[at].post_hours += post_hours;
        return true;
    }
    if (!grow_by_one(&c->years, c->year_count, sizeof *c->years))
        return false;
    memmove(&c->years[at + 1], &c->years[at], (c->year_count - at) * sizeof *c->years);
    c->years[at] = (struct ce_year){ k, hours, post_hours };
    c->year_count++;
    return true;
}

bool seen_order_add(struct seen_cert *c, const struct seen_order *o)
{
    if (!grow_by_one(&c->orders, c->order_count, sizeof *c->orders))
        return false;
    c->orders[c->order_count++] = *o;
    return true;
}

bool seen_retired_add(struct seen_cert *c, const struct seen_retired *r)
{
    if (!grow_by_one(&c->retired, c->retired_count, sizeof *c->retired))
        return false;
    c->retired[c->retired_count++] = *r;
    return true;
}

void seen_years(const struct seen_cert *c, struct ce_years *ret)
{
    ret->count = c->year_count < CE_YEARS_MAX ? c->year_count : CE_YEARS_MAX;
    for (size_t i = 0; i < ret->count; i++)
        ret->years[i] = c->years[i];
}

int32_t seen_deadline(const struct seen_cert *c, const struct policy_values *p)
{
    struct ce_years years;
    seen_years(c, &years);
    return ce_deadline(c->issued, &years, p);
}

enum state seen_order_state(const struct seen_cert *c, int32_t date)
{
    enum state state = STATE_VALID;
    for (size_t i = 0; i < c->order_count; i++) {
        if (c->orders[i].action != ORDER_AMEND && c->orders[i].effective <= date)
            state = c->orders[i].state;
    }
    return state;
}

const struct seen_order *seen_last_order(const struct seen_cert *c)
{
    for (size_t i = c->order_count; i-- > 0;) {
        if (c->orders[i].action != ORDER_AMEND)
            return &c->orders[i];
    }
    return NULL;
}
