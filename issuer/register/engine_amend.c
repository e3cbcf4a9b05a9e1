/* Corrections of a holder: new versions under new status indexes, the old prints invalid. */
#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/unicode/name.h"
#include "issuer/register/engine_internal.h"

struct amending {
    struct engine *e;
    const struct amendment *what;
    struct reasons reasons;
    struct reg_cert named;
    struct reg_person person; /* as it will be */
    bool new_document;
    size_t count;
    uint32_t certs[AMENDED_MAX]; /* those that go on, the named one first */
};

/* --- what is wrong with it --- */

static enum rc read_name(struct amending *a, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf nfc = { 0 };
    if (a->what->name.len == 0)
        return RC_OK;
    const enum rc rc = name_normalise(a->what->name, &nfc, NULL);
    if (rc == RC_NOMEM)
        return diag_set(d, rc, DIAG_NO_OFFSET, "the new name");
    if (rc != RC_OK || nfc.len > RECORD_NAME_MAX) {
        reasons_add(&a->reasons, REASON_NAME_INVALID, "name");
        return RC_OK;
    }
    memset(a->person.who.name, 0, sizeof a->person.who.name);
    memcpy(a->person.who.name, nfc.ptr, nfc.len);
    return RC_OK;
}

static enum rc read_document(struct amending *a, struct diag *d)
{
    const int32_t today = date_of_time(a->e->home->now);
    struct reg_person other;
    char number[ID_NUMBER_MAX + 1] = "";
    if (a->what->id_number.len == 0)
        return RC_OK;
    if (!id_number_normalise(a->what->id_type, a->what->id_number, today, number)) {
        reasons_add(&a->reasons, REASON_ID_NUMBER_INVALID, "id_number");
        return RC_OK;
    }

    const enum rc rc =
        register_person_find(a->e->reg, a->what->id_type, span_text(number), &other, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && other.id != a->person.id)
        reasons_add_detail(&a->reasons, REASON_FIELD_INVALID, "id_number", "another holder's");
    a->new_document = rc == RC_NOT_FOUND;
    a->person.who.id_type = a->what->id_type;
    memcpy(a->person.who.id_number, number, sizeof number);
    return RC_OK;
}

static void check_texts(struct amending *a)
{
    const struct {
        struct span text;
        const char *field;
    } texts[] = { { a->what->reason, "reason" }, { a->what->reference, "reference" } };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].text.len == 0)
            reasons_add(&a->reasons, REASON_FIELD_MISSING, texts[i].field);
        if (texts[i].text.len > RECORD_TEXT_MAX || !utf8_valid(texts[i].text))
            reasons_add(&a->reasons, REASON_FIELD_INVALID, texts[i].field);
    }
}

static enum rc read_changes(struct amending *a, struct diag *d)
{
    struct reg_person before;
    enum rc rc = register_person(a->e->reg, a->named.person, &before, d);
    if (rc != RC_OK)
        return rc;
    a->person = before;
    rc = read_name(a, d);
    if (rc == RC_OK)
        rc = read_document(a, d);
    if (rc != RC_OK)
        return rc;
    if (a->reasons.count == 0 && !a->new_document &&
        strcmp(a->person.who.name, before.who.name) == 0)
        reasons_add_detail(&a->reasons, REASON_FIELD_INVALID, "name", "nothing would change");
    return RC_OK;
}

/* What the last order of a chain says, whether it holds yet or not. */
static enum rc is_ended(struct engine *e, const struct reg_cert *c, bool *ret, struct diag *d)
{
    enum state state = STATE_UNKNOWN;
    const enum rc rc = register_order_state(e->reg, c, INT32_MAX, &state, d);
    *ret = state != STATE_VALID && state != STATE_SUSPENDED;
    return rc;
}

static enum rc choose_certificate(struct amending *a, uint32_t id, struct diag *d)
{
    struct reg_cert c;
    bool ended = false;
    enum rc rc = register_cert(a->e->reg, id, &c, d);
    if (rc == RC_OK)
        rc = is_ended(a->e, &c, &ended, d);
    if (rc != RC_OK)
        return rc;
    const struct home *const h = a->e->home;
    const char *const no_key =
        trust_list_no_token_key(h->trust, register_log_size(a->e->reg), c.unit, c.post, h->now);
    const bool full = c.retired_count == RETIRED_INDEXES_MAX || c.order_count == UINT16_MAX;
    if (ended && id == a->named.id)
        reasons_add(&a->reasons, REASON_BAD_TRANSITION, "certificate");
    else if (!ended && full)
        reasons_add_detail(&a->reasons, REASON_FIELD_INVALID, "certificate",
                           "amended %d times already", RETIRED_INDEXES_MAX);
    else if (!ended && no_key)
        reasons_add_detail(&a->reasons, REASON_SIGNING_KEY_MISSING, NULL, "%s", no_key);
    else if (!ended)
        a->certs[a->count++] = id;
    return RC_OK;
}

