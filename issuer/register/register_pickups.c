/* Pick-up codes: certificate → the first bytes of HMAC-SHA-256 (RFC 2104) over its number and code,
 * by a key derived from the vault's secret. */
#include <assert.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "issuer/register/register_internal.h"

#define MAC_LEN     8 /* bytes: more than a code has */
#define BLOCK_LEN   64
#define NUMBER_ROOM (NUMBER_MAX + 1)

static void xor_key(const struct reg *r, uint8_t with, uint8_t ret[BLOCK_LEN])
{
    _Static_assert(sizeof r->pickup_key == BLOCK_LEN, "the key fills a block");
    for (size_t i = 0; i < BLOCK_LEN; i++)
        ret[i] = r->pickup_key[i] ^ with;
}

static void mac(const struct reg *r, const char *number, const char *code, uint8_t ret[MAC_LEN])
{
    uint8_t message[NUMBER_ROOM + PICKUP_LEN] = { 0 }, pad[BLOCK_LEN], digest[SHA256_LEN];
    memcpy(message, number, strlen(number));
    memcpy(message + NUMBER_ROOM, code, PICKUP_LEN);
    xor_key(r, 0x36, pad);
    sha256_2(span_of(pad, sizeof pad), span_of(message, sizeof message), digest);
    xor_key(r, 0x5c, pad);
    sha256_2(span_of(pad, sizeof pad), span_of(digest, sizeof digest), digest);
    memcpy(ret, digest, MAC_LEN);
    explicit_bzero(pad, sizeof pad);
}

enum rc register_pickup_make(struct reg *r, const struct reg_cert *c, char ret[PICKUP_LEN + 1],
                             struct diag *d)
{
    assert(r && c && ret);

    uint64_t bits;
    uint8_t kept[MAC_LEN];
    char code[PICKUP_LEN + 1];
    random_bytes((uint8_t *)&bits, sizeof bits);
    pickup_write(bits, code);
    mac(r, c->number, code, kept);
    const struct reg_key key = reg_key_of(WIDTH_ID, c->id);
    const enum rc rc =
        reg_put(r, DB_PICKUPS, reg_key_span(&key), span_of(kept, sizeof kept), PUT_ANY, d);
    if (rc == RC_OK)
        memcpy(ret, code, sizeof code);
    return rc;
}

/* Looks at every byte. */
static bool same(const uint8_t a[MAC_LEN], const uint8_t b[MAC_LEN])
{
    volatile uint8_t differ = 0;
    for (size_t i = 0; i < MAC_LEN; i++)
        differ |= a[i] ^ b[i];
    return differ == 0;
}

enum rc register_pickup_check(struct reg *r, const struct reg_cert *c, const char *code, bool *ret,
                              struct diag *d)
{
    assert(r && c && code && strlen(code) == PICKUP_LEN && ret);

    static const uint8_t none[MAC_LEN];
    uint8_t asked[MAC_LEN];
    struct span kept;
    const struct reg_key key = reg_key_of(WIDTH_ID, c->id);
    const enum rc rc = reg_get(r, DB_PICKUPS, reg_key_span(&key), &kept, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && kept.len != MAC_LEN)
        return reg_damaged("pickups", d);
    mac(r, c->number, code, asked);
    *ret = same(asked, rc == RC_OK ? kept.ptr : none) & (rc == RC_OK);
    return RC_OK;
}

/* The entry with the lowest id at or above id. */
enum rc register_pickup_next(struct reg *r, uint32_t id, uint32_t *ret, struct diag *d)
{
    assert(r && ret);

    struct span key, value;
    const struct reg_key from = reg_key_of(WIDTH_ID, id);
    const enum rc rc = reg_seek(r, DB_PICKUPS, reg_key_span(&from), &key, &value, d);
    if (rc != RC_OK)
        return rc;
    if (key.len != WIDTH_ID || value.len != MAC_LEN)
        return reg_damaged("pickups", d);
    *ret = (uint32_t)reg_be_read(key);
    return RC_OK;
}
