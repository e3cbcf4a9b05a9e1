/* OpenSSL's handle for a public key that is a point of a curve. Used by pubkey.c alone. */
#pragma once

#include <openssl/evp.h>

#include "core/crypto/pubkey.h"

/*
 * A P-256 or SM2 key of these numbers, on a copy of the curve that is set up once a process: to
 * set one up for each key costs three to six times the rest of it.
 *
 * numbers  alg is ALG_ES256 or ALG_SM2
 * NULL     no point of the curve, no memory, or no such curve in this OpenSSL; its queue of errors
 *          may hold why
 */
EVP_PKEY *curve_key_new(const struct public_numbers *numbers);
