/* Rows about authorities and providers: histories, of which the latest to arrive wins a day. */
#include <assert.h>
#include <string.h>

#include "issuer/register/engine_internal.h"

static void copy(char *to, size_t size, struct span text)
{
    assert(text.len < size);
    if (text.len > 0)
        memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
}

/* Where a row of this day goes: over an earlier one of the same day, else behind the last. */
static size_t plan_place(const struct reg_unit *u, int32_t date)
{
    size_t i = 0;
    while (i < u->plan_count && u->plans[i].date != date)
        i++;
    return i;
}

static size_t docking_place(const struct reg_unit *u, int32_t date)
{
    size_t i = 0;
    while (i < u->docking_count && u->dockings[i].date != date)
        i++;
    return i;
}

static size_t listing_place(const struct reg_provider *p, int32_t from)
{
    size_t i = 0;
    while (i < p->history_count && p->history[i].from != from)
        i++;
    return i;
}

static void refuse_full(struct work *w, const char *field)
{
    reasons_add_detail(&w->outcome->reasons, REASON_FIELD_INVALID, field, "over %d different days",
                       HISTORY_MAX);
}

static enum rc check_authority(struct work *w, struct diag *d)
{
    (void)d;
    const struct reg_unit *const u = register_unit(w->e->reg, w->record->as.authority.unit);
    if (u && plan_place(u, w->record->as.authority.plan_date) == HISTORY_MAX)
        refuse_full(w, "plan_date");
    if (u && docking_place(u, w->record->as.authority.docking_date) == HISTORY_MAX)
        refuse_full(w, "docking_date");
    return RC_OK;
}

static enum rc take_authority(struct work *w, struct diag *d)
{
    const struct reg_unit *const known = register_unit(w->e->reg, w->record->as.authority.unit);
    struct reg_unit u = { .id = w->record->as.authority.unit };
    if (known)
        u = *known;

    copy(u.name, sizeof u.name, w->record->as.authority.name);
    copy(u.credit_code, sizeof u.credit_code, w->record->as.authority.credit_code);
    u.kind = w->record->as.authority.kind;
    u.education_from = w->record->as.authority.education_from;
    const size_t plan = plan_place(&u, w->record->as.authority.plan_date);
    u.plans[plan].date = w->record->as.authority.plan_date;
    u.plans[plan].plan = w->record->as.authority.plan;
    if (plan == u.plan_count)
        u.plan_count++;
    const size_t docking = docking_place(&u, w->record->as.authority.docking_date);
    u.dockings[docking].date = w->record->as.authority.docking_date;
    u.dockings[docking].docking = w->record->as.authority.docking;
    if (docking == u.docking_count)
        u.docking_count++;
    return register_unit_put(w->e->reg, &u, d);
}

const struct kind_work kind_authority = { check_authority, take_authority };

static enum rc check_provider(struct work *w, struct diag *d)
{
    (void)d;
    const uint32_t unit = w->record->as.provider.unit;
    if (unit != 0 && !register_unit(w->e->reg, unit))
        reasons_add(&w->outcome->reasons, REASON_UNKNOWN_UNIT, "unit_id");
    const struct reg_provider *const p =
        register_provider(w->e->reg, w->record->as.provider.credit_code);
    if (p && listing_place(p, w->record->as.provider.status_from) == HISTORY_MAX)
        refuse_full(w, "status_from");
    return RC_OK;
}

static enum rc take_provider(struct work *w, struct diag *d)
{
    const struct reg_provider *const known =
        register_provider(w->e->reg, w->record->as.provider.credit_code);
    struct reg_provider p = { 0 };
    if (known)
        p = *known;

    copy(p.credit_code, sizeof p.credit_code, w->record->as.provider.credit_code);
    copy(p.name, sizeof p.name, w->record->as.provider.name);
    const size_t at = listing_place(&p, w->record->as.provider.status_from);
    p.history[at] = (struct reg_provider_row){
        .from = w->record->as.provider.status_from,
        .status = w->record->as.provider.status,
        .class = w->record->as.provider.class,
        .unit = w->record->as.provider.unit,
        .posts = w->record->as.provider.posts,
    };
    if (at == p.history_count)
        p.history_count++;
    memset(w->e->enterprises, 0, sizeof w->e->enterprises);
    return register_provider_put(w->e->reg, &p, d);
}

const struct kind_work kind_provider = { check_provider, take_provider };
