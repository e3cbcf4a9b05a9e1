#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/register/register_internal.h"

/* An order's bytes: [action, state, effective, ordered at, operator's kid, log index, reason,
 * reference]. */
#define FIELD_COUNT 8

static struct reg_key order_key(uint32_t cert, uint32_t sequence)
{
    struct reg_key key = reg_key_of(WIDTH_ID, cert);
    reg_key_put(&key, 2, sequence);
    return key;
}

static bool read_order(struct span value, struct order_spans *o)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    uint64_t count, action, state;
    if (!cbor_array(&c, "order", FIELD_COUNT, &count) || count != FIELD_COUNT ||
        !cbor_uint(&c, "action", ORDER_AMEND, &action) ||
        !cbor_uint(&c, "state", STATE_VALID, &state) ||
        !reg_read_date(&c, "effective", &o->effective) ||
        !cbor_int(&c, "ordered at", &o->ordered_at) ||
        !cbor_bytes(&c, "operator", KID_LEN, KID_LEN, &o->operator_kid) ||
        !cbor_uint(&c, "log index", UINT64_MAX, &o->log_index) ||
        !cbor_text(&c, "reason", 0, RECORD_TEXT_MAX, &o->reason) ||
        !cbor_text(&c, "reference", 0, RECORD_TEXT_MAX, &o->reference) || !cbor_end(&c))
        return false;
    o->action = (enum order_action)action;
    o->state = (enum state)state;
    return true;
}

enum rc reg_order_spans(struct reg *r, uint32_t cert, uint32_t sequence, struct order_spans *ret,
                        struct diag *d)
{
    if (sequence > UINT16_MAX)
        return RC_NOT_FOUND;
    const struct reg_key key = order_key(cert, sequence);
    struct span value;
    const enum rc rc = reg_get(r, DB_ORDERS, reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc;
    return read_order(value, ret) ? RC_OK : reg_damaged("orders", d);
}

enum rc register_order(struct reg *r, uint32_t cert, uint32_t sequence, struct reg_order *ret,
                       struct diag *d)
{
    assert(r && ret);

    struct order_spans o;
    const enum rc rc = reg_order_spans(r, cert, sequence, &o, d);
    if (rc != RC_OK)
        return rc;
    *ret = (struct reg_order){
        .cert = cert,
        .sequence = sequence,
        .action = o.action,
        .state = o.state,
        .effective = o.effective,
        .ordered_at = o.ordered_at,
        .log_index = o.log_index,
    };
    memcpy(ret->operator_kid, o.operator_kid.ptr, KID_LEN);
    const bool fits = reg_copy_text(ret->reason, sizeof ret->reason, o.reason) &&
                      reg_copy_text(ret->reference, sizeof ret->reference, o.reference);
    return fits ? RC_OK : reg_damaged("orders", d);
}

/* What is published goes by it: whether a day that comes changes anything. */
static enum rc keep_day_ahead(struct reg *r, const struct reg_order *o, struct diag *d)
{
    int64_t last = 0;
    if (o->effective <= date_of_time(o->ordered_at))
        return RC_OK;
    const enum rc rc = register_fact(r, FACT_LAST_DAY_AHEAD, INT64_MAX, &last, d);
    return rc == RC_OK && o->effective > last
               ? register_fact_put(r, FACT_LAST_DAY_AHEAD, o->effective, d)
               : rc;
}

enum rc register_order_put(struct reg *r, const struct reg_order *o, struct diag *d)
{
    assert(r && o && o->ordered_at >= 0);

    const struct reg_key key = order_key(o->cert, o->sequence);
    struct reg_key time = reg_key_of(8, (uint64_t)o->ordered_at);
    reg_key_put_span(&time, reg_key_span(&key));
    struct buf *const b = reg_scratch(r);
    cbor_put_array(b, FIELD_COUNT);
    cbor_put_uint(b, o->action);
    cbor_put_uint(b, o->state);
    cbor_put_int(b, o->effective);
    cbor_put_int(b, o->ordered_at);
    cbor_put_bytes(b, span_of(o->operator_kid, KID_LEN));
    cbor_put_uint(b, o->log_index);
    cbor_put_cstr(b, o->reason);
    cbor_put_cstr(b, o->reference);
    enum rc rc = reg_put_scratch(r, DB_ORDERS, reg_key_span(&key), PUT_ANY, d);
    if (rc == RC_OK)
        rc = keep_day_ahead(r, o, d);
    if (rc != RC_OK)
        return rc;
    return reg_put(r, DB_ORDER_TIMES, reg_key_span(&time), span_of(o->operator_kid, KID_LEN),
                   PUT_ANY, d);
}

enum rc register_order_second(struct reg *r, uint32_t cert, uint32_t sequence, struct span *ret,
                              struct diag *d)
{
    assert(r && ret);

    const struct reg_key key = order_key(cert, sequence);
    return reg_get(r, DB_ORDER_SECONDS, reg_key_span(&key), ret, d);
}

enum rc register_order_second_put(struct reg *r, uint32_t cert, uint32_t sequence, struct span cose,
                                  struct diag *d)
{
    assert(r);

    const struct reg_key key = order_key(cert, sequence);
    return reg_put(r, DB_ORDER_SECONDS, reg_key_span(&key), cose, PUT_ANY, d);
}

enum rc register_orders_since(struct reg *r, int64_t since, const uint8_t kid[KID_LEN],
                              uint32_t enough, struct order_counts *ret, struct diag *d)
{
    assert(r && kid && ret);

    struct order_counts counts = { 0 };
    struct reg_key from = reg_key_of(8, since > 0 ? (uint64_t)since : 0);
    while (counts.all < enough) {
        struct span key, operator_kid;
        const enum rc rc = reg_seek(r, DB_ORDER_TIMES, reg_key_span(&from), &key, &operator_kid, d);
        if (rc == RC_NOT_FOUND)
            break;
        if (rc != RC_OK)
            return rc;
        counts.all++;
        counts.by_operator += span_equal(operator_kid, span_of(kid, KID_LEN));

        /* The next key: this one and a zero. */
        from.len = 0;
        reg_key_put_span(&from, key);
        reg_key_put(&from, 1, 0);
    }
    *ret = counts;
    return RC_OK;
}

enum rc register_order_state(struct reg *r, const struct reg_cert *c, int32_t date, enum state *ret,
                             struct diag *d)
{
    assert(r && c && ret);

    /* Effective dates never fall along the chain, so the first that holds from behind is it. */
    for (size_t i = c->order_count; i-- > 0;) {
        struct order_spans o;
        const enum rc rc = reg_order_spans(r, c->id, (uint32_t)i, &o, d);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? reg_damaged("orders", d) : rc;
        if (o.action == ORDER_AMEND || o.effective > date)
            continue;
        *ret = o.state;
        return RC_OK;
    }
    *ret = STATE_VALID;
    return RC_OK;
}

enum rc register_state(struct reg *r, const struct reg_cert *c, int32_t date,
                       const struct policy_values *p, enum state *ret, struct diag *d)
{
    assert(r && c && p && ret);

    enum state state = STATE_UNKNOWN;
    const enum rc rc = register_order_state(r, c, date, &state, d);
    if (rc != RC_OK)
        return rc;
    if (state == STATE_VALID && c->deadline < date)
        state = STATE_LAPSED;
    else if (state == STATE_VALID && (int64_t)c->deadline - date <= p->due_days)
        state = STATE_DUE;
    *ret = state;
    return RC_OK;
}
