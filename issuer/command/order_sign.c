#include "issuer/command/order_sign.h"

#include <assert.h>
#include <string.h>

#include "core/json/json.h"
#include "issuer/scheme/reasons.h"
#include "issuer/scheme/record.h"
#include "keys/private/order.h"

struct signing {
    struct private_key *keys[2];
    struct buf payload, cose[2];
};

static void signing_free(struct signing *s)
{
    for (size_t i = 0; i < 2; i++) {
        private_key_free(s->keys[i]);
        buf_free(&s->cose[i]);
    }
    buf_free(&s->payload);
}

/* Read as the register will: what it would refuse is not signed. */
static enum rc read_order(const struct home *home, const struct order_to_sign *o,
                          struct record *ret, struct diag *d)
{
    struct reasons reasons = { 0 };
    const struct cell cells[] = {
        { SPAN_LITERAL("record_id"), SPAN_LITERAL("-") },
        { SPAN_LITERAL("action"), span_text(o->action) },
        { SPAN_LITERAL("certificate"), span_text(o->certificate) },
        { SPAN_LITERAL("reason"), span_text(o->reason) },
        { SPAN_LITERAL("reference"), span_text(o->reference) },
        { SPAN_LITERAL("effective_on"), span_text(o->effective) },
    };
    const int32_t today = date_of_time(home->now);
    record_read(KIND_ORDER, cells, sizeof cells / sizeof cells[0], today, ret, &reasons);
    if (reasons.count > 0)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "%s: %s",
                        reasons.items[0].field ? reasons.items[0].field : "order",
                        reason_sentence(reasons.items[0].code, false));
    if (ret->as.order.effective_on == NO_DATE)
        ret->as.order.effective_on = today;
    return RC_OK;
}

static enum rc load_keys(const struct order_to_sign *o, struct signing *s, struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < 2 && o->keys[i]; i++)
        rc = private_key_load(o->keys[i], &s->keys[i], d);
    return rc;
}

static void put_payload(const struct home *home, const struct record *record, struct signing *s)
{
    uint8_t kid[KID_LEN];
    struct order_text text = {
        .number = record->as.order.certificate,
        .action = (uint32_t)record->as.order.action,
        .reason = record->as.order.reason,
        .reference = record->as.order.reference,
        .effective = record->as.order.effective_on,
        .ordered_at = home->now,
    };
    if (s->keys[1]) {
        cose_key_id(private_key_public(s->keys[1]), kid);
        text.second_kid = span_of(kid, sizeof kid);
    }
    memcpy(text.deployment, home->trust->deployment, sizeof text.deployment);
    order_payload_put(&s->payload, &text);
}

static json_t *signature(const struct private_key *key, const struct buf *cose)
{
    uint8_t kid[KID_LEN];
    char hex[2 * KID_LEN + 1];
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    cose_key_id(private_key_public(key), kid);
    hex_encode(kid, sizeof kid, hex);
    base64_encode(buf_span(cose), &text);
    return json_pack("{s:s,s:s}", "kid", hex, "cose", buf_cstr(&text));
}

static enum rc put_json(const struct home *home, const struct order_to_sign *o,
                        const struct record *record, const struct signing *s, struct buf *to,
                        struct diag *d)
{
    char day[DATE_TEXT_LEN + 1], time[TIME_TEXT_LEN + 1];
    date_format(record->as.order.effective_on, day);
    time_format(home->now, time);
    json_t *const list = json_array();
    for (size_t i = 0; i < 2 && s->keys[i]; i++)
        (void)json_array_append_new(list, signature(s->keys[i], &s->cose[i]));
    ON_EXIT(json_decref_at)
    json_t *order = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "certificate", o->certificate,
                              "action", o->action, "reason", o->reason, "reference", o->reference,
                              "effective_on", day, "ordered_at", time, "signatures", list);
    const enum rc rc =
        order ? json_write(order, 0, to, d) : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the order");
    buf_put_u8(to, '\n');
    return rc;
}

enum rc order_sign(const struct home *home, const struct order_to_sign *o, struct buf *to,
                   struct diag *d)
{
    assert(home && o && o->keys[0] && to);

    ON_EXIT(signing_free) struct signing s = { 0 };
    struct record record;
    enum rc rc = read_order(home, o, &record, d);
    if (rc == RC_OK)
        rc = load_keys(o, &s, d);
    if (rc != RC_OK)
        return rc;
    put_payload(home, &record, &s);
    rc = buf_rc(&s.payload, d);
    for (size_t i = 0; rc == RC_OK && i < 2 && s.keys[i]; i++)
        rc = operator_sign(s.keys[i], home->trust, i == 1, buf_span(&s.payload), home->now,
                           &s.cose[i], d);
    return rc == RC_OK ? put_json(home, o, &record, &s, to, d) : rc;
}
