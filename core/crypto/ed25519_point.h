/* What OpenSSL does not ask of an Ed25519 public key. Used by pubkey.c alone. */
#pragma once

#include "core/base/rc.h"
#include "core/crypto/pubkey.h"

/*
 * RC_CRYPTO  y not below 2^255 - 19, no point of the curve, or one of the eight points of small
 * order, under which one signature holds for any message RC_NOMEM
 *
 * RFC 8032 section 5.1.3
 */
MUST_CHECK enum rc ed25519_point_check(const uint8_t point[ED25519_PUB_LEN], struct diag *d);
