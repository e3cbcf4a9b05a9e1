/*
 * Keys, and a rule in place of signatures, for harnesses of what lies behind a signature check: no
 * mutation would ever find a signature that holds. Targets that say ANY_SIGNATURE have
 * pubkey_check() replaced at link time: a signature holds unless its last two bytes are 0, and
 * cannot be checked (RC_CRYPTO) when they are 0 and 1.
 */
#pragma once

#include "core/crypto/pubkey.h"

const struct pubkey *fuzz_key_ed25519(void); /* RFC 8032 section 7.1, test 1 */
const struct pubkey *fuzz_key_p256(void);    /* the curve's own generator */
