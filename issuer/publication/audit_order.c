/* Orders and amendments: each is a leaf by its operator's key. */
#include "issuer/publication/audit_replay.h"

#include <string.h>

#include "issuer/register/engine.h"
#include "issuer/register/survivors.h"

/* --- the order as the register has it, and its leaf --- */

/* The second operator's message over the same payload, when that names one. */
static bool second_holds(const struct replay *p, const struct reg_order *o,
                         const struct cose_sign1 *first, const struct order_text *said)
{
    struct span bytes;
    struct cose_sign1 m;
    const struct trusted_key *key;
    const enum rc rc = register_order_second(p->run->reg, o->cert, o->sequence, &bytes, NULL);
    if (said->second_kid.len == 0)
        return rc == RC_NOT_FOUND;
    return rc == RC_OK && cose_sign1_parse(bytes, &m, NULL) == RC_OK &&
           span_equal(m.payload, first->payload) && span_equal(m.header.kid, said->second_kid) &&
           trust_list_check(p->run->home->trust, &m, USE_OPERATOR, TYP_ORDER_SECOND,
                            said->ordered_at, &key, NULL) == RC_OK;
}

static void compare_leaf(struct replay *p, const struct reg_order *o, const struct seen_cert *c)
{
    struct reg_log_entry e;
    struct cose_sign1 m;
    struct order_text said;
    if (register_log_entry(p->run->reg, o->log_index, &e, NULL) != RC_OK || e.kind != LOG_ORDER ||
        e.cert != o->cert || e.part != o->sequence || cose_sign1_parse(e.data, &m, NULL) != RC_OK ||
        order_payload_read(m.payload, &said, NULL) != RC_OK) {
        NOTE(p, "order %u of '%s' is not what stands at log %llu", o->sequence, c->number,
             (unsigned long long)o->log_index);
        return;
    }
    if (memcmp(said.deployment, p->run->home->trust->deployment, sizeof said.deployment) != 0 ||
        !span_equal(said.number, span_text(c->number)) || said.action != (uint32_t)o->action ||
        said.effective != o->effective || said.ordered_at != o->ordered_at ||
        !span_equal(said.reason, span_text(o->reason)) ||
        !span_equal(said.reference, span_text(o->reference)) ||
        !span_equal(m.header.kid, span_of(o->operator_kid, KID_LEN)))
        NOTE(p, "what was signed differs from order %u of '%s'", o->sequence, c->number);
    p->seconds += said.second_kid.len > 0;
    if (!second_holds(p, o, &m, &said))
        NOTE(p, "the second signature of order %u of '%s' is missing or does not hold", o->sequence,
             c->number);
}

/* One that was signed elsewhere bears the time of its signing. */
static bool ordered_as_it_came(const struct reg_order *o, const struct reg_row *row)
{
    if (!span_equal(row->sender, span_text(ORDERS_SENDER)))
        return o->ordered_at == row->arrived_at;
    return o->ordered_at >= row->arrived_at - GIVEN_ORDER_AGE_MAX_S &&
           o->ordered_at <= row->arrived_at + GIVEN_ORDER_AHEAD_MAX_S;
}

/* The order that comes next on certificate id must be this. */
static enum rc take_order(struct replay *p, uint32_t id, const struct seen_order *must,
                          struct diag *d)
{
    struct seen_cert *const c = &p->seen.certs[id];
    struct reg_order o;
    bool timed = false;
    struct diag why = DIAG_INIT;
    p->orders++;
    enum rc rc = register_order(p->run->reg, id, (uint32_t)c->order_count, &o, &why);
    if (rc == RC_OK)
        rc = register_order_timed(p->run->reg, &o, &timed, &why);
    if (rc != RC_OK) {
        rc = audit_absorb(p->run->result, p->subject, rc, &why, d);
    } else {
        if (o.action != must->action || o.state != must->state || o.effective != must->effective ||
            !ordered_as_it_came(&o, &p->row))
            NOTE(p, "order %u of '%s' is not what the row says", o.sequence, c->number);
        if (!timed)
            NOTE(p, "the index of orders by time does not have it under its operator");
        compare_leaf(p, &o, c);
    }
    if (rc != RC_OK)
        return rc;
    if (must->effective > p->today && must->effective > p->last_day_ahead)
        p->last_day_ahead = must->effective;
    return seen_order_add(c, must) ? RC_OK : replay_no_memory(d);
}

/* --- state orders --- */

static enum state state_set_by(enum order_action action)
{
    static const enum state states[] = {
        [ORDER_SUSPEND] = STATE_SUSPENDED, [ORDER_REINSTATE] = STATE_VALID,
        [ORDER_REVOKE] = STATE_REVOKED,    [ORDER_WITHDRAW] = STATE_WITHDRAWN,
        [ORDER_CANCEL] = STATE_CANCELLED,  [ORDER_AMEND] = STATE_VALID,
        [ORDER_REISSUE] = STATE_UNKNOWN,
    };
    return (size_t)action < sizeof states / sizeof states[0] ? states[action] : STATE_UNKNOWN;
}

