#include "core/crypto/low_s.h"

#include <string.h>

static const uint8_t n[EC_COORD_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* n − s, big endian. */
static void subtract(const uint8_t *s, uint8_t ret[EC_COORD_LEN])
{
    int borrow = 0;
    for (size_t i = EC_COORD_LEN; i-- > 0;) {
        const int v = n[i] - s[i] - borrow;
        borrow = v < 0;
        ret[i] = (uint8_t)(v + 256 * borrow);
    }
}

void p256_lower_s(uint8_t sig[SIGNATURE_LEN])
{
    uint8_t *const s = sig + EC_COORD_LEN;
    uint8_t other[EC_COORD_LEN];
    if (memcmp(s, n, EC_COORD_LEN) >= 0)
        return;
    subtract(s, other);
    if (memcmp(other, s, EC_COORD_LEN) < 0)
        memcpy(s, other, EC_COORD_LEN);
}
