/*
 * The pick-up code of a certificate: 50 random bits as ten digits and letters, which its holder got
 * from the authority and shows to be who asks. The alphabet leaves out I, L, O and U, and reading
 * takes what people write for its characters. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/rc.h"
#include "core/base/span.h"

#define PICKUP_LEN  10
#define PICKUP_BITS 50

/* bits: the lower PICKUP_BITS count. */
void pickup_write(uint64_t bits, char ret[PICKUP_LEN + 1]);
/*
 * What a person typed, in the form that pickup_write() gives: blanks and hyphens go, letters in
 * either case or full width, O is 0, I and L are 1. False, ten zeros written: it is no code.
 */
MUST_CHECK bool pickup_read(struct span typed, char ret[PICKUP_LEN + 1]);
