/* One column set of a bundle that is being updated: for bundle_update.c alone. */
#pragma once

#include "core/cert/bundle_state.h"
#include "core/cert/delta.h"

/* A block is read from the old bundle when it is first changed. */
struct update_block {
    struct buf plain; /* empty: as it was; owned */
    bool changed;
};

struct update_blocks {
    const struct bundle *old;    /* borrowed */
    size_t set;                  /* its place in bundle_sets */
    uint32_t rows, count;        /* now; blocks */
    struct update_block *blocks; /* owned */
    struct buf hashes, entries;  /* the table, made by update_blocks_code(); owned */
    struct buf coded;            /* changed blocks side by side, in order; owned */
};

MUST_CHECK enum rc update_blocks_begin(struct update_blocks *b, const struct bundle *old,
                                       size_t set, struct diag *d);
void update_blocks_free(struct update_blocks *b);
/* rows  not fewer than there are; new ones are never assigned */
MUST_CHECK enum rc update_blocks_grow(struct update_blocks *b, uint32_t rows, struct diag *d);
/* RC_FORMAT: past the rows, beyond what a column holds, or the old block is damaged. */
MUST_CHECK enum rc update_blocks_change(struct update_blocks sets[BUNDLE_SETS],
                                        const struct delta_change *change, struct diag *d);
/* Codes what changed and makes the table; root as the header has it. */
MUST_CHECK enum rc update_blocks_code(struct update_blocks *b, uint8_t root[SHA256_LEN],
                                      struct diag *d);
void update_blocks_put_table(const struct update_blocks *b, struct buf *to);
void update_blocks_put(const struct update_blocks *b, struct buf *to);
