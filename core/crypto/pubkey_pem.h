/*
 * A public key as people keep it: PEM of a SubjectPublicKeyInfo (RFC 7468 section 13, RFC 5280
 * section 4.1.2.7), what `openssl pkey -pubout` writes. P-256 with an uncompressed point (RFC 5480)
 * and Ed25519 (RFC 8410); every other key is refused. Pure.
 */
#pragma once

#include "core/base/buf.h"
#include "core/crypto/pubkey.h"

#define PUBKEY_PEM_MAX 4096u /* bytes */

/*
 * Reads one PUBLIC KEY; text around it is passed over (RFC 7468 section 2).
 *
 * RC_FORMAT   no PUBLIC KEY in it, two of them, or not base64; a PRIVATE KEY: d says so
 * RC_REFUSED  a key of another kind
 * RC_CRYPTO   not a point of its curve
 * RC_LIMIT RC_NOMEM
 */
MUST_CHECK enum rc pubkey_pem_read(struct span text, struct public_numbers *ret, struct diag *d);

/* ALG_ES256 or ALG_EDDSA. */
void pubkey_pem_put(struct buf *to, const struct public_numbers *numbers);

/* RFC 7638 SHA-256 thumbprint of the key as a JWK, in base64url without padding: 43 characters.
 * ALG_ES256 or ALG_EDDSA. False, nothing written: out of memory. */
#define PUBKEY_THUMBPRINT_LEN 43
MUST_CHECK bool pubkey_thumbprint(const struct public_numbers *numbers,
                                  char ret[PUBKEY_THUMBPRINT_LEN + 1]);

/* base64url without padding (RFC 7515 section 2), as JWK members have it. */
void base64url_encode(struct span bytes, struct buf *to);
MUST_CHECK bool base64url_decode(struct span text, struct buf *to);
