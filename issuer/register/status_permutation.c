#include "issuer/register/status_permutation.h"

#include <assert.h>
#include <string.h>

#include "core/crypto/hash.h"

/* Key ‖ block, 4 bytes ‖ round ‖ part: 32 bytes of one round's table. */
static void draw(const struct status_permutation *p, uint32_t block, uint8_t round, uint8_t part,
                 uint8_t ret[SHA256_LEN])
{
    const uint8_t place[6] = { (uint8_t)(block >> 24),
                               (uint8_t)(block >> 16),
                               (uint8_t)(block >> 8),
                               (uint8_t)block,
                               round,
                               part };
    sha256_2(span_of(p->key, sizeof p->key), span_of(place, sizeof place), ret);
}

static void draw_tables(struct status_permutation *p, uint32_t block)
{
    for (uint8_t round = 0; round < STATUS_ROUNDS; round++)
        for (uint8_t part = 0; part < STATUS_TABLE_BYTES / SHA256_LEN; part++)
            draw(p, block, round, part, &p->tables[round][(size_t)part * SHA256_LEN]);
    p->block = block;
    p->ready = true;
}

uint32_t status_permute(struct status_permutation *p, uint32_t n)
{
    assert(p);

    const uint32_t block = n / STATUS_BLOCK;
    if (!p->ready || p->block != block)
        draw_tables(p, block);

    uint8_t left = (uint8_t)(n >> 8), right = (uint8_t)n;
    for (size_t round = 0; round < STATUS_ROUNDS; round++) {
        const uint8_t next = (uint8_t)(left ^ p->tables[round][right]);
        left = right;
        right = next;
    }
    return block * STATUS_BLOCK + (uint32_t)left * 256u + right;
}
