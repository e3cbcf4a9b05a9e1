/*
 * Identity numbers at rest: AES-256-SIV (RFC 5297) with table and record as
 * associated data, keys by HKDF (RFC 5869) with labels from one master secret, a
 * key-id byte in front for rotation; and the HMAC by which a number is found.
 *
 * The master secret is VAULT_MASTER_LEN random bytes (secret_create()), key id 1. Rotation puts
 * another beside it: "<path>.2", then "<path>.3", … without a gap, up to VAULT_KEYS_MAX. New values
 * are sealed with the highest id; what older ones sealed still opens. Find keys and derived
 * secrets always come from key id 1, for indexes hang on them.
 * Threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define VAULT_FIND_LEN   16 /* bytes of HMAC-SHA-256 that index a number */
#define VAULT_MASTER_LEN 32 /* bytes of a master secret */
#define VAULT_KEYS_MAX   8  /* master secrets */
#define VAULT_OVERHEAD   17 /* bytes that sealing adds: key id and SIV */

struct vault;
/*
 * RC_NOT_FOUND, RC_REFUSED, RC_FORMAT, RC_IO   as secret_load() says of the file
 */
MUST_CHECK enum rc vault_open(const char *master_key_path, struct vault **ret, struct diag *d);
void vault_free(struct vault *v);
static inline void vault_free_at(struct vault **v)
{
    vault_free(*v);
    *v = NULL;
}

/*
 * Appends key id ‖ SIV ‖ ciphertext, VAULT_OVERHEAD bytes more than plain. The associated data is
 * table ‖ 0x00 ‖ record as 8 bytes, big endian.
 *
 * plain  1 to 65,536 bytes, else RC_LIMIT
 */
MUST_CHECK enum rc vault_seal(const struct vault *v, const char *table, uint64_t record,
                              struct span plain, struct buf *to, struct diag *d);
/* RC_CRYPTO: not sealed for this table and record, or altered, or by a key that is not here; to is
 * as it was. */
MUST_CHECK enum rc vault_unseal(const struct vault *v, const char *table, uint64_t record,
                                struct span sealed, struct buf *to, struct diag *d);
/* The index key of an identity document: HMAC over id_type as 4 bytes, big endian ‖
 * SHA-256(id_number). */
void vault_find_key(const struct vault *v, unsigned id_type, struct span id_number,
                    uint8_t ret[VAULT_FIND_LEN]);
/* 64 bytes from the master by another label ("status-permutation", "pickup-code", …). */
void vault_derive(const struct vault *v, const char *label, uint8_t ret[64]);
