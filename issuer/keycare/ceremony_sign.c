/* One more signature: what is signed is put into the file, and all of it is read and checked again.
 */
#include <assert.h>

#include "issuer/keycare/ceremony_signers.h"
#include "keys/private/root_sign.h"

static enum rc open_again(struct ceremony *c, struct span change, struct span list, struct diag *d)
{
    struct ceremony next = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ceremony_put(&file, c->current, change, list);
    const enum rc rc = ceremony_open(&file, NULL, &next, d);
    if (rc != RC_OK)
        return rc;
    ceremony_close(c);
    *c = next;
    return RC_OK;
}

enum rc ceremony_operate(struct ceremony *c, const struct private_key *key, struct diag *d)
{
    assert(c && key);

    uint8_t kid[KID_LEN];
    ON_EXIT(buf_free_at) struct buf change = { 0 };
    cose_key_id(private_key_public(key), kid);
    const struct trusted_key *const k = trust_list_find(c->old, span_of(kid, KID_LEN), NULL);
    if (!k || !ceremony_may_operate(k, c->new->issued))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "this key is no operator's of the current list, in its dates");
    const enum rc rc = trust_list_cosign(key, TYP_KEYS, c->payload, c->change, &change, d);
    return rc == RC_OK ? open_again(c, buf_span(&change), c->list, d) : rc;
}

enum rc ceremony_sign(struct ceremony *c, const struct private_key *root, struct diag *d)
{
    assert(c && root);

    uint8_t kid[KID_LEN];
    size_t at;
    ON_EXIT(buf_free_at) struct buf list = { 0 };
    cose_key_id(private_key_public(root), kid);
    if (!ceremony_is_decided(c))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "%u of %u operators have signed the change",
                        c->operators, c->operators_needed);
    if (!ceremony_is_root(&c->old->roots, span_of(kid, KID_LEN), &at) &&
        !ceremony_is_root(&c->new->roots, span_of(kid, KID_LEN), &at))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "this key is no root of either list");
    const enum rc rc = trust_list_cosign(root, TYP_TRUST, c->payload, c->list, &list, d);
    return rc == RC_OK ? open_again(c, c->change, buf_span(&list), d) : rc;
}
