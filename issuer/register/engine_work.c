#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/unicode/name.h"
#include "issuer/register/engine_internal.h"

void work_ask(struct work *w, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char detail[DETAIL_LEN] = "";
        if (rules[i].broken(w, detail))
            reasons_add_detail(&w->outcome->reasons, rules[i].code, rules[i].field, "%s", detail);
    }
}

/* These say that a value is wrong, not that there is none. */
static bool has_a_value(enum reason_code code)
{
    return code == REASON_DATE_IN_FUTURE || code == REASON_HOURS_INVALID;
}

bool work_read(const struct work *w, const char *field)
{
    for (size_t i = 0; i < w->early->count; i++) {
        const struct reason *const r = &w->early->items[i];
        if (r->field && !has_a_value(r->code) && strcmp(r->field, field) == 0)
            return false;
    }
    return true;
}

const struct policy_values *work_policy(const struct work *w, uint32_t unit, int32_t date)
{
    return policy_at(w->e->home->policy, unit, date);
}

/* Two spellings of one name are the same; the usual case is that they are the same bytes. */
static enum rc same_name(const char *a, const char *b, bool *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf folded_a = { 0 };
    ON_EXIT(buf_free_at) struct buf folded_b = { 0 };
    *ret = strcmp(a, b) == 0;
    if (*ret)
        return RC_OK;

    enum rc rc = name_fold(span_text(a), &folded_a, d);
    if (rc == RC_OK)
        rc = name_fold(span_text(b), &folded_b, d);
    if (rc == RC_OK)
        *ret = span_equal(buf_span(&folded_a), buf_span(&folded_b));
    return rc;
}

enum rc work_find_person(struct work *w, unsigned id_type, const char *id_number, const char *name,
                         struct diag *d)
{
    w->has_document = id_type != 0 && id_number[0] != '\0';
    if (!w->has_document)
        return RC_OK;

    bool same = true;
    enum rc rc = register_person_find(w->e->reg, id_type, span_text(id_number), &w->person, d);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc != RC_OK)
        return rc;
    w->person_known = true;
    w->row.person = w->person.id;
    if (name[0] != '\0')
        rc = same_name(name, w->person.who.name, &same, d);
    if (!same)
        reasons_add(&w->outcome->reasons, REASON_NAME_MISMATCH, "name");
    return rc;
}

static const struct reg_provider_row *first_row(const struct reg_provider *p)
{
    const struct reg_provider_row *first = NULL;
    for (size_t i = 0; i < p->history_count; i++)
        if (!first || p->history[i].from < first->from)
            first = &p->history[i];
    return first;
}

void work_find_provider(struct work *w, struct span code, int32_t date)
{
    w->date = date;
    if (code.len == 0)
        return;
    w->provider = register_provider(w->e->reg, code);
    if (!w->provider) {
        reasons_add(&w->outcome->reasons, REASON_UNKNOWN_PROVIDER, "provider");
        return;
    }
    if (date == NO_DATE)
        return;

    /* Before its first row a provider is not active, but whose it is and what it teaches is known.
     */
    const struct reg_provider_row *const on = provider_on(w->provider, date);
    w->provider_active = on && on->status == PROVIDER_ACTIVE;
    w->listing = on ? on : first_row(w->provider);
}

bool work_no_key(const struct work *w, uint32_t unit, uint32_t post, char detail[DETAIL_LEN])
{
    const struct home *const h = w->e->home;
    const char *const why =
        trust_list_no_token_key(h->trust, register_log_size(w->e->reg), unit, post, h->now);
    if (why)
        (void)snprintf(detail, DETAIL_LEN, "%s", why);
    return why != NULL;
}

bool rule_provider_not_active(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->listing && !w->provider_active;
}

bool rule_too_many_certificates(const struct work *w, char detail[DETAIL_LEN])
{
    if (!w->person_known || w->person.cert_count < PERSON_CERTS_MAX)
        return false;
    (void)snprintf(detail, DETAIL_LEN, "%d certificates of one person", PERSON_CERTS_MAX);
    return true;
}

