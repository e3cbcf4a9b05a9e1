/*
 * ECDSA over P-256 has two signatures for one: (r, s) and (r, n − s). Our own formats take only the
 * one with the lower s (pubkey_check()); where a standard leaves it open, bring a signature to
 * that form first. Pure arithmetic on public numbers.
 */
#pragma once

#include "core/crypto/pubkey.h"

/* r ‖ s: an s over n/2 and below n becomes n − s; anything else stays as it is. */
void p256_lower_s(uint8_t sig[SIGNATURE_LEN]);