static enum rc choose_certificates(struct amending *a, struct diag *d)
{
    enum rc rc = choose_certificate(a, a->named.id, d);
    for (size_t i = 0; rc == RC_OK && i < a->person.cert_count; i++)
        if (a->person.certs[i] != a->named.id)
            rc = choose_certificate(a, a->person.certs[i], d);
    return rc;
}

static enum rc check_operators(struct amending *a, struct diag *d)
{
    bool needed = false;
    enum rc rc = engine_load_operators(a->e, d);
    if (rc == RC_OK)
        rc = engine_second_needed(a->e, ORDER_AMEND, a->named.unit, &needed, d);
    if (rc != RC_OK)
        return rc;
    if (!a->e->first.listed)
        reasons_add(&a->reasons, REASON_OPERATOR_UNKNOWN, NULL);
    if (needed && !engine_has_second(a->e))
        reasons_add(&a->reasons, REASON_SECOND_OPERATOR_NEEDED, NULL);
    return RC_OK;
}

static enum rc check(struct amending *a, struct diag *d)
{
    check_texts(a);
    enum rc rc = check_operators(a, d);
    if (rc != RC_OK)
        return rc;
    rc = register_cert_find(a->e->reg, a->what->number, &a->named, d);
    if (rc == RC_NOT_FOUND) {
        reasons_add(&a->reasons, REASON_UNKNOWN_CERTIFICATE, "certificate");
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = read_changes(a, d);
    return rc == RC_OK ? choose_certificates(a, d) : rc;
}

/* --- doing it --- */

static enum rc log_amendment(struct amending *a, struct diag *d)
{
    const struct order_leaf o = {
        .cert = &a->named,
        .action = ORDER_AMEND,
        .state = STATE_VALID,
        .reason = a->what->reason,
        .reference = a->what->reference,
        .name = a->what->name.len > 0 ? span_text(a->person.who.name) : (struct span){ 0 },
        .effective = date_of_time(a->e->home->now),
    };
    const enum rc rc = engine_log_order(a->e, &o, d);
    return rc == RC_OK ? register_cert_put(a->e->reg, &a->named, false, d) : rc;
}

static enum rc renew_index(struct amending *a, uint32_t id, struct outcome *ret, struct diag *d)
{
    struct reg_cert c;
    enum rc rc = register_cert(a->e->reg, id, &c, d);
    if (rc != RC_OK)
        return rc;
    c.retired[c.retired_count] = c.status_index;
    c.retired_version[c.retired_count++] = c.version;
    c.version++;
    rc = register_status_index_next(a->e->reg, &c.status_index, d);
    if (rc == RC_OK)
        rc = engine_log_version(a->e, &c, &a->person, d);
    if (rc != RC_OK)
        return rc;

    *ret = (struct outcome){ .outcome = OUTCOME_RENEWED, .version = c.version };
    memcpy(ret->number, c.number, sizeof ret->number);
    return RC_OK;
}

/* So that whoever replays the rows meets the correction in its place. */
static enum rc put_row(struct amending *a, struct diag *d)
{
    const struct record record = {
        .kind = KIND_ORDER,
        .as.order = { .action = ORDER_AMEND, .certificate = a->what->number },
    };
    struct reg_row row = {
        .arrived_at = a->e->home->now,
        .kind = KIND_ORDER,
        .person = a->person.id,
        .outcome = OUTCOME_RENEWED,
        .cert = a->named.id,
        .version = a->named.version + 1,
        .sender = span_text(a->e->options.sender),
    };
    return register_row_put(a->e->reg, &row, &record, d);
}

static enum rc amend(struct amending *a, struct outcome *ret, struct diag *d)
{
    enum rc rc = a->new_document ? register_person_redocument(a->e->reg, &a->person, d)
                                 : register_person_put(a->e->reg, &a->person, d);
    if (rc == RC_OK)
        rc = log_amendment(a, d);
    for (size_t i = 0; rc == RC_OK && i < a->count; i++)
        rc = renew_index(a, a->certs[i], &ret[i], d);
    if (rc == RC_OK)
        rc = put_row(a, d);
    return rc == RC_OK ? engine_flush(a->e, d) : rc;
}

enum rc engine_amend(struct engine *e, const struct amendment *a, struct outcome ret[AMENDED_MAX],
                     size_t *ret_count, struct reasons *ret_reasons, struct diag *d)
{
    assert(e && a && ret && ret_count && ret_reasons);

    struct amending work = { .e = e, .what = a };
    enum rc rc = engine_usable(e, d);
    if (rc != RC_OK)
        return rc;
    rc = check(&work, d);
    if (rc == RC_OK && work.reasons.count > 0) {
        *ret_reasons = work.reasons;
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the amendment breaks a rule: %s",
                        reason_code_text(work.reasons.items[0].code));
    }
    if (rc == RC_OK)
        rc = amend(&work, ret, d);
    if (rc != RC_OK) {
        e->failed = true;
        return rc;
    }
    *ret_count = work.count;
    return RC_OK;
}
