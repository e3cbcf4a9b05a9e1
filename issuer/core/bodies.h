/*
 * Large bodies of batches: files of the folder HOME/batches/bodies, each named by the SHA-256 of
 * what it holds. Small ones stand in the journal. Files; blocks; threads: any.
 */
#pragma once

#include "core/crypto/hash.h"
#include "core/sys/file.h"

/* Makes the folder, and removes what was left half written. */
MUST_CHECK enum rc bodies_open(const char *folder, struct diag *d);

/*
 * Copies a file into the folder; it is on disk when it returns.
 *
 * fd      read from its start
 * len     bytes that it has
 * digest  that it must have
 *
 * RC_FORMAT  it is not what was said: length or digest differ
 * RC_FULL RC_IO
 */
MUST_CHECK enum rc bodies_keep(const char *folder, int fd, uint64_t len,
                               const uint8_t digest[SHA256_LEN], struct diag *d);
/* Opens one that is kept. RC_NOT_FOUND */
MUST_CHECK enum rc bodies_take(const char *folder, const uint8_t digest[SHA256_LEN], int *ret_fd,
                               struct diag *d);
