/* Orders about certificates, signed by operators. */
#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/register/engine_internal.h"

#define DAY_S 86400

/* What an action makes of a certificate, and which states it may follow. */
static const struct transition {
    enum state to;
    bool from_valid, from_suspended;
} transitions[] = {
    [ORDER_NONE] = { STATE_UNKNOWN, false, false },
    [ORDER_SUSPEND] = { STATE_SUSPENDED, true, false },
    [ORDER_REINSTATE] = { STATE_VALID, false, true },
    [ORDER_REVOKE] = { STATE_REVOKED, true, true },
    [ORDER_WITHDRAW] = { STATE_WITHDRAWN, true, true },
    [ORDER_CANCEL] = { STATE_CANCELLED, true, true },
    [ORDER_AMEND] = { STATE_VALID, true, true },
    [ORDER_REISSUE] = { STATE_UNKNOWN, false, false },
};

/* --- operators --- */

static bool same_key(const struct public_numbers *a, const struct public_numbers *b)
{
    return a->alg == b->alg && memcmp(a->x, b->x, sizeof a->x) == 0 &&
           memcmp(a->y, b->y, sizeof a->y) == 0;
}

static const struct trusted_key *find_listed(const struct home *h, const struct public_numbers *key,
                                             const uint8_t kid[KID_LEN])
{
    const struct trusted_key *k = NULL;
    while ((k = trust_list_find(h->trust, span_of(kid, KID_LEN), k)) != NULL)
        if (k->use == USE_OPERATOR && same_key(pubkey_numbers(k->key), key) &&
            h->now >= k->not_before && h->now <= k->not_after)
            return k;
    return NULL;
}

static enum rc load_operator(struct engine *e, const char *option, const char *setting,
                             struct operator_key *ret, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = RC_OK;
    if (!option && setting[0] == '\0')
        return RC_OK;
    if (!option && setting[0] != '/')
        rc = home_path(e->home, setting, path, d);
    if (rc != RC_OK)
        return rc;
    const char *const from = option ? option : setting[0] == '/' ? setting : path;
    rc = private_key_load(from, &ret->key, d);
    if (rc != RC_OK)
        return rc;
    const struct public_numbers *const numbers = private_key_public(ret->key);
    cose_key_id(numbers, ret->kid);
    ret->listed = find_listed(e->home, numbers, ret->kid);
    return RC_OK;
}

/* Only when the first order comes: most imports have none, and need no operator's key. */
enum rc engine_load_operators(struct engine *e, struct diag *d)
{
    if (e->operators_loaded || e->options.no_operators)
        return RC_OK;
    const struct home_settings *const s = &e->home->settings;
    enum rc rc = load_operator(e, e->options.operator_key, s->operator_key, &e->first, d);
    if (rc == RC_OK)
        rc =
            load_operator(e, e->options.second_operator_key, s->second_operator_key, &e->second, d);
    e->operators_loaded = rc == RC_OK;
    return rc;
}

void engine_forget_operators(struct engine *e)
{
    private_key_free(e->first.key);
    private_key_free(e->second.key);
}

/* Two signatures of one person are one. */
bool engine_has_second(const struct engine *e)
{
    return e->second.listed && e->second.listed != e->first.listed;
}

/* It counts by itself, and has the last word. */
static enum rc ask_signer(struct engine *e, enum order_action action, bool *ret_needed,
                          struct diag *d)
{
    bool alone = false;
    const enum rc rc = signer_order_alone(e->signer, span_of(e->first.kid, KID_LEN),
                                          (uint32_t)action, e->home->now, &alone, d);
    *ret_needed = !alone;
    return rc;
}

enum rc engine_second_needed(struct engine *e, enum order_action action, uint32_t unit, bool *ret,
                             struct diag *d)
{
    *ret = false;
    if (e->home->trust->demo)
        return RC_OK;
    if (action == ORDER_REINSTATE || action == ORDER_AMEND) {
        *ret = true;
        return RC_OK;
    }

    const struct policy_values *const p =
        policy_at(e->home->policy, unit, date_of_time(e->home->now));
    struct order_counts counts;
    enum rc rc = register_orders_since(e->reg, e->home->now - DAY_S + 1, e->first.kid,
                                       p->orders_alone_per_day_all, &counts, d);
    if (rc != RC_OK)
        return rc;
    *ret =
        counts.all >= p->orders_alone_per_day_all || counts.by_operator >= p->orders_alone_per_day;
    return *ret || !e->signer ? RC_OK : ask_signer(e, action, ret, d);
}

