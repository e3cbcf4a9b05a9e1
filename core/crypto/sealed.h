/*
 * What only the holder of a 32-byte key can read: AES-256-GCM (NIST SP 800-38D). The nonce is made
 * of key and text, so that one key never meets two texts with one nonce, and the same text is
 * sealed the same way twice. Threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/crypto/hash.h"

#define SEALED_KEY_LEN  32
#define SEALED_OVERHEAD 28 /* bytes: nonce 12 in front, tag 16 behind */

/* HMAC-SHA-256 (RFC 2104) of a ‖ b. */
void hmac_sha256(const uint8_t key[32], struct span a, struct span b, uint8_t ret[SHA256_LEN]);

/* Appends nonce ‖ ciphertext ‖ tag. RC_CRYPTO, RC_NOMEM */
MUST_CHECK enum rc sealed_put(const uint8_t key[SEALED_KEY_LEN], struct span plain, struct buf *to,
                              struct diag *d);
/* Appends the plain bytes. RC_CRYPTO: not sealed with this key, or altered; *to is as it was. */
MUST_CHECK enum rc sealed_open(const uint8_t key[SEALED_KEY_LEN], struct span sealed,
                               struct buf *to, struct diag *d);
