#include "issuer/register/survivors.h"

#include <assert.h>

#include "core/cert/token.h"

static bool is_signed_by(const struct reg_log_entry *e, const struct trusted_key *key)
{
    struct token t;
    return e->kind == LOG_TOKEN && !e->pending && token_parse(e->data, &t, NULL) == RC_OK &&
           span_equal(t.cose.header.kid, span_of(key->kid, KID_LEN));
}

enum rc survivors_collect(struct reg *r, const struct trusted_key *key, uint64_t end,
                          struct buf *to, struct diag *d)
{
    static const uint8_t none[SURVIVOR_LEN];
    assert(r && key && key->use == USE_TOKEN && end >= key->first && to);

    const uint64_t settled = register_log_settled(r);
    for (uint64_t i = key->first; i < end; i++) {
        struct reg_log_entry e;
        const uint8_t *bytes = none;
        struct tlog_hash leaf;
        if (i < settled) {
            const enum rc rc = register_log_entry(r, i, &e, d);
            if (rc != RC_OK)
                return rc;
            if (is_signed_by(&e, key)) {
                leaf = tlog_leaf(e.data);
                bytes = leaf.bytes;
            }
        }
        buf_put(to, bytes, SURVIVOR_LEN);
    }
    return buf_rc(to, d);
}

enum rc survivors_are_without(struct reg *r, const struct trust_list *trust, uint64_t log_index,
                              bool *ret, struct diag *d)
{
    struct reg_log_entry e;
    struct token t;
    assert(r && trust && ret);

    *ret = false;
    const enum rc rc = register_log_entry(r, log_index, &e, d);
    if (rc != RC_OK || e.kind != LOG_TOKEN || e.pending)
        return rc;
    if (token_parse(e.data, &t, d) != RC_OK)
        return RC_FORMAT;
    const struct trusted_key *k = NULL;
    while (!*ret && (k = trust_list_find(trust, t.cose.header.kid, k)) != NULL)
        *ret = k->use == USE_TOKEN && k->cut_off.given && log_index >= k->cut_off.index;
    return RC_OK;
}