static bool may_follow(enum order_action action, enum state before)
{
    switch (action) {
    case ORDER_SUSPEND:
        return before == STATE_VALID;
    case ORDER_REINSTATE:
        return before == STATE_SUSPENDED;
    case ORDER_REVOKE:
    case ORDER_WITHDRAW:
    case ORDER_CANCEL:
    case ORDER_AMEND:
        return before == STATE_VALID || before == STATE_SUSPENDED;
    case ORDER_NONE:
    case ORDER_REISSUE:
        return false;
    }
    return false;
}

static enum state chain_end(const struct seen_cert *c)
{
    const struct seen_order *const last = seen_last_order(c);
    return last ? last->state : STATE_VALID;
}

static enum rc replay_state_order(struct replay *p, uint32_t id, struct diag *d)
{
    const struct seen_cert *const c = &p->seen.certs[id];
    const struct seen_order *const last = seen_last_order(c);
    const struct seen_order must = {
        .action = p->record.as.order.action,
        .state = state_set_by(p->record.as.order.action),
        .effective = p->record.as.order.effective_on,
    };
    if (!may_follow(must.action, chain_end(c)))
        NOTE(p, "taken although the state did not allow it");
    if (last && must.effective < last->effective)
        NOTE(p, "taken although it holds from before the order that it follows");
    if (p->row.person != c->person)
        NOTE(p, "it is of another person than its certificate");
    replay_expect(
        p, &(struct row_facts){ .outcome = OUTCOME_RECORDED, .cert = id, .version = c->version });
    return take_order(p, id, &must, d);
}

/* --- amendments: every certificate of the person that no final order has ended --- */

static enum rc renew_index(struct replay *p, uint32_t id, struct diag *d)
{
    struct seen_cert *const c = &p->seen.certs[id];
    const struct seen_retired old = { c->status_index, c->version };
    if (!seen_retired_add(c, &old))
        return replay_no_memory(d);
    c->version++;
    c->status_index = register_status_index_at(p->run->reg, (uint32_t)p->statuses++);
    c->renamed = true;
    return replay_version(p, id, d);
}

static bool goes_on(const struct seen_cert *c)
{
    const enum state end = chain_end(c);
    return (end == STATE_VALID || end == STATE_SUSPENDED) && c->retired_count < RETIRED_INDEXES_MAX;
}

static enum rc replay_amendment(struct replay *p, uint32_t id, struct diag *d)
{
    const struct seen_order must = { .action = ORDER_AMEND,
                                     .state = STATE_VALID,
                                     .effective = p->today };
    struct seen_person *const person = seen_person(&p->seen, p->seen.certs[id].person);
    if (!person || p->row.person != p->seen.certs[id].person) {
        NOTE(p, "it is of another person than its certificate");
        return RC_OK;
    }
    if (!may_follow(ORDER_AMEND, chain_end(&p->seen.certs[id])))
        NOTE(p, "taken although the state did not allow it");
    person->amended = true;
    for (uint32_t i = person->first_cert; i; i = p->seen.certs[i - 1].next)
        p->seen.certs[i - 1].renamed = false;

    enum rc rc = take_order(p, id, &must, d);
    if (rc == RC_OK)
        rc = renew_index(p, id, d);
    for (uint32_t i = person->first_cert; rc == RC_OK && i; i = p->seen.certs[i - 1].next) {
        if (i - 1 != id && goes_on(&p->seen.certs[i - 1]))
            rc = renew_index(p, i - 1, d);
    }
    replay_expect(p, &(struct row_facts){ .outcome = OUTCOME_RENEWED,
                                          .cert = id,
                                          .version = p->seen.certs[id].version });
    return rc;
}

/* --- issued again: only what a cut-off took, and no certificate that was ended --- */

static enum rc replay_reissue(struct replay *p, uint32_t id, struct diag *d)
{
    struct seen_cert *const c = &p->seen.certs[id];
    struct reg_version before;
    struct diag why = DIAG_INIT;
    bool cut_off = false;
    enum rc rc = register_version(p->run->reg, id, c->version, &before, &why);
    if (rc == RC_OK)
        rc = survivors_are_without(p->run->reg, p->run->home->trust, before.log_index, &cut_off,
                                   &why);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        rc = audit_absorb(p->run->result, p->subject, rc, &why, d);
        if (rc != RC_OK)
            return rc;
    }
    if (!cut_off)
        NOTE(p, "issued again although no cut-off took its token");
    if (!may_follow(ORDER_AMEND, chain_end(c)))
        NOTE(p, "issued again although an order has ended it");
    if (p->row.person != c->person)
        NOTE(p, "it is of another person than its certificate");
    c->version++;
    replay_expect(
        p, &(struct row_facts){ .outcome = OUTCOME_RENEWED, .cert = id, .version = c->version });
    return replay_version(p, id, d);
}

enum rc replay_order(struct replay *p, struct diag *d)
{
    if (p->row.cert < 0 || (uint64_t)p->row.cert >= p->seen.cert_count) {
        NOTE(p, "an order for a certificate that was not there");
        return RC_OK;
    }
    const uint32_t id = (uint32_t)p->row.cert;
    if (p->record.as.order.action == ORDER_REISSUE)
        return replay_reissue(p, id, d);
    return p->record.as.order.action == ORDER_AMEND ? replay_amendment(p, id, d)
                                                    : replay_state_order(p, id, d);
}
