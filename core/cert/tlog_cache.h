/*
 * Remembers hashes of a log on their way: proofs of leaves that stand together ask for the same
 * ones. What it is asked for are complete subtrees, which never change. Pure; one thread.
 */
#pragma once

#include "core/cert/tlog.h"

#define TLOG_CACHE_SLOTS 1024u /* four tiles */

struct tlog_cache {
    struct tlog_source inner;
    struct tlog_cache_slot {
        bool known;
        unsigned level;
        uint64_t n;
        struct tlog_hash hash;
    } slots[TLOG_CACHE_SLOTS];
};

/* inner  borrowed for the cache's life, with what it reads */
void tlog_cache_begin(struct tlog_cache *c, struct tlog_source inner);
/* Borrows c. */
struct tlog_source tlog_cache_source(struct tlog_cache *c);
