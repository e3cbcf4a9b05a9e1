/* An order signed on this machine, to be carried to the register by POST /v1/orders. */
#pragma once

#include "core/cli/cli.h"
#include "issuer/register/home.h"

/* Texts as a row of orders has them; keys: paths of one or two operators' keys. */
struct order_to_sign {
    const char *action, *certificate, *reason, *reference, *effective; /* NULL: today */
    const char *keys[2];                                               /* the second may be NULL */
};
/*
 * Appends the JSON that POST /v1/orders takes (docs/http.md), and a newline.
 *
 * RC_USAGE   a text is not one that an order takes; d names it
 * RC_NOT_FOUND  a key file is not there, or the trust list does not hold it as an operator's
 */
MUST_CHECK enum rc order_sign(const struct home *home, const struct order_to_sign *o,
                              struct buf *to, struct diag *d);
