#include "issuer/register/engine.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/register/engine_internal.h"

static const struct kind_work *const kinds[KIND_COUNT] = {
    [KIND_AUTHORITY] = &kind_authority, [KIND_PROVIDER] = &kind_provider,
    [KIND_TRAINING] = &kind_training,   [KIND_TEST] = &kind_test,
    [KIND_EDUCATION] = &kind_education, [KIND_LEGACY] = &kind_legacy,
    [KIND_PHOTO] = &kind_photo,         [KIND_ORDER] = &kind_order,
};

/* --- opening --- */

static enum rc check_clock(const struct engine *e, struct diag *d)
{
    if (e->home->now >= e->last_signed_at)
        return RC_OK;
    char text[TIME_TEXT_LEN + 1];
    time_format(e->last_signed_at, text);
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, ENGINE_CLOCK_BEHIND ", %s: set it right", text);
}

static enum rc open_parts(struct engine *e, struct diag *d)
{
    enum rc rc = home_vault(e->home, &e->vault, d);
    if (rc == RC_OK)
        rc = register_open(e->home, e->vault, REG_WRITE, &e->reg, d);
    if (rc == RC_OK)
        rc = register_fact(e->reg, FACT_LAST_SIGNED_AT, 0, &e->last_signed_at, d);
    if (rc == RC_OK)
        rc = check_clock(e, d);
    if (rc == RC_OK && !e->options.dry_run)
        rc = home_signer(e->home, &e->signer, d);
    if (rc == RC_OK && !e->options.dry_run)
        rc = engine_settle_leftovers(e, d);
    return rc;
}

enum rc engine_open(const struct home *h, const struct engine_options *o, struct engine **ret,
                    struct diag *d)
{
    assert(h && o && o->sender && ret);

    ON_EXIT(engine_close_at) struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the engine");
    e->home = h;
    e->options = *o;
    const size_t sender = strlen(o->sender);
    if (sender == 0 || sender > RECORD_ID_MAX)
        return diag_set(d, RC_LIMIT, sender, "a sender's name has 1 to %d bytes", RECORD_ID_MAX);
    engine_set_sender(e, o->sender, 0);

    const enum rc rc = open_parts(e, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(e);
    return RC_OK;
}

void engine_close(struct engine *e)
{
    if (!e)
        return;
    engine_stop_signing(e);
    engine_forget_operators(e);
    register_close(e->reg);
    signer_free(e->signer);
    vault_free(e->vault);
    buf_free(&e->payload);
    buf_free(&e->leaf);
    free(e);
}

struct reg *engine_register(struct engine *e)
{
    return e->reg;
}

struct signer *engine_signer(struct engine *e)
{
    return e->signer;
}

const char *engine_no_key(const struct engine *e)
{
    const struct home *const h = e->home;
    return trust_list_no_token_key(h->trust, register_log_size(e->reg), 0, 0, h->now);
}

void engine_set_sender(struct engine *e, const char *sender, uint32_t unit)
{
    assert(e && sender && sender[0] && strlen(sender) <= RECORD_ID_MAX);

    (void)snprintf(e->sender, sizeof e->sender, "%s", sender);
    e->unit = unit;
}

enum rc engine_usable(const struct engine *e, struct diag *d)
{
    if (e->failed)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET,
                        "the engine has failed before: nothing since the last commit counts");
    return check_clock(e, d);
}

/* --- one row --- */

/* A row that was taken before answers as it did then. */
static enum rc answer_again(struct work *w, const struct reg_row *before, bool same, struct diag *d)
{
    w->outcome->outcome = same && w->early->count == 0 ? OUTCOME_DUPLICATE : OUTCOME_CONFLICT;
    w->outcome->version = before->version;
    if (before->cert < 0)
        return RC_OK;

    struct reg_cert cert;
    const enum rc rc = register_cert(w->e->reg, (uint32_t)before->cert, &cert, d);
    if (rc == RC_OK)
        memcpy(w->outcome->number, cert.number, sizeof w->outcome->number);
    return rc;
}

