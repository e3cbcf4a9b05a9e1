/*
 * When a trust list is read: when the file is another one, once. One that could not be read, or was
 * refused, is tried again after a while, since what was wrong may have been something beside it: a
 * setting, a lack of descriptors. Threads: the caller's lock.
 */
#pragma once

#include "core/sys/file.h"

#define TRUST_RETRY_MS INT64_C(30000)

struct trust_watch {
    struct file_identity taken, failed; /* as they were before they were read */
    int64_t failed_ms;                  /* clock_elapsed_ms() when it was tried last */
};

/* there: trust.cbor now; now_ms: clock_elapsed_ms(). */
bool trust_is_due(const struct trust_watch *w, const struct file_identity *there, int64_t now_ms);
/* there: identified before it was read, so that a change in between is seen later. */
void trust_is_taken(struct trust_watch *w, const struct file_identity *there);
/* True: of this file for the first time, which is to be said. */
bool trust_has_failed(struct trust_watch *w, const struct file_identity *there, int64_t now_ms);
/* What failed is due at once, and said again. */
void trust_forgive(struct trust_watch *w);
