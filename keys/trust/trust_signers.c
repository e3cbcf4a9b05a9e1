#include "keys/trust/trust_keys.h"

/* Which root has this kid, or NULL. Two that share one cannot be told apart: the first counts. */
static const struct public_numbers *root_of(const struct root_set *roots, struct span kid)
{
    for (size_t i = 0; roots && i < roots->count; i++) {
        uint8_t id[KID_LEN];
        cose_key_id(&roots->keys[i], id);
        if (span_equal(kid, span_of(id, sizeof id)))
            return &roots->keys[i];
    }
    return NULL;
}

static enum rc check_one(const struct cose_sign *m, const struct cose_signer *signer,
                         const struct public_numbers *root, struct diag *d)
{
    ON_EXIT(pubkey_free_at) struct pubkey *key = NULL;
    enum check good = CHECK_BAD;
    enum rc rc = pubkey_new(root, &key, d);
    if (rc == RC_OK)
        rc = cose_sign_check(m, signer, key, &good, d);
    if (rc == RC_OK && good != CHECK_GOOD)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a root's signature does not hold");
    return rc;
}

static bool signs_twice(const struct cose_sign *m, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (span_equal(m->signers[k].header.kid, m->signers[i].header.kid))
            return true;
    }
    return false;
}

enum rc trust_list_check_signers(const struct cose_sign *m, const struct root_set *roots,
                                 const struct root_set *also, const struct root_set *behind,
                                 struct diag *d)
{
    unsigned held = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct cose_signer *signer = &m->signers[i];
        const struct public_numbers *counted = root_of(roots, signer->header.kid);
        const struct public_numbers *root = counted ? counted : root_of(also, signer->header.kid);
        if (!root)
            root = root_of(behind, signer->header.kid);
        if (signs_twice(m, i))
            return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a root has signed twice");
        if (!root && also)
            return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a stranger has signed");
        const enum rc rc = root ? check_one(m, signer, root, d) : RC_OK;
        if (rc != RC_OK)
            return rc;
        held += counted ? 1 : 0;
    }
    if (held < roots->threshold)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "%u of %u root signatures needed",
                        held, roots->threshold);
    return RC_OK;
}
