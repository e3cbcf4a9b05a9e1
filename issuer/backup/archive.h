/*
 * A backup's file: POSIX ustar, so that any tar can look into it, in the one form that
 * we write: regular files alone, names of at most ARCHIVE_NAME_MAX bytes, last of all
 * SHA256SUMS, in the form that `sha256sum -c` reads, over all the others.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/sys/file.h"

#define ARCHIVE_NAME_MAX 99
#define ARCHIVE_SUMS     "SHA256SUMS"

struct archive;                       /* being written, or being read */
void archive_free(struct archive *a); /* leaves the file as it is; NULL is fine */
DEFINE_ON_EXIT(struct archive, archive_free)

/* --- writing; fd stays the caller's --- */
MUST_CHECK enum rc archive_begin(int fd, struct archive **ret, struct diag *d);
/*
 * Adds a file under a name. RC_NOT_FOUND: it is not there (any more); nothing was added.
 * RC_FORMAT: it changed while it was read, or its name is none for an archive.
 */
MUST_CHECK enum rc archive_add(struct archive *a, const char *path, const char *name,
                               struct diag *d);
MUST_CHECK enum rc archive_add_bytes(struct archive *a, struct span bytes, const char *name,
                                     struct diag *d);
bool archive_has(const struct archive *a, const char *name);
/* The sums and the end; durable. */
MUST_CHECK enum rc archive_end(struct archive *a, struct diag *d);

/* --- reading --- */
struct archive_totals {
    uint64_t files, bytes;
};
/*
 * Takes a whole archive apart into a folder that is there and empty; folders are made with mode
 * 0700, files with 0600 or what they had less what others might do. Nothing is believed before the
 * end.
 *
 * RC_FORMAT  not such an archive, cut short, longer, a name that leads elsewhere, or a sum that
 * differs RC_EXISTS  a name twice
 */
MUST_CHECK enum rc archive_extract(int fd, const char *folder, struct archive_totals *ret,
                                   struct diag *d);
