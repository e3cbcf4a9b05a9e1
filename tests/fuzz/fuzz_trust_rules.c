/*
 * The trust list's rules by a rule in place of signatures: what no mutation would reach behind one.
 * A list that is read keeps what its header promises.
 */
#include <stdlib.h>

#include "keys/trust/trust_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

/* Who believes the newest list's roots, and knows since when, reads the same list. */
static void read_by_its_roots(struct span bytes, const struct trust_list *list)
{
    struct root_set roots = list->roots;
    for (int known = 0; known < 2; known++) {
        ON_EXIT(trust_list_free_at) struct trust_list *again = NULL;
        roots.since = known ? list->sequence : 0;
        const enum rc rc = trust_list_read(bytes, &roots, &again, NULL);
        if (rc == RC_OK && again->sequence != list->sequence)
            abort();
    }
}

/* The newest list before what stands behind it: nothing that it needs goes. */
static void follow_itself(struct span bytes, const struct trust_list *list)
{
    struct trust_file file;
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    ON_EXIT(trust_list_free_at) struct trust_list *read = NULL;
    if (trust_file_split(bytes, &file, NULL) != RC_OK)
        abort();
    const struct span newest = file.lists[0];
    const struct span old =
        file.count == 1 ? bytes : span_of(bytes.ptr + newest.len, bytes.len - newest.len);
    const enum rc rc = trust_file_put(newest, old, &again, NULL);
    if (rc == RC_OK && (trust_list_read(buf_span(&again), NULL, &read, NULL) != RC_OK ||
                        read->sequence != list->sequence))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(trust_list_free_at) struct trust_list *list = NULL;
    struct diag d = DIAG_INIT;
    const enum rc rc = trust_list_read(span_of(data, size), NULL, &list, &d);
    if ((rc == RC_OK) != (list != NULL) || d.code != rc)
        abort();
    if (list) {
        must_keep_the_rules(list);
        read_by_its_roots(span_of(data, size), list);
        follow_itself(span_of(data, size), list);
    }
    return 0;
}
