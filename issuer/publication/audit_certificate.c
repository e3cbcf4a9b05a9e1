/* Certificates as they must have been issued, and what each version's leaf must say. */
#include "issuer/publication/audit_replay.h"

#include <string.h>

#include "core/cert/token.h"

/* A number that a legacy certificate had before is passed over. */
static bool is_an_old_number(const struct replay *p, const char *number)
{
    struct reg_legacy legacy;
    return register_legacy_find(p->run->reg, span_text(number), &legacy, NULL) == RC_OK &&
           legacy.id < p->seen.legacy_count;
}

static enum rc next_number(struct replay *p, const struct seen_cert *c, char ret[NUMBER_MAX + 1],
                           struct diag *d)
{
    const char *const template = replay_policy(p, c->unit, p->today)->number_template;
    const int year = date_year(p->today);
    struct seen_unit *const u = seen_unit_add(&p->seen, c->unit);
    uint64_t *const serial = u ? seen_serial(u, c->post, year) : NULL;
    if (!serial)
        return replay_no_memory(d);
    do {
        const enum rc rc = number_format(template, c->unit, c->post, year, ++*serial, ret, d);
        if (rc != RC_OK)
            return rc;
    } while (is_an_old_number(p, ret));
    return RC_OK;
}

enum rc replay_issue(struct replay *p, struct seen_cert facts, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const uint32_t id = (uint32_t)p->seen.cert_count;
    if (facts.unit >= SEEN_UNITS) {
        NOTE(p, "unit %u has more than three digits", facts.unit);
        return RC_OK;
    }
    const enum rc rc = next_number(p, &facts, facts.number, &why);
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);

    facts.issued = p->today;
    facts.version = 1;
    facts.status_index = register_status_index_at(p->run->reg, (uint32_t)p->statuses++);
    facts.deadline = seen_deadline(&facts, replay_policy(p, facts.unit, p->today));
    if (!seen_cert_add(&p->seen, &facts))
        return replay_no_memory(d);
    return replay_version(p, id, d);
}

/* --- a version's leaf --- */

/* The last two CE years that have a whole hour, as a token has them. */
static size_t token_years(const struct seen_cert *c, const struct policy_values *policy,
                          struct ce_hours ret[TOKEN_CE_YEARS])
{
    enum { TOKEN_HOURS_MAX = 64 };
    struct ce_years years;
    struct ce_hours found[TOKEN_CE_YEARS];
    size_t count = 0;
    seen_years(c, &years);
    for (size_t i = years.count; i-- > 0 && count < TOKEN_CE_YEARS;) {
        const struct ce_year y = ce_years_counted(&years, years.years[i].k, policy);
        const uint32_t hours = y.hours / 100, post_hours = y.post_hours / 100;
        if (hours > 0)
            found[count++] = (struct ce_hours){
                .k = y.k,
                .hours = hours < TOKEN_HOURS_MAX ? hours : TOKEN_HOURS_MAX,
                .post_hours = post_hours < TOKEN_HOURS_MAX ? post_hours : TOKEN_HOURS_MAX,
            };
    }
    for (size_t i = 0; i < count; i++)
        ret[i] = found[count - 1 - i];
    return count;
}

static bool same_years(const struct token *t, const struct ce_hours *must, size_t count)
{
    for (size_t i = 0; i < count && i < t->ce_count; i++) {
        if (t->ce[i].k != must[i].k || t->ce[i].hours != must[i].hours ||
            t->ce[i].post_hours != must[i].post_hours)
            return false;
    }
    return count == t->ce_count;
}

static void compare_token(struct replay *p, const struct token *t, const struct seen_cert *c,
                          const struct reg_version *v)
{
    struct ce_hours years[TOKEN_CE_YEARS];
    const size_t count =
        token_years(c, replay_policy(p, c->unit, date_of_time(v->signed_at)), years);

    if (!span_equal(t->number, span_text(c->number)) || t->post != c->post || t->unit != c->unit ||
        t->provider != c->provider || t->issued != c->issued)
        NOTE(p, "token %s/%u: number, post, unit, provider or issue date differ", c->number,
             c->version);
    if (t->version != c->version || t->deadline != c->deadline ||
        t->status_index != c->status_index)
        NOTE(p, "token %s/%u: version, deadline or status index differ", c->number, c->version);
    if (t->log_index != v->log_index || t->iat != v->signed_at)
        NOTE(p, "token %s/%u: log index or time differ", c->number, c->version);
    if (!same_years(t, years, count))
        NOTE(p, "token %s/%u: its hours are not the sum of the records", c->number, c->version);
}

static void check_leaf(struct replay *p, uint32_t id, const struct reg_version *v)
{
    const struct seen_cert *const c = &p->seen.certs[id];
    struct reg_log_entry e;
    struct token t;
    if (register_log_entry(p->run->reg, v->log_index, &e, NULL) != RC_OK || e.kind != LOG_TOKEN ||
        e.cert != id || e.part != c->version) {
        NOTE(p, "version %u of '%s' is not what stands at log %llu", c->version, c->number,
             (unsigned long long)v->log_index);
        return;
    }
    const enum rc rc =
        e.pending ? token_payload_parse(e.data, &t, NULL) : token_parse(e.data, &t, NULL);
    if (rc == RC_OK)
        compare_token(p, &t, c, v);
    else
        NOTE(p, "the token of version %u of '%s' cannot be read", c->version, c->number);
}

/* A token that no key might sign any more was logged again later, and its index is void. */
static bool is_its_time(const struct replay *p, int64_t signed_at)
{
    return signed_at == p->row.arrived_at ||
           (p->run->result->voids > 0 && signed_at > p->row.arrived_at);
}

enum rc replay_version(struct replay *p, uint32_t id, struct diag *d)
{
    const struct seen_cert *const c = &p->seen.certs[id];
    struct reg_version v;
    struct diag why = DIAG_INIT;
    p->versions++;
    const enum rc rc = register_version(p->run->reg, id, c->version, &v, &why);
    if (rc == RC_NOT_FOUND) {
        NOTE(p, "version %u of '%s' is not in the register", c->version, c->number);
        return RC_OK;
    }
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);

    if (v.deadline != c->deadline || v.status_index != c->status_index)
        NOTE(p, "version %u of '%s': deadline or status index differ from what the records give",
             c->version, c->number);
    if (!is_its_time(p, v.signed_at))
        NOTE(p, "version %u of '%s' was not signed when the row arrived", c->version, c->number);
    if (v.signed_at > p->last_signed_at)
        p->last_signed_at = v.signed_at;
    check_leaf(p, id, &v);
    return RC_OK;
}
