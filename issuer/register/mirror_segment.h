/*
 * One file of the mirror, byte by byte (docs/formats.md, "Mirror"): a head, then commits, each
 * hashed over the one before. Nobody outside mirror*.c includes this.
 */
#pragma once

#include "issuer/register/mirror.h"

#define SEGMENT_MAGIC_LEN       ((size_t)8)
#define SEGMENT_HEAD            (SEGMENT_MAGIC_LEN + SHA256_LEN + 8 + SHA256_LEN)
#define SEGMENT_COMMIT_HEAD     ((size_t)16)        /* number, length */
#define SEGMENT_COMMIT_MAX      ((uint64_t)1 << 31) /* bytes of changes */
#define SEGMENT_COMMIT_LEN(len) (SEGMENT_COMMIT_HEAD + (len) + SHA256_LEN)

struct segment_place {
    char folder[PATH_LEN];
    uint8_t deployment[SHA256_LEN]; /* whose it is */
};

struct segment {
    int fd;
    struct mirror_point base; /* what its first commit follows */
    uint64_t size;
};

/* Say why by errno; say where it is damaged. */
enum rc segment_failed_to(const char *what, const char *path, struct diag *d);
enum rc segment_damaged(uint64_t base, uint64_t offset, struct diag *d);

MUST_CHECK enum rc segment_path(const char *folder, uint64_t base, char ret[PATH_LEN],
                                struct diag *d);
/* Whether a file's name is a segment's; then after which commit it begins. */
bool segment_is_name(const char *name, uint64_t *ret_base);

/* With its head alone; durable. */
MUST_CHECK enum rc segment_create(const struct segment_place *p, const struct mirror_point *at,
                                  struct diag *d);
/* RC_FORMAT damaged; RC_REFUSED of another deployment. ret->fd is the caller's to close. */
MUST_CHECK enum rc segment_open(const struct segment_place *p, uint64_t base, int flags,
                                struct segment *ret, struct diag *d);

/* The commit at an offset. RC_FORMAT: no whole commit that follows `from` stands there. */
MUST_CHECK enum rc segment_read(const struct segment *s, uint64_t offset,
                                const struct mirror_point *from, struct buf *changes,
                                struct mirror_point *ret);
/* The commit that leads to `next`, at the end; durable. */
MUST_CHECK enum rc segment_append(struct segment *s, const char *folder, struct span changes,
                                  const struct mirror_point *next, struct diag *d);
