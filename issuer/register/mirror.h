/*
 * The mirror of the register on a second disk (docs/operations.md, "Mirror"): what each commit
 * changed, durable there before it is durable here. Files FOLDER/register-NNNNNNNNNNNNNNNN, each
 * from one commit on (docs/formats.md, "Mirror"). Each commit is hashed over the one before, so a
 * point says which history it is of, and not how long it is only.
 *
 * One process has a mirror open for appending (lock). What a power cut left half written at the end
 * was never acknowledged and is cut off.
 */
#pragma once

#include "core/crypto/hash.h"
#include "core/sys/file.h"

#define MIRROR_WORDS       "the mirror" /* every diag of this module and of its states begins so */
#define MIRROR_SEGMENT_MAX (32u << 20)  /* bytes; the next commit begins another file */

/* After which commit: its number from 0, where the mirror began, and the hash of all up to it. */
struct mirror_point {
    uint64_t number;
    uint8_t chain[SHA256_LEN];
};

struct mirror;

/*
 * folder      that exists
 * deployment  whose it is
 * lock        for appending; else for reading, what is torn stays
 *
 * RC_BUSY     another process has it. RC_REFUSED  of another deployment. RC_FORMAT  damaged
 */
MUST_CHECK enum rc mirror_open(const char *folder, const uint8_t deployment[SHA256_LEN], bool lock,
                               struct mirror **ret, struct diag *d);
void mirror_close(struct mirror *m); /* NULL is fine */
DEFINE_ON_EXIT(struct mirror, mirror_close)

bool mirror_is_empty(const struct mirror *m);             /* it never began */
bool mirror_has_commits(const struct mirror *m);          /* not only a beginning */
struct mirror_point mirror_end(const struct mirror *m);   /* of one that is not empty */
struct mirror_point mirror_start(const struct mirror *m); /* the oldest that it goes on from */

/* An empty one, or one that has a beginning alone, begins at this point; durable. */
MUST_CHECK enum rc mirror_begin(struct mirror *m, const struct mirror_point *at, struct diag *d);

/* The point that a commit with these changes leads to. */
struct mirror_point mirror_next(const struct mirror_point *from, struct span changes);
/* Appends that commit, durably. After a failure nothing more is appended: open again. */
MUST_CHECK enum rc mirror_append(struct mirror *m, struct span changes, struct diag *d);

/*
 * The commit behind a point.
 *
 * ret       its changes, replaced
 * ret_next  the point behind it
 *
 * RC_NOT_FOUND  from is the end
 * RC_REFUSED    from is not a point of this mirror: earlier, later, or of another history
 * RC_FORMAT     damaged
 */
MUST_CHECK enum rc mirror_read(struct mirror *m, const struct mirror_point *from, struct buf *ret,
                               struct mirror_point *ret_next, struct diag *d);
