#include "keys/private/order.h"

#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/cose/cbor.h"
#include "keys/private/statement.h"

#define NUMBER_BYTES 40   /* of a certificate's number, as in a token */
#define TEXT_BYTES   1000 /* of a reason, a reference: as in a record */
#define NAME_BYTES   400  /* of a holder's name */
#define ACTION_AMEND 6u   /* the last of the actions, and the one that has a name */

void order_payload_put(struct buf *b, const struct order_text *o)
{
    assert(b && o);

    cbor_put_map(b, 7u + (o->name.len > 0) + (o->second_kid.len > 0));
    cbor_put_uint(b, 1);
    cbor_put_bytes(b, span_of(o->deployment, sizeof o->deployment));
    cbor_put_uint(b, 2);
    cbor_put_text(b, o->number);
    cbor_put_uint(b, 3);
    cbor_put_uint(b, o->action);
    cbor_put_uint(b, 4);
    cbor_put_text(b, o->reason);
    cbor_put_uint(b, 5);
    cbor_put_text(b, o->reference);
    cbor_put_uint(b, 6);
    cbor_put_int(b, o->effective);
    cbor_put_uint(b, 7);
    cbor_put_int(b, o->ordered_at);
    if (o->name.len > 0) {
        cbor_put_uint(b, 8);
        cbor_put_text(b, o->name);
    }
    if (o->second_kid.len > 0) {
        cbor_put_uint(b, 9);
        cbor_put_bytes(b, o->second_kid);
    }
}

static bool read_subject(struct cbor_reader *c, struct cbor_map *m, struct order_text *o)
{
    struct span deployment;
    uint64_t action = 0;
    if (!cbor_map_need(c, m, 1, "deployment") ||
        !cbor_bytes(c, "deployment", SHA256_LEN, SHA256_LEN, &deployment) ||
        !cbor_map_need(c, m, 2, "number") || !cbor_text(c, "number", 1, NUMBER_BYTES, &o->number) ||
        !cbor_map_need(c, m, 3, "action") || !cbor_uint(c, "action", ACTION_AMEND, &action))
        return false;
    if (action == 0)
        return cbor_fail(c, "there is no action 0");

    memcpy(o->deployment, deployment.ptr, SHA256_LEN);
    o->action = (uint32_t)action;
    return true;
}

static bool read_times(struct cbor_reader *c, struct cbor_map *m, struct order_text *o)
{
    int64_t effective = 0;
    uint64_t ordered_at = 0;
    if (!cbor_map_need(c, m, 6, "effective date") || !cbor_int(c, "effective date", &effective))
        return false;
    if (effective < DATE_MIN || effective > DATE_MAX)
        return cbor_fail(c, "the effective date is outside 1900 to 2099");
    if (!cbor_map_need(c, m, 7, "time of the order") ||
        !cbor_uint(c, "time of the order", INT64_MAX, &ordered_at))
        return false;

    o->effective = (int32_t)effective;
    o->ordered_at = (int64_t)ordered_at;
    return true;
}

static bool read_options(struct cbor_reader *c, struct cbor_map *m, struct order_text *o)
{
    if (cbor_map_key(c, m, 8)) {
        if (!cbor_text(c, "name", 1, NAME_BYTES, &o->name))
            return false;
        if (o->action != ACTION_AMEND)
            return cbor_fail(c, "only an amendment has a name");
    }
    if (cbor_map_key(c, m, 9) &&
        !cbor_bytes(c, "second operator", KID_LEN, KID_LEN, &o->second_kid))
        return false;
    return true;
}

enum rc order_payload_read(struct span payload, struct order_text *ret, struct diag *d)
{
    assert(ret);

    struct cbor_reader c = cbor_reader_over(payload, d);
    struct cbor_map m;
    struct order_text o = { 0 };
    if (!cbor_map(&c, "order", 9, &m) || !read_subject(&c, &m, &o) ||
        !cbor_map_need(&c, &m, 4, "reason") || !cbor_text(&c, "reason", 1, TEXT_BYTES, &o.reason) ||
        !cbor_map_need(&c, &m, 5, "reference") ||
        !cbor_text(&c, "reference", 1, TEXT_BYTES, &o.reference) || !read_times(&c, &m, &o) ||
        !read_options(&c, &m, &o) || !cbor_map_end(&c, &m, "order") || !cbor_end(&c))
        return RC_FORMAT;

    *ret = o;
    return RC_OK;
}

static enum rc check_order(const struct order_text *o, const struct trust_list *trust,
                           const struct trusted_key *by, bool second, struct diag *d)
{
    if (memcmp(o->deployment, trust->deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the order is for another deployment");
    /* Two signatures of one person are one. */
    const bool named_second = span_equal(o->second_kid, span_of(by->kid, KID_LEN));
    if (second && !named_second)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the order does not name '%s' as second operator", by->name);
    if (!second && named_second)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the second operator of an order must be another person");
    return RC_OK;
}

/* NOLINTNEXTLINE(readability-function-size): key, list, role, text, time: each its own argument */
enum rc operator_sign(const struct private_key *key, const struct trust_list *trust, bool second,
                      struct span payload, int64_t now_s, struct buf *to, struct diag *d)
{
    assert(key && trust && to);

    struct order_text o;
    enum rc rc = order_payload_read(payload, &o, d);
    if (rc != RC_OK)
        return rc;

    const struct trusted_key *const by = trusted_entry(trust, private_key_public(key));
    if (!by || by->use != USE_OPERATOR)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                        "the trust list does not hold this key as an operator's");
    rc = check_order(&o, trust, by, second, d);
    if (rc != RC_OK)
        return rc;

    const struct statement st = {
        .typ = second ? TYP_ORDER_SECOND : TYP_ORDER,
        .payload = payload,
        .time_s = now_s,
    };
    return statement_sign(&st, key, by, trust, to, d);
}
