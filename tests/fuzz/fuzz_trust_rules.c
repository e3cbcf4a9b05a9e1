/*
 * The trust list's rules as though every signature held (the check itself is replaced at link
 * time): what no mutation would reach behind a signature. A list that is read keeps what its header
 * promises.
 */
#include <stdlib.h>

#include "keys/trust/trust_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum rc __wrap_pubkey_check(const struct pubkey *key, struct span msg, struct span sig,
                            enum check *ret, struct diag *d);

enum rc __wrap_pubkey_check(const struct pubkey *key, struct span msg, struct span sig,
                            enum check *ret, struct diag *d)
{
    (void)key;
    (void)msg;
    (void)sig;
    (void)d;
    *ret = CHECK_GOOD;
    return RC_OK;
}

static void must_keep_the_rules(const struct trust_list *list)
{
    const struct root_set *const roots = &list->roots;
    bool sound = roots->threshold >= 1 && roots->threshold <= roots->count &&
                 roots->count <= TRUST_ROOTS_MAX && list->host_count >= 1 &&
                 list->host_count <= TRUST_HOSTS_MAX && list->key_count <= TRUST_KEYS_MAX &&
                 list->next_update > list->issued;
    for (size_t i = 0; sound && i < list->key_count; i++) {
        const struct trusted_key *const k = &list->keys[i];
        sound = k->key && key_use_name(k->use) && k->not_before <= k->not_after &&
                k->unit_count <= TRUST_SCOPE_MAX && k->post_count <= TRUST_SCOPE_MAX &&
                (k->use == USE_TOKEN ? k->first < k->last && k->last - k->first <= TOKEN_KEY_INDEXES
                                     : k->first == 0 && k->last == 0);
    }
    if (!sound)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(trust_list_free_at) struct trust_list *list = NULL;
    struct diag d = DIAG_INIT;
    const enum rc rc = trust_list_read(span_of(data, size), NULL, &list, &d);
    if ((rc == RC_OK) != (list != NULL) || d.code != rc)
        abort();
    if (list)
        must_keep_the_rules(list);
    return 0;
}
