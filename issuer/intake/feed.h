/*
 * A thread that reads a file's rows into batches while the caller applies those before. Order is
 * the file's. At most FEED_BATCHES are read ahead, so memory is bounded.
 */
#pragma once

#include "issuer/intake/batch.h"

#define FEED_BATCHES 4

struct feed;

/*
 * Starts reading where rows stands.
 *
 * rows        not to be touched until feed_close()
 * folder      where photo rows find their files; borrowed
 * batch_rows  the most that a batch holds
 */
MUST_CHECK enum rc feed_open(struct rows *rows, const char *folder, int32_t today,
                             size_t batch_rows, struct feed **ret, struct diag *d);

/* Waits for the next batch, in file order; never after one that is the last. It may be used until
 * the next call. */
const struct batch *feed_next(struct feed *f);

void feed_close(struct feed *f); /* stops reading; NULL is fine */
DEFINE_ON_EXIT(struct feed, feed_close)
