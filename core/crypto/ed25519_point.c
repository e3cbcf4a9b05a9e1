#include "core/crypto/ed25519_point.h"

#include <string.h>

#include <openssl/bn.h>

DEFINE_ON_EXIT(BN_CTX, BN_CTX_free)

/* The y of the eight points of small order, canonical, little endian; the sign of x plays no part.
 */
static const uint8_t small_order_y[][ED25519_PUB_LEN] = {
    { 1 },
    { 0 },
    { 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
    { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
      0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
      0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
    { 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
      0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
      0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
};

static bool has_small_order(const uint8_t y[ED25519_PUB_LEN])
{
    for (size_t i = 0; i < sizeof small_order_y / sizeof *small_order_y; i++) {
        if (memcmp(y, small_order_y[i], ED25519_PUB_LEN) == 0)
            return true;
    }
    return false;
}

/* *ret = u·v with u = y² - 1, v = d·y² + 1, d = -121665/121666; x² = u/v is a square just when u·v
 * is. */
static bool product_of(const BIGNUM *y, const BIGNUM *p, BIGNUM *ret, BN_CTX *ctx)
{
    BIGNUM *d = BN_CTX_get(ctx);
    BIGNUM *yy = BN_CTX_get(ctx);
    BIGNUM *v = BN_CTX_get(ctx);
    if (!v)
        return false;

    return BN_set_word(d, 121666) && BN_mod_inverse(d, d, p, ctx) && BN_mul_word(d, 121665) &&
           BN_nnmod(d, d, p, ctx) && BN_sub(d, p, d) && BN_mod_sqr(yy, y, p, ctx) &&
           BN_mod_mul(v, d, yy, p, ctx) && BN_add_word(v, 1) && BN_sub_word(yy, 1) &&
           BN_mod_mul(ret, yy, v, p, ctx);
}

static bool set_prime(BIGNUM *p)
{
    return BN_set_word(p, 1) && BN_lshift(p, p, 255) && BN_sub_word(p, 19);
}

/* As BN_kronecker(3): 1 when y belongs to a point, -1 or 0 when it does not, -2 when we cannot
 * tell. */
static int point_symbol(const uint8_t y_bytes[ED25519_PUB_LEN], BN_CTX *ctx)
{
    BN_CTX_start(ctx); /* ended by the owner's BN_CTX_free() */
    BIGNUM *p = BN_CTX_get(ctx);
    BIGNUM *y = BN_CTX_get(ctx);
    BIGNUM *uv = BN_CTX_get(ctx);
    if (!uv || !set_prime(p) || !BN_lebin2bn(y_bytes, ED25519_PUB_LEN, y))
        return -2;
    if (BN_cmp(y, p) >= 0)
        return 0;
    return product_of(y, p, uv, ctx) ? BN_kronecker(uv, p, ctx) : -2;
}

enum rc ed25519_point_check(const uint8_t point[ED25519_PUB_LEN], struct diag *d)
{
    uint8_t y[ED25519_PUB_LEN];
    memcpy(y, point, sizeof y);
    y[ED25519_PUB_LEN - 1] &= 0x7f;

    if (has_small_order(y))
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "an Ed25519 public key of small order");
    ON_EXIT(BN_CTX_free_at) BN_CTX *ctx = BN_CTX_new();
    const int symbol = ctx ? point_symbol(y, ctx) : -2;
    if (symbol == -2)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory to check an Ed25519 public key");
    if (symbol != 1)
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "not an Ed25519 public key");
    return RC_OK;
}
