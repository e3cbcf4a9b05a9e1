#include <assert.h>

#include "core/base/utf8.h"
#include "keys/trust/trust_keys.h"

bool trust_time_take(struct cbor_reader *c, const char *name, int64_t *ret)
{
    const size_t at = c->r.pos;
    uint64_t v;
    if (!cbor_uint(c, name, TRUST_TIME_MAX, &v))
        return false;
    if (v == 0)
        return cbor_fail_at(c, at, "%s is 0", name);
    *ret = (int64_t)v;
    return true;
}

/* [first, last), of at most TOKEN_KEY_INDEXES. */
static bool take_range(struct cbor_reader *c, struct trusted_key *key)
{
    const size_t at = c->r.pos;
    uint64_t items;
    if (!cbor_array(c, "a token key's range", 2, &items))
        return false;
    if (items != 2)
        return cbor_fail_at(c, at, "a token key's range has not 2 items");
    if (!cbor_uint(c, "the first index of a token key", TRUST_INDEX_MAX, &key->first) ||
        !cbor_uint(c, "the last index of a token key", TRUST_INDEX_MAX, &key->last))
        return false;
    if (key->first >= key->last || key->last - key->first > TOKEN_KEY_INDEXES)
        return cbor_fail_at(c, at, "a token key's range has no index or more than %u",
                            TOKEN_KEY_INDEXES);
    return true;
}

/* Ascending, so that none repeats. */
static bool take_scope(struct cbor_reader *c, const char *name, uint64_t max, uint16_t *ret,
                       size_t *ret_count)
{
    const size_t at = c->r.pos;
    uint64_t count, v, last = 0;
    if (!cbor_array(c, name, TRUST_SCOPE_MAX, &count))
        return false;
    if (count == 0)
        return cbor_fail_at(c, at, "%s is empty", name);
    for (size_t i = 0; i < count; i++) {
        const size_t item = c->r.pos;
        if (!cbor_uint(c, name, max, &v))
            return false;
        if (v <= last)
            return cbor_fail_at(c, item, "%s does not ascend from 1", name);
        last = v;
        ret[i] = (uint16_t)v;
    }
    *ret_count = (size_t)count;
    return true;
}

static bool take_use(struct cbor_reader *c, struct trusted_key *key)
{
    const size_t at = c->r.pos;
    uint64_t use;
    if (!cbor_uint(c, "a key's use", KEY_USE_COUNT - 1, &use))
        return false;
    if (use == USE_NONE)
        return cbor_fail_at(c, at, "a key has no use");
    key->use = (enum key_use)use;
    return true;
}

/* A key of the list must serve; what no key could be is the list's fault, the rest is ours. */
enum rc trust_key_load(struct cbor_reader *c, size_t at, const struct public_numbers *numbers,
                       struct pubkey **ret)
{
    const enum rc rc = pubkey_new(numbers, ret, NULL);
    if (rc == RC_OK)
        return RC_OK;
    if (rc == RC_CRYPTO) {
        (void)cbor_fail_at(c, at, "a key is not one of its curve, or of small order");
        return RC_FORMAT;
    }
    c->failed = true;
    return diag_set(c->d, rc, at, "a key cannot be taken: %s", rc_text(rc));
}

static enum rc take_numbers(struct cbor_reader *c, struct span kid, struct trusted_key *key)
{
    const size_t at = c->r.pos;
    struct public_numbers numbers;
    if (!cose_key_read(c, &numbers))
        return RC_FORMAT;
    cose_key_id(&numbers, key->kid);
    if (!span_equal(kid, span_of(key->kid, KID_LEN))) {
        (void)cbor_fail_at(c, at, "a kid is not that of its key");
        return RC_FORMAT;
    }
    return trust_key_load(c, at, &numbers, &key->key);
}

