#include "core/holder/pickup.h"

#include <assert.h>
#include <string.h>

#define BITS_EACH 5
#define TYPED_MAX 64 /* bytes; a code with every blank and full width is shorter */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void pickup_write(uint64_t bits, char ret[PICKUP_LEN + 1])
{
    assert(ret);
    for (size_t i = PICKUP_LEN; i-- > 0; bits >>= BITS_EACH)
        ret[i] = alphabet[bits & 31];
    ret[PICKUP_LEN] = '\0';
}

/* U+FF01 to U+FF5E are ASCII in full width: EF BC 81 … EF BD 9E. 0: no such character. */
static char narrow(const uint8_t *at, size_t left, size_t *ret_len)
{
    *ret_len = 1;
    if (at[0] < 0x80)
        return (char)at[0];
    if (left < 3 || at[0] != 0xEF || (at[1] != 0xBC && at[1] != 0xBD))
        return '\0';
    const int wide = (at[1] - 0xBC) * 64 + (at[2] & 0x3F);
    *ret_len = 3;
    return wide >= 1 && wide <= 94 ? (char)(wide + 0x20) : '\0';
}

/* '\0': none of the alphabet's. */
static char settle(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    return c != '\0' && strchr(alphabet, c) ? c : '\0';
}

bool pickup_read(struct span typed, char ret[PICKUP_LEN + 1])
{
    assert(ret);

    char code[PICKUP_LEN + 1] = "";
    size_t count = 0, len = 1;
    bool good = typed.len <= TYPED_MAX;
    for (size_t i = 0; good && i < typed.len; i += len) {
        const char c = narrow(typed.ptr + i, typed.len - i, &len);
        if (c == ' ' || c == '-')
            continue;
        good = count < PICKUP_LEN && settle(c) != '\0';
        if (good)
            code[count++] = settle(c);
    }
    good = good && count == PICKUP_LEN;
    memset(ret, '0', PICKUP_LEN);
    ret[PICKUP_LEN] = '\0';
    if (good)
        memcpy(ret, code, PICKUP_LEN);
    return good;
}
