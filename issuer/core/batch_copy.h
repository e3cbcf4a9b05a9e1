/*
 * What was taken in, a second time: MIRROR/batches has the files of HOME/batches
 * (docs/operations.md, "Mirror"). What an append brings is durable there too before anyone is told.
 * It is never longer than the home's: that one is written first.
 */
#pragma once

#include "core/crypto/hash.h"
#include "core/sys/file.h"

#define BATCH_COPY_FOLDER "batches"

struct batch_copy;

/*
 * Makes up for what the copy lacks. The journal in `batches` is open, so nothing torn is in it.
 *
 * RC_REFUSED  the copy has more, or something else: the home was set back
 */
MUST_CHECK enum rc batch_copy_open(const char *batches, const char *mirror, struct batch_copy **ret,
                                   struct diag *d);
void batch_copy_close(struct batch_copy *c); /* NULL is fine */
DEFINE_ON_EXIT(struct batch_copy, batch_copy_close)

/* Bytes that stand in a segment from this offset on; durable. */
MUST_CHECK enum rc batch_copy_append(struct batch_copy *c, uint32_t segment, uint64_t offset,
                                     struct span bytes, struct diag *d);
/* A sealed body of the home; durable. Any thread. */
MUST_CHECK enum rc batch_copy_body(const struct batch_copy *c, const uint8_t digest[SHA256_LEN],
                                   struct diag *d);
