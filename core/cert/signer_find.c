#include "core/cert/signer_find.h"

#include <assert.h>

enum rc signer_find(const struct trust_list *list, const struct cose_sign1 *m,
                    struct signer_found *ret, struct diag *d)
{
    assert(list && m && ret);

    struct signer_found found = { 0 };
    const struct trusted_key *key = trust_list_find(list, m->header.kid, NULL);
    for (; key && !found.key; key = trust_list_find(list, m->header.kid, key)) {
        enum check holds = CHECK_BAD;
        const enum rc rc = cose_sign1_check(m, key->key, &holds, d);
        if (rc != RC_OK)
            return rc;
        found.kid_known = true;
        if (holds == CHECK_GOOD)
            found.key = key;
    }
    *ret = found;
    return RC_OK;
}