enum rc work_find_certified(struct work *w, uint32_t post, struct diag *d)
{
    for (size_t i = 0; w->person_known && post != 0 && i < w->person.cert_count; i++) {
        struct reg_cert cert;
        enum state state = STATE_UNKNOWN;
        enum rc rc = register_cert(w->e->reg, w->person.certs[i], &cert, d);
        if (rc == RC_OK && cert.post == post && cert.deadline >= w->today)
            rc = register_order_state(w->e->reg, &cert, w->today, &state, d);
        if (rc != RC_OK)
            return rc;
        w->certified = w->certified || state == STATE_VALID || state == STATE_SUSPENDED;
    }
    return RC_OK;
}

void work_name_person(struct work *w, const struct person_ref *who)
{
    if (!w->person_known) {
        w->person = (struct reg_person){ .id = register_person_count(w->e->reg) + 1, .who = *who };
        w->person_known = w->person_new = true;
        w->row.person = w->person.id;
        return;
    }
    if (w->person.who.sex == SEX_UNKNOWN && who->sex != SEX_UNKNOWN) {
        w->person.who.sex = who->sex;
        w->person_changed = true;
    }
}

enum rc work_store_person(struct work *w, struct diag *d)
{
    if (!w->person_new && !w->person_changed)
        return RC_OK;
    const uint64_t id = w->person.id;
    if (w->person_new)
        w->person.id = 0;
    const enum rc rc = register_person_put(w->e->reg, &w->person, d);
    assert(rc != RC_OK || w->person.id == id);
    return rc;
}

void detail_dates(char detail[DETAIL_LEN], int32_t a, const char *between, int32_t b)
{
    char first[DATE_TEXT_LEN + 1], second[DATE_TEXT_LEN + 1];
    date_format(a, first);
    date_format(b, second);
    (void)snprintf(detail, DETAIL_LEN, "%s %s %s", first, between, second);
}

void detail_hundredths(char detail[DETAIL_LEN], uint32_t a, const char *between, uint32_t b)
{
    (void)snprintf(detail, DETAIL_LEN, "%u.%02u %s %u.%02u", a / 100, a % 100, between, b / 100,
                   b % 100);
}

/* --- the sender's own unit --- */

/* Who lists a provider now: another unit's is not to be taken over. */
static uint32_t unit_of_listing(const struct work *w)
{
    const struct reg_provider *const p =
        register_provider(w->e->reg, w->record->as.provider.credit_code);
    const uint32_t unit = w->record->as.provider.unit;
    if (!p || p->history_count == 0 || unit != w->e->unit)
        return unit;
    return p->history[p->history_count - 1].unit;
}

/* Whose the row is; 0: nobody's that is known, and other rules say so. */
static uint32_t unit_of(const struct work *w, const char **ret_field)
{
    switch (w->record->kind) {
    case KIND_NONE:
    case KIND_PHOTO:
        return 0;
    case KIND_AUTHORITY:
        *ret_field = "unit_id";
        return w->record->as.authority.unit;
    case KIND_PROVIDER:
        *ret_field = "unit_id";
        return unit_of_listing(w);
    case KIND_LEGACY:
        *ret_field = "unit_id";
        return w->record->as.legacy.unit;
    case KIND_ORDER:
        *ret_field = "certificate";
        return w->cert_known ? w->cert.unit : 0;
    case KIND_TRAINING:
    case KIND_TEST:
    case KIND_EDUCATION:
        *ret_field = "provider";
        return w->listing ? w->listing->unit : 0;
    }
    return 0;
}

void work_ask_unit(struct work *w)
{
    const char *field = NULL;
    const uint32_t unit = w->e->unit != 0 ? unit_of(w, &field) : 0;
    if (unit != 0 && unit != w->e->unit)
        reasons_add(&w->outcome->reasons, REASON_UNIT_NOT_SENDERS, field);
}
