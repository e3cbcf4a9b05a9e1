#include "keys/private/order_check.h"

#include <assert.h>
#include <string.h>

static enum rc check_text(const struct trust_list *trust, const struct order_text *o, int64_t now_s,
                          struct diag *d)
{
    if (memcmp(o->deployment, trust->deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the order is for another deployment");
    if (o->ordered_at > now_s + ORDER_AHEAD_MAX_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the order is dated ahead of now");
    if (o->ordered_at < now_s - ORDER_AGE_MAX_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the order was signed over %d hours ago",
                        ORDER_AGE_MAX_S / 3600);
    return RC_OK;
}

static enum rc check_signature(const struct trust_list *trust, struct span message, const char *typ,
                               int64_t now_s, struct cose_sign1 *m, const struct trusted_key **by,
                               struct diag *d)
{
    const enum rc rc = cose_sign1_parse(message, m, d);
    return rc == RC_OK ? trust_list_check(trust, m, USE_OPERATOR, typ, now_s, by, d) : rc;
}

static enum rc check_second(const struct trust_list *trust, struct span second, int64_t now_s,
                            struct order_checked *o, struct diag *d)
{
    struct cose_sign1 m;
    if (second.len == 0 && o->text.second_kid.len == 0)
        return RC_OK;
    if (second.len == 0 || o->text.second_kid.len == 0)
        return diag_set(
            d, RC_REFUSED, DIAG_NO_OFFSET,
            "an order names its second operator and carries that signature, or neither");

    const enum rc rc = check_signature(trust, second, TYP_ORDER_SECOND, now_s, &m, &o->second, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(m.payload, o->payload) ||
        !span_equal(o->text.second_kid, span_of(o->second->kid, KID_LEN)))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the second operator has signed another order");
    if (o->second == o->first)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the second operator of an order must be another person");
    return RC_OK;
}

/* NOLINTNEXTLINE(readability-function-size): list, two signatures, time: each its own argument */
enum rc order_check(const struct trust_list *trust, struct span first, struct span second,
                    int64_t now_s, struct order_checked *ret, struct diag *d)
{
    assert(trust && ret);

    struct cose_sign1 m;
    struct order_checked o = { .second = NULL };
    enum rc rc = check_signature(trust, first, TYP_ORDER, now_s, &m, &o.first, d);
    if (rc != RC_OK)
        return rc;
    o.payload = m.payload;
    rc = order_payload_read(m.payload, &o.text, d);
    if (rc == RC_OK)
        rc = check_text(trust, &o.text, now_s, d);
    if (rc == RC_OK)
        rc = check_second(trust, second, now_s, &o, d);
    if (rc == RC_OK)
        *ret = o;
    return rc;
}
