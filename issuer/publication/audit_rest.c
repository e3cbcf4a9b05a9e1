/* Units, providers, legacy certificates, serials; and the count of every table. */
#include "issuer/publication/audit_replay.h"

#include <stdio.h>
#include <string.h>

static void compare_unit(struct replay *p, const struct seen_unit *u)
{
    const struct reg_unit *const kept = register_unit(p->run->reg, u->facts.id);
    const struct reg_unit *const must = &u->facts;
    bool same = kept && strcmp(kept->name, must->name) == 0 &&
                strcmp(kept->credit_code, must->credit_code) == 0 && kept->kind == must->kind &&
                kept->education_from == must->education_from &&
                kept->plan_count == must->plan_count && kept->docking_count == must->docking_count;
    for (size_t i = 0; same && i < must->plan_count; i++)
        same = kept->plans[i].date == must->plans[i].date &&
               kept->plans[i].plan == must->plans[i].plan;
    for (size_t i = 0; same && i < must->docking_count; i++)
        same = kept->dockings[i].date == must->dockings[i].date &&
               kept->dockings[i].docking == must->dockings[i].docking;
    (void)snprintf(p->subject, sizeof p->subject, "unit %03u", must->id);
    if (!same)
        NOTE(p, "it is not what its records say");
}

static enum rc compare_serials(struct replay *p, const struct seen_unit *u, struct diag *d)
{
    (void)snprintf(p->subject, sizeof p->subject, "unit %03u", u->facts.id);
    for (size_t i = 0; i < u->serial_count; i++) {
        const struct seen_serial *const s = &u->serials[i];
        uint64_t last = 0;
        struct diag why = DIAG_INIT;
        enum rc rc = register_serial_last(p->run->reg, u->facts.id, s->post, s->year, &last, &why);
        if (rc == RC_OK && last != s->last)
            NOTE(p, "the last serial of post %u in %d is %llu, the records give %llu", s->post,
                 s->year, (unsigned long long)last, (unsigned long long)s->last);
        if (rc != RC_OK)
            rc = audit_absorb(p->run->result, p->subject, rc, &why, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc compare_units(struct replay *p, uint64_t *ret_serials, struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < SEEN_UNITS; i++) {
        if (!p->seen.units[i])
            continue;
        compare_unit(p, p->seen.units[i]);
        rc = compare_serials(p, p->seen.units[i], d);
        *ret_serials += p->seen.units[i]->serial_count;
    }
    return rc;
}

static void compare_provider(struct replay *p, const struct reg_provider *must)
{
    const struct reg_provider *const kept = register_provider_at(p->run->reg, must->index);
    bool same = kept && strcmp(kept->credit_code, must->credit_code) == 0 &&
                strcmp(kept->name, must->name) == 0 && kept->history_count == must->history_count;
    for (size_t i = 0; same && i < must->history_count; i++) {
        const struct reg_provider_row *const a = &kept->history[i], *const b = &must->history[i];
        same = a->from == b->from && a->status == b->status && a->class == b->class &&
               a->unit == b->unit && a->posts == b->posts;
    }
    (void)snprintf(p->subject, sizeof p->subject, "provider %s", must->credit_code);
    if (!same)
        NOTE(p, "it is not what its records say");
}

/* What the rows say of it stands in the register alone, under the digests of their contents. */
static enum rc compare_legacy(struct replay *p, uint32_t id, struct diag *d)
{
    const struct seen_legacy *const must = &p->seen.legacies[id];
    struct reg_legacy kept;
    struct diag why = DIAG_INIT;
    (void)snprintf(p->subject, sizeof p->subject, "legacy certificate id %u", id);
    const enum rc rc = register_legacy(p->run->reg, id, &kept, &why);
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);
    if (kept.person != must->person || kept.unit != must->unit || kept.post != must->post ||
        kept.exchanged_cert != (int64_t)must->cert - 1)
        NOTE(p, "it is not what its records say");
    return RC_OK;
}

/* --- that there is nothing more --- */

static uint64_t count_photos(const struct replay *p)
{
    uint64_t count = 0;
    for (size_t i = 0; i < p->seen.person_count; i++)
        count += p->seen.persons[i].photo_row != 0;
    return count;
}

/* One kept hash for each complete subtree of every eighth level. */
static uint64_t count_log_hashes(uint64_t settled)
{
    uint64_t count = 0;
    for (uint64_t n = settled >> 8; n > 0; n >>= 8)
        count += n;
    return count;
}

static enum rc compare_census(struct replay *p, uint64_t serials, struct diag *d)
{
    struct reg *const r = p->run->reg;
    const struct audit *const result = p->run->result;
    const struct seen *const s = &p->seen;
    const uint64_t size = register_log_size(r), settled = register_log_settled(r);
    struct reg_census c;
    const enum rc rc = register_census(r, &c, d);
    if (rc != RC_OK)
        return rc;

