/* One leaf of the log by itself: what its signature must be, by its kind. */
#include "issuer/publication/audit_internal.h"

#include "core/cert/token.h"

static bool in_scope(const uint16_t *scope, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (scope[i] == value)
            return true;
    }
    return count == 0;
}

static enum rc check_token(const struct trust_list *trust, struct span bytes, struct diag *d)
{
    struct token t;
    const struct trusted_key *key = NULL;
    enum rc rc = token_parse(bytes, &t, d);
    if (rc == RC_OK)
        rc = trust_list_check(trust, &t.cose, USE_TOKEN, NULL, t.iat, &key, d);
    if (rc != RC_OK)
        return rc;
    if (t.log_index < key->first || t.log_index >= key->last)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the log index is outside the key's range");
    if (!in_scope(key->units, key->unit_count, t.unit) ||
        !in_scope(key->posts, key->post_count, t.post))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the unit or post is outside the key's scope");
    return RC_OK;
}

static enum rc check_order(const struct trust_list *trust, struct span bytes, struct diag *d)
{
    struct cose_sign1 m;
    struct order_text order;
    const struct trusted_key *key = NULL;
    enum rc rc = cose_sign1_parse(bytes, &m, d);
    if (rc == RC_OK)
        rc = order_payload_read(m.payload, &order, d);
    if (rc == RC_OK)
        rc = trust_list_check(trust, &m, USE_OPERATOR, TYP_ORDER, order.ordered_at, &key, d);
    return rc;
}

/* A void leaf says no more than its signature: that this index stands for nothing. It has no time,
 * so any log key will do that was ever listed. */
static enum rc check_void(const struct trust_list *trust, struct span bytes, struct diag *d)
{
    struct cose_sign1 m;
    enum rc rc = cose_sign1_parse(bytes, &m, d);
    if (rc != RC_OK)
        return rc;
    const struct trusted_key *k = NULL, *key = NULL;
    rc = RC_NOT_FOUND;
    while (rc != RC_OK && (k = trust_list_find(trust, m.header.kid, k)) != NULL)
        rc = trust_list_check(trust, &m, USE_LOG, TYP_VOID, k->not_before, &key, NULL);
    return rc == RC_OK ? rc : diag_set(d, rc, DIAG_NO_OFFSET, "no log key has signed it");
}

enum rc audit_leaf_check(const struct trust_list *trust, enum log_kind kind, struct span bytes,
                         struct diag *d)
{
    static enum rc (*const checks[])(const struct trust_list *, struct span, struct diag *) = {
        [LOG_TOKEN] = check_token,
        [LOG_ORDER] = check_order,
        [LOG_VOID] = check_void,
    };
    if ((size_t)kind >= sizeof checks / sizeof checks[0] || !checks[kind])
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "it is of no kind");
    return checks[kind](trust, bytes, d);
}
