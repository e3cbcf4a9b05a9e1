/*
 * SM2 signatures (GB/T 32918.2) as ours are: with SM3, under the one distinguishing id that
 * docs/formats.md section 1 names. What is signed is e = SM3(Z ‖ message), where Z binds the id,
 * the curve and the public key; OpenSSL's own default id is empty, so the id is put here for both
 * sides, by signer and verifier alike.
 */
#pragma once

#include "core/crypto/hash.h"
#include "core/crypto/pubkey.h"

#define SM2_ID "1234567812345678" /* GB/T 35276: where nothing else is agreed upon */

/* The order n of the curve, big endian. GB/T 32918.5. */
extern const uint8_t sm2_order[EC_COORD_LEN];

/* Z of a key: GB/T 32918.2 section 5.5. RC_REFUSED: this OpenSSL has no SM3. */
MUST_CHECK enum rc sm2_identity(const struct public_numbers *key, uint8_t ret[SM3_LEN],
                                struct diag *d);
/* e of a message under a key's Z. Errors as above. */
MUST_CHECK enum rc sm2_digest(const uint8_t z[SM3_LEN], struct span msg, uint8_t ret[SM3_LEN],
                              struct diag *d);
