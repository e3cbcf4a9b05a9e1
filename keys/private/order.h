/*
 * Operators sign orders, each with a key file of their own that the command names; the signer
 * never holds one. What an order says: docs/formats.md, "Order".
 */
#pragma once

#include "core/base/buf.h"
#include "core/cose/cose.h"
#include "keys/private/keyfile.h"
#include "keys/trust/trust_list.h"

#define TYP_ORDER_SECOND "application/sitecert-order-second+cbor"

/* What an order says (docs/formats.md, "Order"). Signed by one operator, or by two over the same
 * payload. */
struct order_text {
    uint8_t deployment[SHA256_LEN];
    struct span number; /* certificate */
    uint32_t action;    /* enum order_action of issuer/scheme/record.h */
    int32_t effective;  /* day */
    struct span reason, reference;
    int64_t ordered_at; /* Unix seconds */
    struct span name;   /* amend: the new name; else empty. A new identity number is never in it */
    struct span second_kid; /* KID_LEN bytes of the second operator, or empty */
};
void order_payload_put(struct buf *b, const struct order_text *o);
MUST_CHECK enum rc order_payload_read(struct span payload, struct order_text *ret, struct diag *d);

/*
 * Signs an order with an operator's key, which the trust list must hold for that use.
 * second  false: TYP_ORDER; true: the countersignature, TYP_ORDER_SECOND
 * RC_NOT_FOUND  the trust list does not hold this operator's key
 */
MUST_CHECK enum rc operator_sign(const struct private_key *key, const struct trust_list *trust,
                                 bool second, struct span payload, int64_t now_s, struct buf *to,
                                 struct diag *d);