/* RC_NOT_FOUND: it is a new one. */
static enum rc look_back(struct work *w, struct diag *d)
{
    bool same = false;
    struct reg_row before;
    /* Without record id it is its content that is known, so there must be one. */
    if (w->record->record_id.len == 0 && w->early->count > 0)
        return RC_NOT_FOUND;
    const enum rc rc =
        register_row_find(w->e->reg, span_text(w->e->sender), w->record, &same, &before, d);
    return rc == RC_OK ? answer_again(w, &before, same, d) : rc;
}

static enum rc finish_row(struct work *w, struct diag *d)
{
    enum rc rc = work_store_person(w, d);
    w->row.outcome = w->outcome->outcome;
    if (rc == RC_OK)
        rc = register_row_put(w->e->reg, &w->row, w->record, d);
    if (rc != RC_OK || w->row.cert < 0)
        return rc;

    assert(w->cert.id == (uint32_t)w->row.cert);
    memcpy(w->outcome->number, w->cert.number, sizeof w->outcome->number);
    w->outcome->version = w->row.version;
    return rc;
}

static enum rc work_row(struct work *w, struct diag *d)
{
    enum rc rc = look_back(w, d);
    if (rc != RC_NOT_FOUND)
        return rc;

    const struct kind_work *const kind = kinds[w->record->kind];
    w->outcome->reasons = *w->early;
    rc = kind->check(w, d);
    if (rc != RC_OK)
        return rc;
    work_ask_unit(w);
    if (w->outcome->reasons.count > (w->row.note_hours_too_few ? 1u : 0u)) {
        w->outcome->outcome = OUTCOME_REFUSED;
        return RC_OK;
    }

    w->outcome->outcome = OUTCOME_RECORDED;
    rc = kind->take(w, d);
    /* An order may still be refused when it comes to the signer: nothing of it is stored. */
    return rc == RC_OK && w->outcome->outcome != OUTCOME_REFUSED ? finish_row(w, d) : rc;
}

enum rc engine_apply(struct engine *e, const struct record *record, const struct reasons *early,
                     struct outcome *ret, struct diag *d)
{
    assert(e && record && early && ret);
    assert((unsigned)record->kind < KIND_COUNT && kinds[record->kind]);

    enum rc rc = engine_usable(e, d);
    if (rc != RC_OK)
        return rc;

    struct outcome outcome;
    outcome.outcome = OUTCOME_NONE;
    outcome.number[0] = '\0';
    outcome.version = 0;
    outcome.pickup[0] = '\0';
    outcome.reasons.count = 0;
    struct work w = {
        .e = e,
        .record = record,
        .early = early,
        .outcome = &outcome,
        .today = date_of_time(e->home->now),
        .date = NO_DATE,
        .last_effective = NO_DATE,
        .row = {
            .arrived_at = e->home->now,
            .kind = record->kind,
            .cert = -1,
            .sender = span_text(e->sender),
            .record_id = record->record_id,
        },
    };
    rc = work_row(&w, d);
    if (rc != RC_OK) {
        e->failed = true;
        return rc;
    }
    *ret = outcome;
    return RC_OK;
}

/* --- durable --- */

enum rc engine_store(struct engine *e, struct diag *d)
{
    enum rc rc = register_fact_put(e->reg, FACT_LAST_SIGNED_AT, e->last_signed_at, d);
    if (rc == RC_OK)
        rc = register_commit(e->reg, d);
    return rc;
}

static enum rc commit(struct engine *e, struct diag *d)
{
    enum rc rc = engine_settle_group(e, d);
    if (rc == RC_OK)
        rc = engine_store(e, d);
    return rc == RC_OK ? engine_start_group(e, d) : rc;
}

enum rc engine_commit(struct engine *e, struct diag *d)
{
    assert(e);

    if (e->failed)
        return engine_usable(e, d);
    if (e->options.dry_run)
        return RC_OK;
    const enum rc rc = commit(e, d);
    e->failed = rc != RC_OK;
    return rc;
}

enum rc engine_flush(struct engine *e, struct diag *d)
{
    assert(e);

    enum rc rc = engine_commit(e, d);
    /* The second commit stores what the thread of the first one signs. */
    if (rc == RC_OK && e->signing.jobs)
        rc = engine_commit(e, d);
    return rc;
}
