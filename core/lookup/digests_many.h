/*
 * Several questions to sitecert-digests in one message, and their answers in one: an array of byte
 * strings, each a message of core/lookup/digests.h. For look-ups without an API key, which wait for
 * nothing but each other; each is counted and answered for itself.
 */
#pragma once

#include "core/lookup/digests.h"

#define DIGESTS_TOGETHER 64u  /* messages, at most; at least one */
#define DIGESTS_ONE_MAX  512u /* bytes of each */

struct digests_many {
    size_t count;
    struct span at[DIGESTS_TOGETHER];
};

void digests_many_begin(struct buf *to, size_t count); /* then count times digests_many_add() */
void digests_many_add(struct buf *to, struct span one);
/* Whether it begins as one. */
bool digests_is_many(struct span message);
/* Borrows message. RC_FORMAT: not exactly such a message. */
MUST_CHECK enum rc digests_many_read(struct span message, struct digests_many *ret, struct diag *d);
