/* Orders that operators have signed elsewhere: what they signed must be just what is applied. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/register/engine_internal.h"
#include "keys/private/order.h"

#define RECORD_BYTES 16 /* of the digest over what was signed */

struct reading {
    struct record record;
    struct reasons early;
    char record_id[2 * RECORD_BYTES + 1];
    struct span second_kid;
};

static enum rc not_signed(struct diag *d, const char *why)
{
    return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "%s", why);
}

/* One operator's signature over the payload in e->payload. An operator that the trust list does not
 * know is a reason of the order. */
static enum rc check_signature(const struct engine *e, struct span cose, const char *typ,
                               int64_t ordered_at, struct operator_key *ret, struct diag *d)
{
    struct cose_sign1 m;
    const struct trusted_key *key = NULL;
    if (cose_sign1_parse(cose, &m, NULL) != RC_OK || m.header.kid.len != KID_LEN)
        return not_signed(d, "a signature is no COSE_Sign1");
    if (!span_equal(m.payload, buf_span(&e->payload)))
        return not_signed(d, "what was signed is not this order");
    const enum rc rc = trust_list_check(e->home->trust, &m, USE_OPERATOR, typ, ordered_at, &key, d);
    if (rc == RC_CRYPTO || rc == RC_NOMEM)
        return rc;
    if (rc == RC_BAD_SIGNATURE || rc == RC_FORMAT)
        return not_signed(d, "a signature does not hold");
    memcpy(ret->kid, m.header.kid.ptr, KID_LEN);
    ret->listed = rc == RC_OK ? key : NULL;
    return RC_OK;
}

/* Who the second is stands in the payload that both sign. */
static enum rc read_second(const struct given_order *o, struct span *ret, struct diag *d)
{
    struct cose_sign1 m;
    *ret = (struct span){ 0 };
    if (o->second.len == 0)
        return RC_OK;
    if (cose_sign1_parse(o->second, &m, NULL) != RC_OK || m.header.kid.len != KID_LEN)
        return not_signed(d, "a signature is no COSE_Sign1");
    *ret = m.header.kid;
    return RC_OK;
}

static void put_given_payload(struct engine *e, const struct given_order *o,
                              const struct reading *r)
{
    struct order_text text = {
        .number = o->certificate,
        .action = (uint32_t)r->record.as.order.action,
        .reason = r->record.as.order.reason,
        .reference = r->record.as.order.reference,
        .effective = r->record.as.order.effective_on,
        .ordered_at = o->ordered_at,
        .second_kid = r->second_kid,
    };
    memcpy(text.deployment, e->home->trust->deployment, sizeof text.deployment);
    buf_clear(&e->payload);
    order_payload_put(&e->payload, &text);
}

static enum rc check_signatures(struct engine *e, const struct given_order *o,
                                const struct reading *r, struct diag *d)
{
    put_given_payload(e, o, r);
    enum rc rc = buf_rc(&e->payload, d);
    if (rc == RC_OK)
        rc = check_signature(e, o->first, TYP_ORDER, o->ordered_at, &e->first, d);
    if (rc == RC_OK && o->second.len > 0)
        rc = check_signature(e, o->second, TYP_ORDER_SECOND, o->ordered_at, &e->second, d);
    if (rc != RC_OK)
        return rc;
    if (o->second.len > 0 && memcmp(e->first.kid, e->second.kid, KID_LEN) == 0)
        return not_signed(d, "both signatures are of one operator");
    /* A second whom the list does not know makes the order no one's. */
    if (o->second.len > 0 && !e->second.listed)
        e->first.listed = NULL;
    return RC_OK;
}

static void read_cells(const struct engine *e, const struct given_order *o, struct reading *r)
{
    const struct cell cells[] = {
        { SPAN_LITERAL("record_id"), span_text(r->record_id) },
        { SPAN_LITERAL("action"), o->action },
        { SPAN_LITERAL("certificate"), o->certificate },
        { SPAN_LITERAL("reason"), o->reason },
        { SPAN_LITERAL("reference"), o->reference },
        { SPAN_LITERAL("effective_on"), o->effective_on },
    };
    const int64_t age = e->home->now - o->ordered_at;
    record_read(KIND_ORDER, cells, sizeof cells / sizeof cells[0], date_of_time(e->home->now),
                &r->record, &r->early);
    if (o->effective_on.len == 0)
        reasons_add(&r->early, REASON_FIELD_MISSING, "effective_on");
    if (age > GIVEN_ORDER_AGE_MAX_S || age < -GIVEN_ORDER_AHEAD_MAX_S)
        reasons_add(&r->early, REASON_DATE_INVALID, "ordered_at");
}

static enum rc name_record(struct engine *e, struct reading *r, struct diag *d)
{
    uint8_t digest[SHA256_LEN];
    ON_EXIT(buf_free_at) struct buf canonical = { 0 };
    sha256(buf_span(&e->payload), digest);
    hex_encode(digest, RECORD_BYTES, r->record_id);
    r->record.record_id = span_text(r->record_id);
    record_canonical_put(&canonical, &r->record);
    sha256(buf_span(&canonical), r->record.content);
    return buf_rc(&canonical, d);
}

static enum rc apply_given(struct engine *e, const struct given_order *o, struct outcome *ret,
                           struct diag *d)
{
    struct reading r = { .record_id = "-" };
    read_cells(e, o, &r);
    enum rc rc = read_second(o, &r.second_kid, d);
    /* What cannot be read cannot have been signed either: its reasons say what is wrong. */
    if (rc == RC_OK && r.early.count == 0)
        rc = check_signatures(e, o, &r, d);
    if (rc == RC_OK)
        rc = name_record(e, &r, d);
    if (rc != RC_OK)
        return rc;
    e->given = o;
    engine_set_sender(e, ORDERS_SENDER, 0);
    return engine_apply(e, &r.record, &r.early, ret, d);
}

enum rc engine_order(struct engine *e, const struct given_order *o, struct outcome *ret,
                     struct diag *d)
{
    assert(e && o && ret && !e->first.key && !e->second.key);

    buf_clear(&e->payload);
    e->operators_loaded = true;
    const enum rc rc = apply_given(e, o, ret, d);
    e->first = e->second = (struct operator_key){ 0 };
    e->operators_loaded = false;
    e->given = NULL;
    return rc;
}
