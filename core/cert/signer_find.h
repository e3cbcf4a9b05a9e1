/* Which listed key signed a message: the part that judging and the self-test share. Pure. */
#pragma once

#include "keys/trust/trust_list.h"

struct signer_found {
    bool kid_known; /* at least one listed key has this kid */
    const struct trusted_key
        *key; /* the one that verified, whatever its use; NULL: none; borrows the list */
};

/*
 * Tries every listed key of the message's kid.
 * RC_OK  *ret says what was found. RC_NOMEM, RC_CRYPTO: we could not tell.
 */
MUST_CHECK enum rc signer_find(const struct trust_list *list, const struct cose_sign1 *m,
                               struct signer_found *ret, struct diag *d);
