/*
 * The directory: what posts, units and providers are called (docs/formats.md,
 * "Directory"). A COSE_Sign1 by a publish key; providers' indexes are append-only.
 */
#pragma once

#include "core/cose/cose.h"
#include "core/crypto/hash.h"

#define DIRECTORY_MAX      (64u << 20) /* bytes */
#define DIRECTORY_NAME_MAX 300         /* bytes of a name */
#define DIRECTORY_CODE_MAX 65535       /* of a post or a unit: the scope of a key holds 16 bits */

struct directory_post {
    uint32_t code;
    struct span name, name_en;
};
struct directory_unit {
    uint32_t id;
    struct span name;
};
struct directory_provider {
    struct span credit_code, name; /* its index is its place */
    uint32_t unit;
};

/* Arrays owned; their spans borrow the bytes read (or, when being made, whatever the maker holds).
 */
struct directory {
    uint8_t deployment[SHA256_LEN];
    int64_t issued;
    size_t post_count, unit_count, provider_count;
    struct directory_post *posts; /* ascending code */
    struct directory_unit *units; /* ascending id */
    struct directory_provider *providers;
};
void directory_free(struct directory *dir); /* the arrays; leaves it zeroed */

/* Posts and units ascend; names have 1 to DIRECTORY_NAME_MAX bytes (name_en also 0), credit
 * codes 18. */
void directory_payload_put(struct buf *b, const struct directory *dir);
/*
 * Reads the payload of a message whose signature has been checked; spans borrow payload.
 * RC_FORMAT  not exactly a directory, or codes that do not ascend; offset says where
 * RC_LIMIT   longer than DIRECTORY_MAX
 */
MUST_CHECK enum rc directory_payload_read(struct span payload, struct directory *ret,
                                          struct diag *d);

/* NULL: no such entry. */
const struct directory_post *directory_find_post(const struct directory *dir, uint32_t code);
const struct directory_unit *directory_find_unit(const struct directory *dir, uint32_t id);
const struct directory_provider *directory_find_provider(const struct directory *dir,
                                                         uint32_t index);
