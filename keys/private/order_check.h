/* What the signer asks of an order before it admits it. Pure, and no private key in it. */
#pragma once

#include "keys/private/order.h"

#define ORDER_AHEAD_MAX_S 5     /* operators' clocks and ours */
#define ORDER_AGE_MAX_S   86400 /* two operators sign one after the other */

struct order_checked {
    struct order_text text; /* borrows the message */
    struct span payload;
    const struct trusted_key *first, *second; /* of the trust list; second NULL: one has signed */
};

/*
 * first, second  as signer_order() has them
 * ret            written only on RC_OK
 *
 * RC_FORMAT         not an order
 * RC_NOT_FOUND, RC_BAD_SIGNATURE   a signature is no listed operator's, or does not hold
 * RC_REFUSED        another deployment's; too old, or ahead of now_s; the second signature is
 *                   missing, of another order, or the same person's
 */
MUST_CHECK enum rc order_check(const struct trust_list *trust, struct span first,
                               struct span second, int64_t now_s, struct order_checked *ret,
                               struct diag *d);