/* --- an order's leaf --- */

static void put_payload(struct engine *e, const struct order_leaf *o, bool with_second)
{
    struct order_text text = {
        .number = span_text(o->cert->number),
        .action = (uint32_t)o->action,
        .reason = o->reason,
        .reference = o->reference,
        .effective = o->effective,
        .ordered_at = e->home->now,
        .name = o->name,
        .second_kid = span_of(e->second.kid, with_second ? KID_LEN : 0),
    };
    memcpy(text.deployment, e->home->trust->deployment, sizeof text.deployment);
    buf_clear(&e->payload);
    order_payload_put(&e->payload, &text);
}

static enum rc countersign(struct engine *e, struct buf *to, struct diag *d)
{
    if (!e->given)
        return operator_sign(e->second.key, e->home->trust, true, buf_span(&e->payload),
                             e->home->now, to, d);
    buf_put_span(to, e->given->second);
    return buf_rc(to, d);
}

/* Before it is in the log: what the signer does not admit has never been. */
static enum rc sign_order(struct engine *e, struct span second, struct diag *d)
{
    enum rc rc = RC_OK;
    if (e->given)
        buf_put_span(&e->leaf, e->given->first);
    else
        rc = operator_sign(e->first.key, e->home->trust, false, buf_span(&e->payload), e->home->now,
                           &e->leaf, d);
    return rc == RC_OK ? signer_order(e->signer, buf_span(&e->leaf), second, e->home->now, d) : rc;
}

static enum rc put_order(struct engine *e, const struct order_leaf *o, uint64_t log_index,
                         struct diag *d)
{
    struct reg_order order = {
        .cert = o->cert->id,
        .sequence = (uint32_t)o->cert->order_count,
        .action = o->action,
        .state = o->state,
        .effective = o->effective,
        .ordered_at = e->given ? e->given->ordered_at : e->home->now,
        .log_index = log_index,
    };
    assert(o->reason.len < sizeof order.reason && o->reference.len < sizeof order.reference);
    memcpy(order.operator_kid, e->first.kid, KID_LEN);
    memcpy(order.reason, o->reason.ptr, o->reason.len);
    memcpy(order.reference, o->reference.ptr, o->reference.len);
    return register_order_put(e->reg, &order, d);
}

enum rc engine_log_order(struct engine *e, const struct order_leaf *o, struct diag *d)
{
    bool with_second;
    ON_EXIT(buf_free_at) struct buf second = { 0 };
    enum rc rc = engine_second_needed(e, o->action, o->cert->unit, &with_second, d);
    if (rc != RC_OK)
        return rc;
    /* One that two have signed keeps both signatures, asked for or not. */
    with_second = with_second || (e->given && e->given->second.len > 0);
    put_payload(e, o, with_second);
    rc = buf_rc(&e->payload, d);
    if (rc == RC_OK && with_second && !e->options.dry_run)
        rc = countersign(e, &second, d);
    if (rc != RC_OK)
        return rc;

    /* A dry run signs nothing, and nobody will ever see its leaf. */
    buf_clear(&e->leaf);
    if (e->options.dry_run)
        buf_put_span(&e->leaf, buf_span(&e->payload));
    else
        rc = sign_order(e, buf_span(&second), d);
    if (rc == RC_OK)
        rc = buf_rc(&e->leaf, d);
    if (rc == RC_OK && second.len > 0)
        rc = register_order_second_put(e->reg, o->cert->id, (uint32_t)o->cert->order_count,
                                       buf_span(&second), d);
    if (rc != RC_OK)
        return rc;

    struct reg_log_entry entry = {
        .kind = LOG_ORDER,
        .cert = o->cert->id,
        .part = (uint32_t)o->cert->order_count,
        .data = buf_span(&e->leaf),
    };
    rc = register_log_append(e->reg, &entry, d);
    if (rc == RC_OK)
        rc = put_order(e, o, entry.index, d);
    if (rc == RC_OK)
        o->cert->order_count++;
    return rc;
}

/* --- order rows --- */

static bool unknown_certificate(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->record->as.order.certificate.len > 0 && !w->cert_known;
}

