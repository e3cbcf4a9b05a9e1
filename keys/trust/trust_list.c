#include "keys/trust/trust_list.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

#include "keys/trust/trust_keys.h"

const char *key_use_name(enum key_use use)
{
    static const char *const names[KEY_USE_COUNT] = {
        [USE_TOKEN] = "token",       [USE_PUBLISH] = "publish", [USE_LOG] = "log",
        [USE_DOCUMENT] = "document", [USE_STAPLE] = "staple",   [USE_OPERATOR] = "operator",
        [USE_ANSWER] = "answer",
    };
    return (unsigned)use < KEY_USE_COUNT ? names[use] : NULL;
}

void trust_list_free(struct trust_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->key_count; i++)
        pubkey_free(list->keys[i].key);
    for (size_t i = 0; i < list->witness_count; i++)
        pubkey_free(list->witnesses[i].key);
    free(list->keys);
    free(list);
}

uint64_t trusted_key_end(const struct trusted_key *key)
{
    const struct cut_off *const cut = &key->cut_off;
    if (!cut->given || cut->index >= key->last)
        return key->last;
    return cut->index > key->first ? cut->index : key->first;
}

static bool is_among(const uint16_t *list, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == value)
            return true;
    }
    return count == 0 || value == 0;
}

const char *trust_list_no_token_key(const struct trust_list *list, uint64_t log_index,
                                    uint32_t unit, uint32_t post, int64_t at_s)
{
    assert(list);

    /* Ranges never overlap; one that was stolen signs no more, wherever its cut-off lies. */
    for (size_t i = 0; i < list->key_count; i++) {
        const struct trusted_key *const k = &list->keys[i];
        if (k->use != USE_TOKEN || k->cut_off.given || log_index < k->first || log_index >= k->last)
            continue;
        if (at_s < k->not_before || at_s > k->not_after)
            return "the token key is not good today";
        if (!is_among(k->units, k->unit_count, unit))
            return "the token key is not for this unit";
        return is_among(k->posts, k->post_count, post) ? NULL
                                                       : "the token key is not for this post";
    }
    return "no token key has the next log index";
}

const struct trusted_key *trust_list_find(const struct trust_list *list, struct span kid,
                                          const struct trusted_key *after)
{
    for (size_t i = after ? (size_t)(after - list->keys) + 1 : 0; i < list->key_count; i++) {
        if (span_equal(kid, span_of(list->keys[i].kid, KID_LEN)))
            return &list->keys[i];
    }
    return NULL;
}

/* What a key that verifies must also be. */
static enum rc check_fit(const struct trusted_key *key, const struct cose_sign1 *m,
                         enum key_use use, const char *typ, int64_t time_s, struct diag *d)
{
    if (!span_equal(m->header.typ, span_text(typ)))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "signed as another type of object");
    if (key->use != use)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "signed by a %s key, not a %s key",
                        key_use_name(key->use), key_use_name(use));
    if (time_s < key->not_before || time_s > key->not_after)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "outside the dates of the key");
    return RC_OK;
}

/* NOLINTNEXTLINE(readability-function-size): every parameter is a different kind of thing */
enum rc trust_list_check(const struct trust_list *list, const struct cose_sign1 *m,
                         enum key_use use, const char *typ, int64_t time_s,
                         const struct trusted_key **ret, struct diag *d)
{
    assert(list && m && ret && key_use_name(use));

    const struct trusted_key *key = trust_list_find(list, m->header.kid, NULL);
    if (!key)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no listed key has this kid");
    for (; key; key = trust_list_find(list, m->header.kid, key)) {
        enum check good = CHECK_BAD;
        enum rc rc = cose_sign1_check(m, key->key, &good, d);
        if (rc == RC_OK && good != CHECK_GOOD)
            continue;
        if (rc == RC_OK)
            rc = check_fit(key, m, use, typ, time_s, d);
        if (rc == RC_OK)
            *ret = key;
        return rc;
    }
    return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "the signature does not hold");
}

bool trust_host_valid(struct span host)
{
    for (size_t i = 0; i < host.len; i++) {
        const uint8_t c = host.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '.' || c == ':' || c == '-'))
            return false;
    }
    return host.len > 0 && host.len < TRUST_HOST_LEN;
}

bool trust_list_has_host(const struct trust_list *list, struct span host)
{
    for (size_t i = 0; i < list->host_count; i++) {
        if (strlen(list->hosts[i]) == host.len &&
            strncasecmp(list->hosts[i], (const char *)host.ptr, host.len) == 0)
            return true;
    }
    return false;
}