static bool take_name(struct cbor_reader *c, struct trusted_key *key)
{
    const size_t at = c->r.pos;
    struct span s;
    if (!cbor_text(c, "an operator's name", 1, sizeof key->name - 1, &s))
        return false;
    if (utf8_has_control(s))
        return cbor_fail_at(c, at, "an operator's name has a control character");
    memcpy(key->name, s.ptr, s.len);
    key->name[s.len] = '\0';
    return true;
}

static bool take_hash(struct cbor_reader *c, const char *name, uint8_t ret[SHA256_LEN])
{
    struct span s;
    if (!cbor_bytes(c, name, SHA256_LEN, SHA256_LEN, &s))
        return false;
    memcpy(ret, s.ptr, SHA256_LEN);
    return true;
}

static bool take_cut_off(struct cbor_reader *c, struct trusted_key *key)
{
    struct cut_off *const cut = &key->cut_off;
    const size_t at = c->r.pos;
    const uint64_t wanted = key->use == USE_TOKEN ? 3 : 1;
    uint64_t items;
    if (!cbor_array(c, "a cut-off", 3, &items))
        return false;
    if (items != wanted)
        return cbor_fail_at(c, at, "a %s key's cut-off has not %u items", key_use_name(key->use),
                            (unsigned)wanted);
    cut->given = true;
    if (key->use != USE_TOKEN)
        return trust_time_take(c, "the time of a cut-off", &cut->time_s);
    return cbor_uint(c, "the index of a cut-off", TRUST_INDEX_MAX, &cut->index) &&
           take_hash(c, "the root of a cut-off", cut->root) &&
           take_hash(c, "the hash of the survivors", cut->survivors);
}

/* What follows the key itself, in the order of the fields. */
static bool take_limits(struct cbor_reader *c, struct cbor_map *m, struct trusted_key *key)
{
    if (!cbor_map_need(c, m, KEY_USE, "a key's use") || !take_use(c, key) ||
        !cbor_map_need(c, m, KEY_NOT_BEFORE, "a key's first moment") ||
        !trust_time_take(c, "a key's first moment", &key->not_before) ||
        !cbor_map_need(c, m, KEY_NOT_AFTER, "a key's last moment") ||
        !trust_time_take(c, "a key's last moment", &key->not_after))
        return false;
    return key->use != USE_TOKEN ||
           (cbor_map_need(c, m, KEY_RANGE, "a token key's range") && take_range(c, key));
}

static bool take_scopes(struct cbor_reader *c, struct cbor_map *m, struct trusted_key *key)
{
    if (cbor_map_key(c, m, KEY_UNITS) &&
        !take_scope(c, "a key's units", TRUST_UNIT_MAX, key->units, &key->unit_count))
        return false;
    if (cbor_map_key(c, m, KEY_POSTS) &&
        !take_scope(c, "a key's posts", TRUST_POST_MAX, key->posts, &key->post_count))
        return false;
    if (key->use == USE_OPERATOR && cbor_map_key(c, m, KEY_NAME) && !take_name(c, key))
        return false;
    return (key->use != USE_TOKEN && key->use != USE_DOCUMENT) ||
           !cbor_map_key(c, m, KEY_CUT_OFF) || take_cut_off(c, key);
}

enum rc trusted_key_take(struct cbor_reader *c, struct trusted_key *ret)
{
    struct cbor_map m;
    struct span kid;
    if (!cbor_map(c, "a key", KEY_FIELD_COUNT, &m) ||
        !cbor_map_need(c, &m, KEY_KID, "a key's kid") ||
        !cbor_bytes(c, "a key's kid", KID_LEN, KID_LEN, &kid) ||
        !cbor_map_need(c, &m, KEY_COSE_KEY, "a key's COSE_Key"))
        return RC_FORMAT;
    const enum rc rc = take_numbers(c, kid, ret);
    if (rc != RC_OK)
        return rc;
    if (!take_limits(c, &m, ret) || !take_scopes(c, &m, ret) || !cbor_map_end(c, &m, "a key"))
        return RC_FORMAT;
    return RC_OK;
}
