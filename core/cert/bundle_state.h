/* An open bundle's inside: shared by bundle_open.c and bundle_find.c. */
#pragma once

#include "core/cert/bundle_layout.h"

#define BLOCK_NONE UINT32_MAX

struct bundle_blocks {
    enum column_set set;
    const uint8_t *hashes;  /* SHA256_LEN each; borrow the file */
    const uint8_t *entries; /* BUNDLE_CODED_LEN each */
    uint64_t *starts;       /* offset of each block in the file, and of the end; owned */
    uint32_t cached;        /* the block in plain, or BLOCK_NONE */
    struct buf plain;       /* owned */
    uint8_t *whole;         /* all blocks in plain, side by side; owned; NULL: not unfolded */
};

enum survivors_found { SURVIVORS_UNREAD = 0, SURVIVORS_BAD, SURVIVORS_NONE, SURVIVORS_GOOD = 90 };

/* What is found out after opening, even through a const bundle. */
struct bundle_later {
    enum survivors_found survivors; /* the section; never SURVIVORS_NONE */
    struct survivors_of {
        enum survivors_found found;
        struct span hashes; /* borrow the file */
    } * of;                 /* by the trust list's keys; owned, NULL until one is asked for */
};

struct bundle {
    struct span file; /* borrowed */
    struct bundle_header header;
    struct span sections[BUNDLE_SECTIONS + 1];
    struct trust_list *trust;
    struct directory directory;
    struct policy *policy;
    struct checkpoint checkpoint;
    bool witnessed;
    uint32_t blocks; /* of each set */
    struct bundle_blocks sets[BUNDLE_SETS];
    struct bundle_later *later; /* owned */
    bool shares;                /* all but later and the blocks in plain is another handle's */
};

/* The sets that are there are what the trust list promises. RC_FORMAT: one is not. */
MUST_CHECK enum rc bundle_check_survivors(const struct bundle *b, struct diag *d);

/* RC_FORMAT: not the bytes that the header promises, or not one well-formed item of CBOR. */
MUST_CHECK enum rc bundle_check_section(const struct bundle *b, enum bundle_section s,
                                        struct diag *d);
/* One block of one set (its place in bundle_sets): as it stands in the file, and in the plain. */
struct span bundle_coded_block(const struct bundle *b, size_t set, uint32_t block);
/*
 * to  gets the plain bytes, appended
 * RC_FORMAT  it is damaged, or not what the header promises
 */
MUST_CHECK enum rc bundle_read_block(const struct bundle *b, size_t set, uint32_t block,
                                     struct buf *to, struct diag *d);
