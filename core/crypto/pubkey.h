/*
 * One public key that we may believe, and the check of one signature with it.
 * The only place where OpenSSL's tri-state answers are read. A key is parsed
 * once and kept; it is read-only then, so threads may share it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/attrs.h"
#include "core/base/rc.h"
#include "core/base/span.h"

/* COSE algorithm numbers (IANA; SM2 is private, docs/formats.md section 1). */
enum cose_alg {
    ALG_NONE = 0,
    ALG_ES256 = -7,
    ALG_EDDSA = -8,
    ALG_RS256 = -257, /* RSA-3072, RSASSA-PKCS1-v1_5: documents alone */
    ALG_SM2 = -65538
};

#define SIGNATURE_LEN   64 /* bytes of every algorithm but RS256: r ‖ s, or Ed25519's R ‖ S */
#define EC_COORD_LEN    32 /* bytes of x or y */
#define ED25519_PUB_LEN 32
#define RSA_N_LEN       384 /* bytes of the modulus, and of an RS256 signature */

/* A public key as numbers: what a COSE_Key says. */
struct public_numbers {
    enum cose_alg alg;
    union {
        uint8_t n[RSA_N_LEN]; /* RS256: the modulus; the exponent is RSA_E. x and y lie over it */
        struct {
            uint8_t x[EC_COORD_LEN]; /* EdDSA: the 32 bytes of the key */
            uint8_t y[EC_COORD_LEN]; /* EdDSA: zero */
        };
    };
};
#define RSA_E 65537u /* the one public exponent that we take */

/* One key, not merely one owner: compare x for that. */
bool public_numbers_equal(const struct public_numbers *a, const struct public_numbers *b);

struct pubkey;

/*
 * RC_CRYPTO   not a point of the curve, an Ed25519 point of small order, or a modulus that is even
 *             or has not exactly 3072 bits
 * RC_REFUSED  an algorithm that is none of ours, or that this OpenSSL does not check
 */
MUST_CHECK enum rc pubkey_new(const struct public_numbers *numbers, struct pubkey **ret,
                              struct diag *d);
void pubkey_free(struct pubkey *key); /* NULL is fine */
DEFINE_ON_EXIT(struct pubkey, pubkey_free)
const struct public_numbers *pubkey_numbers(const struct pubkey *key); /* borrows key */

enum check {
    CHECK_BAD = 0, /* a zeroed result never reads as good */
    CHECK_GOOD = 90,
};

/*
 * Checks a signature of msg. Refuses (CHECK_BAD) what has a second form: ECDSA with s over n/2,
 * r or s zero or not below n (SEC 1 section 4.1.4), Ed25519 with S not below L (RFC 8032
 * section 5.1.7), RSA not below n (RFC 8017 section 8.2.2), SM2 with r or s zero or not below n.
 * An SM2 signature has no second form that others could find: another s for its r takes the
 * private key (docs/formats.md section 1).
 *
 * sig    SIGNATURE_LEN bytes, for RS256 RSA_N_LEN; any other length is CHECK_BAD
 * RC_OK  *ret says whether it holds
 * RC_NOMEM, RC_CRYPTO   we could not tell; *ret is untouched
 */
MUST_CHECK enum rc pubkey_check(const struct pubkey *key, struct span msg, struct span sig,
                                enum check *ret, struct diag *d);
