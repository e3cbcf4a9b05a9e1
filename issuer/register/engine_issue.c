/* New certificates, and new versions of those that are: the payloads that will be signed. */
#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/cert/token.h"
#include "issuer/register/engine_internal.h"

#define ID_TAIL_LEN  4
#define CE_HOURS_MAX 64u /* a token's limit, whatever a policy counts */

static uint32_t whole_hours(uint32_t hundredths)
{
    return hundredths / 100 < CE_HOURS_MAX ? hundredths / 100 : CE_HOURS_MAX;
}

/* The last two CE years that have a whole hour, ascending. */
static size_t last_years(const struct reg_cert *c, const struct policy_values *p,
                         struct ce_hours ret[TOKEN_CE_YEARS])
{
    struct ce_hours found[TOKEN_CE_YEARS];
    size_t count = 0;
    for (size_t i = c->years.count; i-- > 0 && count < TOKEN_CE_YEARS;) {
        const struct ce_year y = ce_years_counted(&c->years, c->years.years[i].k, p);
        if (whole_hours(y.hours) > 0)
            found[count++] =
                (struct ce_hours){ y.k, whole_hours(y.hours), whole_hours(y.post_hours) };
    }
    for (size_t i = 0; i < count; i++)
        ret[i] = found[count - 1 - i];
    return count;
}

static struct span id_tail(const struct person_ref *who)
{
    const size_t len = strlen(who->id_number);
    const size_t tail = len < ID_TAIL_LEN ? len : ID_TAIL_LEN;
    return span_of(who->id_number + len - tail, tail);
}

static enum rc photo_claim(struct engine *e, const struct reg_person *holder, struct token *t,
                           uint8_t digest[TOKEN_PHOTO_LEN], struct diag *d)
{
    if (!holder->has_photo)
        return RC_OK;
    struct span file;
    const enum rc rc = register_photo(e->reg, holder->id, &file, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                                             "the photo of a holder is not in the register")
                                  : rc;
    token_photo_digest(t->number, t->iat, t->log_index, file, digest);
    t->photo = span_of(digest, TOKEN_PHOTO_LEN);
    return RC_OK;
}

static enum rc put_payload(struct engine *e, const struct reg_cert *c, const struct reg_version *v,
                           const struct reg_person *holder, struct diag *d)
{
    uint8_t digest[TOKEN_PHOTO_LEN];
    struct token t = {
        .number = span_text(c->number),
        .iat = v->signed_at,
        .name = span_text(holder->who.name),
        .id_type = holder->who.id_type,
        .id_tail = id_tail(&holder->who),
        .post = c->post,
        .unit = c->unit,
        .provider = c->provider,
        .issued = c->issued,
        .deadline = v->deadline,
        .version = v->version,
        .status_index = v->status_index,
        .log_index = v->log_index,
    };
    const struct policy_values *const p =
        policy_at(e->home->policy, c->unit, date_of_time(v->signed_at));
    t.ce_count = last_years(c, p, t.ce);
    const enum rc rc = photo_claim(e, holder, &t, digest, d);
    if (rc != RC_OK)
        return rc;

    buf_clear(&e->payload);
    token_payload_put(&e->payload, &t);
    return buf_rc(&e->payload, d);
}

enum rc engine_log_as(struct engine *e, const struct reg_cert *c, struct reg_version *v,
                      const struct reg_person *holder, struct diag *d)
{
    v->log_index = register_log_size(e->reg);
    v->signed_at = e->home->now;
    enum rc rc = put_payload(e, c, v, holder, d);
    if (rc != RC_OK)
        return rc;

    struct reg_log_entry entry = {
        .kind = LOG_TOKEN,
        .pending = true,
        .cert = c->id,
        .part = v->version,
        .data = buf_span(&e->payload),
    };
    rc = register_log_append(e->reg, &entry, d);
    if (rc == RC_OK)
        rc = register_version_put(e->reg, v, d);
    if (rc == RC_OK)
        rc = engine_pend(e, entry.index, buf_span(&e->payload), d);
    if (rc == RC_OK)
        e->last_signed_at = v->signed_at;
    return rc;
}

enum rc engine_log_version(struct engine *e, struct reg_cert *c, const struct reg_person *holder,
                           struct diag *d)
{
    struct reg_version v = {
        .cert = c->id,
        .version = c->version,
        .deadline = c->deadline,
        .status_index = c->status_index,
    };
    const enum rc rc = register_cert_put(e->reg, c, false, d);
    return rc == RC_OK ? engine_log_as(e, c, &v, holder, d) : rc;
}

/* A legacy certificate may stand under the number that would be next: rows must name one of them.
 */
static enum rc number_is_free(struct engine *e, const char *number, bool *ret, struct diag *d)
{
    struct reg_cert cert;
    struct reg_legacy legacy;
    enum rc rc = register_cert_find(e->reg, span_text(number), &cert, d);
    if (rc == RC_NOT_FOUND)
        rc = register_legacy_find(e->reg, span_text(number), &legacy, d);
    *ret = rc == RC_NOT_FOUND;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc next_number(struct work *w, const struct issue *what, char ret[NUMBER_MAX + 1],
                           struct diag *d)
{
    const struct policy_values *const p = work_policy(w, what->unit, w->today);
    const int year = date_year(w->today);
    bool is_free = false;
    while (!is_free) {
        uint64_t serial;
        enum rc rc = register_serial_next(w->e->reg, what->unit, what->post, year, &serial, d);
        if (rc == RC_OK)
            rc = number_format(p->number_template, what->unit, what->post, year, serial, ret, d);
        if (rc == RC_OK)
            rc = number_is_free(w->e, ret, &is_free, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

enum rc work_issue(struct work *w, const struct issue *what, struct diag *d)
{
    assert(w->person.cert_count < PERSON_CERTS_MAX);

    struct reg_cert c = {
        .origin = what->origin,
        .person = w->person.id,
        .post = what->post,
        .unit = what->unit,
        .provider = what->provider,
        .issued = w->today,
        .version = 1,
    };
    c.deadline = ce_deadline(c.issued, &c.years, work_policy(w, c.unit, w->today));
    enum rc rc = next_number(w, what, c.number, d);
    if (rc == RC_OK)
        rc = register_status_index_next(w->e->reg, &c.status_index, d);
    if (rc == RC_OK)
        rc = register_cert_put(w->e->reg, &c, true, d);
    if (rc != RC_OK)
        return rc;

    struct reg_version v = {
        .cert = c.id,
        .version = c.version,
        .deadline = c.deadline,
        .status_index = c.status_index,
    };
    rc = engine_log_as(w->e, &c, &v, &w->person, d);
    if (rc == RC_OK && !w->e->options.dry_run)
        rc = register_pickup_make(w->e->reg, &c, w->outcome->pickup, d);
    if (rc != RC_OK)
        return rc;
    w->person.certs[w->person.cert_count++] = c.id;
    w->person_changed = true;
    w->cert = c;
    w->row.cert = c.id;
    w->row.version = c.version;
    return RC_OK;
}
