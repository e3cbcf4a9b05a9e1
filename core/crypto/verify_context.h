/*
 * One verification with a loaded key: what pubkey.c hands its work to. Setting
 * OpenSSL up for a key costs a noticeable part of a verification, so each
 * thread keeps the contexts of the keys it used last; they are freed with it.
 */
#pragma once

#include <openssl/evp.h>

#include "core/crypto/hash.h"
#include "core/crypto/pubkey.h"

struct verify_key {
    EVP_PKEY *pkey;
    uint64_t serial; /* never used twice in a process: a freed key's context is never mistaken */
    uint8_t sm2_z[SM3_LEN]; /* SM2 alone: what sm2_digest() wants */
};

/* sig is as long as pubkey_check() wants it. Errors as there. */
MUST_CHECK enum rc es256_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                               enum check *ret, struct diag *d);
MUST_CHECK enum rc sm2_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                             enum check *ret, struct diag *d);
MUST_CHECK enum rc rs256_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                               enum check *ret, struct diag *d);
MUST_CHECK enum rc ed25519_check(const struct verify_key *key, struct span msg, const uint8_t *sig,
                                 enum check *ret, struct diag *d);
