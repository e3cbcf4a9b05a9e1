#include "keys/trust/trust_keys.h"

static void put_uint(struct buf *b, unsigned field, uint64_t v)
{
    cbor_put_uint(b, field);
    cbor_put_uint(b, v);
}

static void put_text(struct buf *b, unsigned field, const char *text)
{
    cbor_put_uint(b, field);
    cbor_put_cstr(b, text);
}

static void put_scope(struct buf *b, unsigned field, const uint16_t *scope, size_t count)
{
    if (count == 0)
        return;
    cbor_put_uint(b, field);
    cbor_put_array(b, count);
    for (size_t i = 0; i < count; i++)
        cbor_put_uint(b, scope[i]);
}

static void put_range(struct buf *b, const struct trusted_key *key)
{
    if (key->use != USE_TOKEN)
        return;
    cbor_put_uint(b, KEY_RANGE);
    cbor_put_array(b, 2);
    cbor_put_uint(b, key->first);
    cbor_put_uint(b, key->last);
}

static unsigned count_fields(const struct trusted_key *key)
{
    return KEY_FIELDS_NEEDED + (key->use == USE_TOKEN ? 1u : 0u) + (key->unit_count ? 1u : 0u) +
           (key->post_count ? 1u : 0u) + (key->name[0] ? 1u : 0u) + (key->cut_off.given ? 1u : 0u);
}

static void put_cut_off(struct buf *b, const struct trusted_key *key)
{
    const struct cut_off *const cut = &key->cut_off;
    if (!cut->given)
        return;
    cbor_put_uint(b, KEY_CUT_OFF);
    if (key->use != USE_TOKEN) {
        cbor_put_array(b, 1);
        cbor_put_uint(b, (uint64_t)cut->time_s);
        return;
    }
    cbor_put_array(b, 3);
    cbor_put_uint(b, cut->index);
    cbor_put_bytes(b, span_of(cut->root, SHA256_LEN));
    cbor_put_bytes(b, span_of(cut->survivors, SHA256_LEN));
}

static void put_key(struct buf *b, const struct trusted_key *key)
{
    cbor_put_map(b, count_fields(key));
    cbor_put_uint(b, KEY_KID);
    cbor_put_bytes(b, span_of(key->kid, KID_LEN));
    cbor_put_uint(b, KEY_COSE_KEY);
    cose_key_put(b, pubkey_numbers(key->key));
    put_uint(b, KEY_USE, key->use);
    put_uint(b, KEY_NOT_BEFORE, (uint64_t)key->not_before);
    put_uint(b, KEY_NOT_AFTER, (uint64_t)key->not_after);
    put_range(b, key);
    put_scope(b, KEY_UNITS, key->units, key->unit_count);
    put_scope(b, KEY_POSTS, key->posts, key->post_count);
    if (key->name[0])
        put_text(b, KEY_NAME, key->name);
    put_cut_off(b, key);
}

static void put_hosts(struct buf *b, const struct trust_list *list)
{
    cbor_put_uint(b, LIST_HOSTS);
    cbor_put_array(b, list->host_count);
    for (size_t i = 0; i < list->host_count; i++)
        cbor_put_cstr(b, list->hosts[i]);
}

void trust_list_payload_put(struct buf *b, const struct trust_list *list)
{
    cbor_put_map(b, LIST_FIELDS_NEEDED + (list->witness_quorum > 0 ? 1u : 0u) +
                        (list->closed_count > 0 ? 1u : 0u));
    cbor_put_uint(b, LIST_DEPLOYMENT);
    cbor_put_bytes(b, span_of(list->deployment, DEPLOYMENT_LEN));
    cbor_put_uint(b, LIST_DEMO);
    cbor_put_bool(b, list->demo);
    put_hosts(b, list);
    put_text(b, LIST_LOG_ORIGIN, list->log_origin);
    put_text(b, LIST_STATUS_URI, list->status_uri);
    put_uint(b, LIST_SEQUENCE, list->sequence);
    put_uint(b, LIST_ISSUED, (uint64_t)list->issued);
    put_uint(b, LIST_NEXT_UPDATE, (uint64_t)list->next_update);
    cbor_put_uint(b, LIST_ROOTS);
    root_set_put(b, &list->roots);
    cbor_put_uint(b, LIST_KEYS);
    cbor_put_array(b, list->key_count);
    for (size_t i = 0; i < list->key_count; i++)
        put_key(b, &list->keys[i]);
    if (list->witness_quorum > 0) {
        cbor_put_uint(b, LIST_WITNESSES);
        trust_witnesses_put(b, list);
    }
    if (list->closed_count > 0) {
        cbor_put_uint(b, LIST_CLOSED);
        trust_closed_put(b, list);
    }
}
