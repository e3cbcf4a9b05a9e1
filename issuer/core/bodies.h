/*
 * Bodies of batches at rest: sealed by the vault, for they hold identity numbers. Small ones stand
 * in the journal; large ones are files of the folder HOME/batches/bodies, each named by the SHA-256
 * of what it holds, sealed piece by piece. Files; blocks; threads: any.
 */
#pragma once

#include "core/crypto/hash.h"
#include "core/sys/file.h"
#include "keys/private/vault.h"

#define BODY_PIECE 65536u /* bytes that are sealed together; a small body has no more */

/* Makes the folder, and removes what was left half written. */
MUST_CHECK enum rc bodies_open(const char *folder, struct diag *d);

/* A small one, appended; and back. RC_CRYPTO: it is not what was sealed with this digest. */
MUST_CHECK enum rc body_seal(const struct vault *v, const uint8_t digest[SHA256_LEN],
                             struct span body, struct buf *to, struct diag *d);
MUST_CHECK enum rc body_unseal(const struct vault *v, const uint8_t digest[SHA256_LEN],
                               struct span sealed, struct buf *to, struct diag *d);

/*
 * Seals a file into the folder; it is on disk when it returns.
 *
 * fd      read from its start
 * len     bytes that it has
 * digest  that it must have
 *
 * RC_FORMAT  it is not what was said: length or digest differ
 * RC_FULL RC_IO
 */
MUST_CHECK enum rc bodies_keep(const char *folder, const struct vault *v, int fd, uint64_t len,
                               const uint8_t digest[SHA256_LEN], struct diag *d);
/* Unseals one into a file without a name. RC_NOT_FOUND; RC_CRYPTO: it is not what was kept */
MUST_CHECK enum rc bodies_take(const char *folder, const struct vault *v,
                               const uint8_t digest[SHA256_LEN], int *ret_fd, struct diag *d);
