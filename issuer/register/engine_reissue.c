/*
 * What a stolen key signed behind its cut-off, honestly, is issued again: a new version with the
 * same deadline and status index, by a key that holds. The change of keys is the decision, signed
 * by operators and roots, so nobody signs anything more.
 */
#include <assert.h>
#include <string.h>

#include "issuer/register/engine_internal.h"
#include "issuer/register/survivors.h"

/* The first index behind any cut-off. */
static uint64_t first_behind(const struct trust_list *trust)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct trusted_key *const k = &trust->keys[i];
        if (k->use == USE_TOKEN && k->cut_off.given && k->cut_off.index < first)
            first = k->cut_off.index;
    }
    return first;
}

/* Whether the entry is the current version of a certificate that goes on. */
static enum rc is_due(struct engine *e, const struct reg_log_entry *entry, struct reg_cert *c,
                      bool *ret, struct diag *d)
{
    enum state state = STATE_UNKNOWN;
    *ret = false;
    enum rc rc = register_cert(e->reg, entry->cert, c, d);
    if (rc != RC_OK || c->version != entry->part)
        return rc;
    rc = register_order_state(e->reg, c, INT32_MAX, &state, d);
    if (rc == RC_OK && (state == STATE_VALID || state == STATE_SUSPENDED))
        rc = survivors_are_without(e->reg, e->home->trust, entry->index, ret, d);
    return rc;
}

/* So that whoever replays the rows meets it in its place. */
static enum rc put_row(struct engine *e, const struct reg_cert *c, struct diag *d)
{
    const struct record record = {
        .kind = KIND_ORDER,
        .as.order = { .action = ORDER_REISSUE, .certificate = span_text(c->number) },
    };
    struct reg_row row = {
        .arrived_at = e->home->now,
        .kind = KIND_ORDER,
        .person = c->person,
        .outcome = OUTCOME_RENEWED,
        .cert = c->id,
        .version = c->version,
        .sender = span_text(e->options.sender),
    };
    return register_row_put(e->reg, &row, &record, d);
}

static enum rc issue_again(struct engine *e, struct reg_cert *c, struct diag *d)
{
    struct reg_person holder;
    enum rc rc = register_person(e->reg, c->person, &holder, d);
    if (rc != RC_OK)
        return rc;
    c->version++;
    rc = engine_log_version(e, c, &holder, d);
    return rc == RC_OK ? put_row(e, c, d) : rc;
}

static enum rc look_at(struct engine *e, uint64_t index, uint64_t *count,
                       void (*told)(void *arg, const struct reg_cert *c), void *arg, struct diag *d)
{
    struct reg_log_entry entry;
    struct reg_cert c;
    bool due = false;
    enum rc rc = register_log_entry(e->reg, index, &entry, d);
    if (rc == RC_OK && entry.kind == LOG_TOKEN)
        rc = is_due(e, &entry, &c, &due, d);
    if (rc != RC_OK || !due)
        return rc;
    if (!e->options.dry_run)
        rc = issue_again(e, &c, d);
    if (rc != RC_OK)
        return rc;
    told(arg, &c);
    return ++*count % e->home->settings.group_rows == 0 ? engine_commit(e, d) : RC_OK;
}

enum rc engine_reissue(struct engine *e, void (*told)(void *arg, const struct reg_cert *c),
                       void *arg, uint64_t *ret, struct diag *d)
{
    assert(e && told && ret);

    uint64_t count = 0;
    enum rc rc = engine_usable(e, d);
    const uint64_t size = register_log_size(e->reg);
    for (uint64_t i = first_behind(e->home->trust); rc == RC_OK && i < size; i++)
        rc = look_at(e, i, &count, told, arg, d);
    if (rc == RC_OK)
        rc = engine_flush(e, d);
    e->failed = rc != RC_OK;
    if (rc == RC_OK)
        *ret = count;
    return rc;
}
