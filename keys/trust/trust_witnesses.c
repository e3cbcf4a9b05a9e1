#include "keys/trust/trust_keys.h"

void trust_witnesses_put(struct buf *b, const struct trust_list *list)
{
    cbor_put_array(b, 2);
    cbor_put_uint(b, list->witness_quorum);
    cbor_put_array(b, list->witness_count);
    for (size_t i = 0; i < list->witness_count; i++) {
        cbor_put_array(b, 2);
        cbor_put_cstr(b, list->witnesses[i].name);
        cose_key_put(b, pubkey_numbers(list->witnesses[i].key));
    }
}

/* A signed note's key name (C2SP): the '+' would end it in a verifier key. */
static bool take_name(struct cbor_reader *c, const struct trust_list *list, struct witness *ret)
{
    const size_t at = c->r.pos;
    struct span s;
    if (!cbor_text(c, "a witness's name", 1, sizeof ret->name - 1, &s))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == '+')
            return cbor_fail_at(c, at, "a witness's name has a character that none may have");
    }
    memcpy(ret->name, s.ptr, s.len);
    ret->name[s.len] = '\0';
    for (size_t i = 0; i < list->witness_count; i++) {
        if (strcmp(list->witnesses[i].name, ret->name) == 0)
            return cbor_fail_at(c, at, "a witness is named twice");
    }
    return true;
}

static enum rc take_witness(struct cbor_reader *c, struct trust_list *list)
{
    struct witness *const w = &list->witnesses[list->witness_count];
    const size_t at = c->r.pos;
    struct public_numbers numbers;
    uint64_t items;
    if (!cbor_array(c, "a witness", 2, &items))
        return RC_FORMAT;
    if (items != 2) {
        (void)cbor_fail_at(c, at, "a witness has not 2 items");
        return RC_FORMAT;
    }
    if (!take_name(c, list, w))
        return RC_FORMAT;
    const size_t key_at = c->r.pos;
    if (!cose_key_read(c, &numbers))
        return RC_FORMAT;
    if (numbers.alg != ALG_EDDSA) {
        (void)cbor_fail_at(c, key_at, "a witness's key is not Ed25519");
        return RC_FORMAT;
    }
    const enum rc rc = trust_key_load(c, key_at, &numbers, &w->key);
    if (rc == RC_OK)
        list->witness_count++;
    return rc;
}

enum rc trust_witnesses_take(struct cbor_reader *c, struct trust_list *ret)
{
    const size_t at = c->r.pos;
    uint64_t items, quorum, count;
    if (!cbor_array(c, "the witness policy", 2, &items))
        return RC_FORMAT;
    if (items != 2) {
        (void)cbor_fail_at(c, at, "the witness policy has not 2 items");
        return RC_FORMAT;
    }
    if (!cbor_uint(c, "the quorum of witnesses", TRUST_WITNESSES_MAX, &quorum) ||
        !cbor_array(c, "the witnesses", TRUST_WITNESSES_MAX, &count))
        return RC_FORMAT;
    if (quorum == 0 || quorum > count) {
        (void)cbor_fail_at(c, at, "the witness policy asks for %u of %u witnesses",
                           (unsigned)quorum, (unsigned)count);
        return RC_FORMAT;
    }
    ret->witness_quorum = (unsigned)quorum;
    for (uint64_t i = 0; i < count; i++) {
        const enum rc rc = take_witness(c, ret);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}