    const struct {
        const char *table;
        uint64_t have, must;
    } counts[] = {
        { "units", c.units, s->unit_count },
        { "providers", c.providers, s->provider_count },
        { "persons", c.persons, s->person_count },
        { "persons by document", c.documents, s->person_count },
        { "persons counted", register_person_count(r), s->person_count },
        { "photos", c.photos, count_photos(p) },
        { "certificates", c.certificates, s->cert_count },
        { "certificates by number", c.numbers, s->cert_count },
        { "certificates counted", register_cert_count(r), s->cert_count },
        { "versions", c.versions, p->versions },
        { "serials", c.serials, serials },
        { "status indexes", register_status_index_count(r), p->statuses },
        { "orders", c.orders, p->orders },
        { "orders by time", c.order_times, p->orders },
        { "second signatures", c.order_seconds, p->seconds },
        { "legacy certificates", c.legacies, s->legacy_count },
        { "legacy certificates by number", c.old_numbers, s->legacy_count },
        { "legacy certificates counted", register_legacy_count(r), s->legacy_count },
        { "trainings", c.trainings, s->training_count },
        { "rows", c.rows, result->rows },
        { "record ids", c.record_ids, p->record_ids },
        { "settled log entries", c.log, settled },
        { "pending log entries", c.pending, size - settled },
        { "token leaves", result->versions + (size - settled), p->versions },
        { "order leaves", result->orders, p->orders },
        { "tree hashes", c.log_hashes, count_log_hashes(settled) },
        { "checkpoints", c.checkpoints, result->checkpoints },
    };
    (void)snprintf(p->subject, sizeof p->subject, "register");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i].have != counts[i].must)
            NOTE(p, "%llu %s, the records give %llu", (unsigned long long)counts[i].have,
                 counts[i].table, (unsigned long long)counts[i].must);
    }
    return RC_OK;
}

/* Codes are random and cannot be replayed; each must at least be some certificate's. */
static enum rc compare_pickups(struct replay *p, struct diag *d)
{
    uint32_t id = 0;
    struct diag why = DIAG_INIT;
    const uint32_t count = register_cert_count(p->run->reg);
    (void)snprintf(p->subject, sizeof p->subject, "register");
    const enum rc rc = register_pickup_next(p->run->reg, count, &id, &why);
    if (rc == RC_OK)
        NOTE(p, "a pick-up code of certificate id %u, which is not there", id);
    return rc == RC_OK || rc == RC_NOT_FOUND
               ? RC_OK
               : audit_absorb(p->run->result, p->subject, rc, &why, d);
}

/* Signing never goes back before the one; the other says whether a day that comes changes a list.
 */
static enum rc compare_facts(struct replay *p, struct diag *d)
{
    const struct {
        const char *name, *what;
        int64_t must;
    } facts[] = {
        { FACT_LAST_SIGNED_AT, "last signing", p->last_signed_at },
        { FACT_LAST_DAY_AHEAD, "last day of an order dated ahead", p->last_day_ahead },
    };
    (void)snprintf(p->subject, sizeof p->subject, "register");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        int64_t kept = 0;
        struct diag why = DIAG_INIT;
        const enum rc rc = register_fact(p->run->reg, facts[i].name, 0, &kept, &why);
        if (rc != RC_OK)
            return audit_absorb(p->run->result, p->subject, rc, &why, d);
        if (kept != facts[i].must)
            NOTE(p, "its %s is %lld, the records give %lld", facts[i].what, (long long)kept,
                 (long long)facts[i].must);
    }
    return RC_OK;
}

enum rc compare_rest(struct replay *p, struct diag *d)
{
    uint64_t serials = 0;
    enum rc rc = compare_units(p, &serials, d);
    for (size_t i = 0; i < p->seen.provider_count; i++)
        compare_provider(p, &p->seen.providers[i]);
    for (uint32_t i = 0; rc == RC_OK && i < p->seen.legacy_count; i++)
        rc = compare_legacy(p, i, d);
    if (rc == RC_OK)
        rc = compare_facts(p, d);
    if (rc == RC_OK)
        rc = compare_pickups(p, d);
    return rc == RC_OK ? compare_census(p, serials, d) : rc;
}
