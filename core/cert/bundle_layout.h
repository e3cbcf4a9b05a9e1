/*
 * How a bundle lies in its file (docs/formats.md, "Bundle"): shared by the makers' and the readers'
 * side. After the sections: for each column set its block table (every block's hash of plain bytes;
 * then for every block be32 coded length and the first bytes of the hash of the coded bytes), then
 * the coded blocks.
 */
#pragma once

#include "core/cert/bundle.h"

#define BUNDLE_MAGIC     "SCBUNDL1"
#define BUNDLE_SETS      2
#define BUNDLE_CHECK_LEN 8u /* of SHA-256 of a coded block: finds damage, not malice */
#define BUNDLE_CODED_LEN (4u + BUNDLE_CHECK_LEN) /* a coded block's entry */

/* The sets in the order in which they stand in header and file. */
extern const enum column_set bundle_sets[BUNDLE_SETS];

struct bundle_header {
    uint8_t deployment[DEPLOYMENT_LEN];
    uint64_t sequence;
    int64_t issued;
    struct {
        uint32_t len;
        uint8_t hash[SHA256_LEN];
    } sections[BUNDLE_SECTIONS + 1]; /* by enum bundle_section; 0 unused */
    uint32_t rows;
    struct {
        int64_t exp;
        uint8_t root[SHA256_LEN];
    } sets[BUNDLE_SETS];
};
void bundle_header_put(struct buf *b, const struct bundle_header *h);
/* RC_FORMAT: not exactly such a map, or the sets differ in rows, or an exp is before issued; offset
 * says where. */
MUST_CHECK enum rc bundle_header_read(struct span payload, struct bundle_header *ret,
                                      struct diag *d);
