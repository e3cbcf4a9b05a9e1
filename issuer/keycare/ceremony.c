#include <assert.h>
#include <string.h>

#include "issuer/keycare/ceremony_signers.h"

void ceremony_close(struct ceremony *c)
{
    trust_list_free(c->old);
    trust_list_free(c->new);
    buf_free(&c->file);
    *c = (struct ceremony){ 0 };
}

void ceremony_put(struct buf *to, struct span current, struct span change, struct span list)
{
    cbor_put_array(to, 3);
    cbor_put_bytes(to, current);
    cbor_put_bytes(to, change);
    cbor_put_bytes(to, list);
}

static enum rc take_parts(struct ceremony *c, struct diag *d)
{
    struct cbor_reader r = cbor_reader_over(buf_span(&c->file), d);
    uint64_t items;
    if (!cbor_array(&r, "a change of keys", 3, &items))
        return RC_FORMAT;
    if (items != 3)
        return diag_set(d, RC_FORMAT, 0, "a change of keys has not 3 items");
    return cbor_bytes(&r, "the current trust list", 1, TRUST_FILE_MAX, &c->current) &&
                   cbor_bytes(&r, "the operators' change", 1, TRUST_LIST_MAX, &c->change) &&
                   cbor_bytes(&r, "the new trust list", 0, TRUST_LIST_MAX, &c->list) && cbor_end(&r)
               ? RC_OK
               : RC_FORMAT;
}

/* --- who has signed --- */

bool ceremony_may_operate(const struct trusted_key *key, int64_t time_s)
{
    return key->use == USE_OPERATOR && key->not_before <= time_s && time_s <= key->not_after;
}

static enum rc check_operator(const struct ceremony *c, const struct cose_sign *m, size_t i,
                              struct diag *d)
{
    const struct cose_signer *const signer = &m->signers[i];
    const struct trusted_key *key = trust_list_find(c->old, signer->header.kid, NULL);
    for (; key; key = trust_list_find(c->old, signer->header.kid, key)) {
        enum check good = CHECK_BAD;
        if (!ceremony_may_operate(key, c->new->issued))
            continue;
        const enum rc rc = cose_sign_check(m, signer, key->key, &good, d);
        if (rc != RC_OK || good == CHECK_GOOD)
            return rc;
    }
    return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                    "a signature of the change is by no operator of the current list");
}

static bool signs_twice(const struct cose_sign *m, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (span_equal(m->signers[k].header.kid, m->signers[i].header.kid))
            return true;
    }
    return false;
}

static enum rc read_change(struct ceremony *c, struct diag *d)
{
    struct cose_sign m;
    enum rc rc = cose_sign_parse(c->change, &m, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(m.typ, span_text(TYP_KEYS)))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not a change's type");
    c->payload = m.payload;
    rc = trust_list_payload_read(m.payload, &c->new, d);
    if (rc == RC_OK)
        rc = trust_list_follows(c->old, c->new, d);
    for (size_t i = 0; rc == RC_OK && i < m.count; i++) {
        if (signs_twice(&m, i))
            return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "an operator has signed twice");
        rc = check_operator(c, &m, i, d);
        c->operators++;
    }
    return rc;
}

bool ceremony_is_root(const struct root_set *roots, struct span kid, size_t *ret)
{
    for (size_t i = 0; i < roots->count; i++) {
        uint8_t id[KID_LEN];
        cose_key_id(&roots->keys[i], id);
        if (span_equal(kid, span_of(id, KID_LEN))) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static enum rc check_root(struct ceremony *c, const struct cose_sign *m, size_t i, struct diag *d)
{
    const struct span kid = m->signers[i].header.kid;
    ON_EXIT(pubkey_free_at) struct pubkey *key = NULL;
    enum check good = CHECK_BAD;
    size_t at_old = 0, at_new = 0;
    const bool is_old = ceremony_is_root(&c->old->roots, kid, &at_old);
    const bool is_new = ceremony_is_root(&c->new->roots, kid, &at_new);
    if (!is_old && !is_new)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a stranger has signed");
    enum rc rc =
        pubkey_new(is_old ? &c->old->roots.keys[at_old] : &c->new->roots.keys[at_new], &key, d);
    if (rc == RC_OK)
        rc = cose_sign_check(m, &m->signers[i], key, &good, d);
    if (rc == RC_OK && good != CHECK_GOOD)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a root's signature does not hold");
    c->by_old += is_old;
    c->by_new += is_new;
    return rc;
}

static enum rc read_list(struct ceremony *c, struct diag *d)
{
    struct cose_sign m;
    if (c->list.len == 0)
        return RC_OK;
    enum rc rc = cose_sign_parse(c->list, &m, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(m.typ, span_text(TYP_TRUST)) || !span_equal(m.payload, c->payload))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the roots have signed another list than the operators");
    for (size_t i = 0; rc == RC_OK && i < m.count; i++) {
        if (signs_twice(&m, i))
            return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a root has signed twice");
        rc = check_root(c, &m, i, d);
    }
    return rc;
}

enum rc ceremony_open(struct buf *file, const struct root_set *roots, struct ceremony *ret,
                      struct diag *d)
{
    assert(file && ret);

    ON_EXIT(ceremony_close) struct ceremony c = { .file = *file };
    *file = (struct buf){ 0 };
    enum rc rc = buf_rc(&c.file, d);
    if (rc == RC_OK)
        rc = take_parts(&c, d);
    if (rc == RC_OK)
        rc = trust_list_read(c.current, roots, &c.old, d);
    if (rc == RC_OK)
        rc = read_change(&c, d);
    if (rc == RC_OK)
        rc = read_list(&c, d);
    if (rc != RC_OK)
        return rc;
    c.operators_needed = c.old->demo ? 1 : CHANGE_OPERATORS;
    *ret = c;
    c = (struct ceremony){ 0 };
    return RC_OK;
}

/* --- how far it is --- */

bool ceremony_rotates(const struct ceremony *c)
{
    uint8_t old[SHA256_LEN], new[SHA256_LEN];
    return root_set_id(&c->old->roots, old, NULL) != RC_OK ||
           root_set_id(&c->new->roots, new, NULL) != RC_OK || memcmp(old, new, SHA256_LEN) != 0;
}

bool ceremony_is_decided(const struct ceremony *c)
{
    return c->operators_needed > 0 && c->operators >= c->operators_needed;
}

/* Of new roots as many must sign as will be needed: nobody names a root that cannot. */
bool ceremony_is_done(const struct ceremony *c)
{
    return ceremony_is_decided(c) && c->by_old >= c->old->roots.threshold &&
           c->by_new >= c->new->roots.threshold;
}

enum rc ceremony_result(const struct ceremony *c, struct buf *to, struct diag *d)
{
    ON_EXIT(trust_list_free_at) struct trust_list *read = NULL;
    if (!ceremony_is_done(c))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "signatures are missing");
    const enum rc rc = trust_file_put(c->list, c->current, to, d);
    return rc == RC_OK ? trust_list_read(buf_span(to), NULL, &read, d) : rc;
}
