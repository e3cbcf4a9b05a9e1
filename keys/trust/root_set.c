#include <assert.h>

#include "keys/trust/trust_keys.h"

void root_set_put(struct buf *b, const struct root_set *roots)
{
    cbor_put_array(b, 2);
    cbor_put_uint(b, roots->threshold);
    cbor_put_array(b, roots->count);
    for (size_t i = 0; i < roots->count; i++)
        cose_key_put(b, &roots->keys[i]);
}

/* By x alone: a point and its negative belong to one private key, and so to one owner. */
static bool holds_key(const struct root_set *roots, size_t count, const struct public_numbers *key)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(roots->keys[i].x, key->x, EC_COORD_LEN) == 0)
            return true;
    }
    return false;
}

static bool take_keys(struct cbor_reader *c, struct root_set *ret)
{
    uint64_t count;
    if (!cbor_array(c, "the root keys", TRUST_ROOTS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const size_t at = c->r.pos;
        if (!cose_key_read(c, &ret->keys[i]))
            return false;
        if (ret->keys[i].alg == ALG_RS256)
            return cbor_fail_at(c, at, "a root key is an RSA key");
        if (holds_key(ret, i, &ret->keys[i]))
            return cbor_fail_at(c, at, "a root key is listed twice");
    }
    ret->count = (size_t)count;
    return true;
}

bool root_set_take(struct cbor_reader *c, struct root_set *ret)
{
    struct root_set roots = { 0 };
    uint64_t items, threshold;
    const size_t at = c->r.pos;
    if (!cbor_array(c, "the root set", 2, &items))
        return false;
    if (items != 2)
        return cbor_fail_at(c, at, "the root set has not 2 items");
    if (!cbor_uint(c, "the threshold of the root set", TRUST_ROOTS_MAX, &threshold) ||
        !take_keys(c, &roots))
        return false;
    if (threshold == 0 || threshold > roots.count)
        return cbor_fail_at(c, at, "the root set asks for %u of %zu keys", (unsigned)threshold,
                            roots.count);
    roots.threshold = (unsigned)threshold;
    *ret = roots;
    return true;
}

enum rc root_set_parse(struct span bytes, struct root_set *ret, struct diag *d)
{
    assert(ret);

    struct root_set roots;
    struct cbor_reader c = cbor_reader_over(bytes, d);
    if (!root_set_take(&c, &roots) || !cbor_end(&c))
        return RC_FORMAT;
    *ret = roots;
    return RC_OK;
}

enum rc root_set_id(const struct root_set *roots, uint8_t ret[SHA256_LEN], struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    root_set_put(&b, roots);
    const enum rc rc = buf_rc(&b, d);
    if (rc == RC_OK)
        sha256(buf_span(&b), ret);
    return rc;
}