static bool bad_transition(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const struct transition *const t = &transitions[w->record->as.order.action];
    if (!w->cert_known || w->record->as.order.action == ORDER_NONE)
        return false;
    if (w->cert.order_count == UINT16_MAX)
        return true;
    return !(w->order_state == STATE_VALID && t->from_valid) &&
           !(w->order_state == STATE_SUSPENDED && t->from_suspended);
}

static int32_t effective_on(const struct work *w)
{
    const int32_t given = w->record->as.order.effective_on;
    return given != NO_DATE ? given : w->today;
}

static bool before_the_last(const struct work *w, char detail[DETAIL_LEN])
{
    if (!w->cert_known || !work_read(w, "effective_on") || effective_on(w) >= w->last_effective)
        return false;
    detail_dates(detail, effective_on(w), "<", w->last_effective);
    return true;
}

static bool operator_unknown(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return !w->e->first.listed;
}

static bool second_operator_needed(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->second_needed && !engine_has_second(w->e);
}

static const struct rule order_rules[] = {
    { REASON_UNKNOWN_CERTIFICATE, "certificate", unknown_certificate },
    { REASON_BAD_TRANSITION, "action", bad_transition },
    { REASON_DATE_INVALID, "effective_on", before_the_last },
    { REASON_OPERATOR_UNKNOWN, NULL, operator_unknown },
    { REASON_SECOND_OPERATOR_NEEDED, NULL, second_operator_needed },
};

/* The chain's last state, whether it holds yet or not; amendments set none. */
static enum rc find_chain_end(struct work *w, struct diag *d)
{
    w->order_state = STATE_VALID;
    for (size_t i = w->cert.order_count; i-- > 0;) {
        struct reg_order o;
        const enum rc rc = register_order(w->e->reg, w->cert.id, (uint32_t)i, &o, d);
        if (rc != RC_OK)
            return rc;
        if (o.action == ORDER_AMEND)
            continue;
        w->order_state = o.state;
        w->last_effective = o.effective;
        return RC_OK;
    }
    return RC_OK;
}

static enum rc check_order(struct work *w, struct diag *d)
{
    enum rc rc = register_cert_find(w->e->reg, w->record->as.order.certificate, &w->cert, d);
    w->cert_known = rc == RC_OK;
    if (rc == RC_OK)
        rc = find_chain_end(w, d);
    else if (rc == RC_NOT_FOUND)
        rc = RC_OK;
    if (rc == RC_OK)
        rc = engine_load_operators(w->e, d);
    if (rc == RC_OK)
        rc = engine_second_needed(w->e, w->record->as.order.action,
                                  w->cert_known ? w->cert.unit : 0, &w->second_needed, d);
    if (rc == RC_OK)
        work_ask(w, order_rules, RULE_COUNT(order_rules));
    return rc;
}

/* The signer's trust list may be newer than ours: what it refuses of an order that was signed
 * elsewhere is no failure of ours. When it has gone, it is. */
static bool is_refused(const struct engine *e, enum rc rc, const struct diag *why)
{
    return e->given && (rc == RC_REFUSED || rc == RC_BAD_SIGNATURE || rc == RC_NOT_FOUND) &&
           strncmp(why->text, SIGNER_WORDS, sizeof SIGNER_WORDS - 1) != 0;
}

static enum rc take_order(struct work *w, struct diag *d)
{
    const struct order_leaf o = {
        .cert = &w->cert,
        .action = w->record->as.order.action,
        .state = transitions[w->record->as.order.action].to,
        .reason = w->record->as.order.reason,
        .reference = w->record->as.order.reference,
        .effective = effective_on(w),
    };
    struct diag why = DIAG_INIT;
    enum rc rc = engine_log_order(w->e, &o, &why);
    if (is_refused(w->e, rc, &why)) {
        w->outcome->outcome = OUTCOME_REFUSED;
        reasons_add_detail(&w->outcome->reasons, REASON_OPERATOR_UNKNOWN, NULL, "%.90s", why.text);
        return RC_OK;
    }
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset, "%s", why.text);
    rc = register_cert_put(w->e->reg, &w->cert, false, d);
    w->row.person = w->cert.person;
    w->row.cert = w->cert.id;
    w->row.version = w->cert.version;
    return rc;
}

const struct kind_work kind_order = { check_order, take_order };
