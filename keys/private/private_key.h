/* A private key's inside, for the files of keys/private that make, load and use one. */
#pragma once

#include <pthread.h>

#include <openssl/evp.h>

#include "core/crypto/hash.h"
#include "keys/private/kept_key.h"

DEFINE_ON_EXIT(EVP_PKEY, EVP_PKEY_free)
DEFINE_ON_EXIT(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

/* Contexts that are ready to sign and that no thread holds; more threads than this make their own.
 */
#define PRIVATE_KEY_IDLE_MAX 64

struct private_key {
    struct public_numbers numbers;
    uint8_t sm2_z[SM3_LEN];          /* SM2 alone: what sm2_digest() wants */
    EVP_PKEY *pkey;                  /* of a kept key: its public half */
    const struct key_keeper *keeper; /* NULL: the key is here */
    pthread_mutex_t lock;            /* of idle and idle_count */
    EVP_PKEY_CTX *idle[PRIVATE_KEY_IDLE_MAX];
    size_t idle_count;
};

/* Takes over *pkey (and leaves it NULL) on RC_OK alone. RC_FORMAT: not P-256, Ed25519, SM2 (by
 * type, not by curve alone) or RSA of 3072 bits, or halves that differ. */
MUST_CHECK enum rc private_key_new(EVP_PKEY **pkey, struct private_key **ret, struct diag *d);

/* RC_CRYPTO: "OpenSSL cannot WHAT"; its own queue of errors is emptied. */
enum rc private_key_refused(const char *what, struct diag *d);
