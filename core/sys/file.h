/*
 * Files: whole into memory with a limit, mapped, and replaced so that a reader
 * sees the old one or the new one and a power cut loses neither.
 *
 * Every function here may also say RC_NOT_FOUND (no such file or folder), RC_FULL (no room on the
 * disk), RC_NOMEM, RC_LIMIT (a path of PATH_LEN bytes or more), and RC_IO for all else, with the
 * system's words. All block.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "core/base/buf.h"

/* Closes it unless it is negative or a standard stream; for ON_EXIT. */
void fd_close_at(int *fd);

/*
 * Reads a whole file, or standard input for "-", and appends it to *ret.
 *
 * max_len  bytes; a longer file is RC_LIMIT
 * ret      as before after an error
 */
MUST_CHECK enum rc file_read(const char *path, size_t max_len, struct buf *ret, struct diag *d);

/*
 * A regular file mapped for reading; zeroed is none. An empty file has a span of no bytes. Whoever
 * shortens the file while it is mapped kills the reader: files that are mapped are only ever
 * replaced.
 */
struct mapping {
    struct span bytes;
};
MUST_CHECK enum rc file_map(const char *path, struct mapping *ret, struct diag *d);
void mapping_close(struct mapping *m); /* zeroes *m; for ON_EXIT too */
/* Has the disk fetch part, a piece of m's bytes, before it is read: a hint, without waiting. */
void mapping_expect(const struct mapping *m, struct span part);

/*
 * Replaces path in one step: create-exclusive beside it, write, fsync, rename, fsync of the folder.
 * mode is that of the new file, whatever the umask. After an error the old file stays and nothing
 * is left beside it; only when the last step, the folder's fsync, fails is the new file there
 * already. A device or a pipe has nothing that could be replaced: it is written to, and stays.
 */
MUST_CHECK enum rc file_replace(const char *path, struct span bytes, unsigned mode, struct diag *d);

/*
 * As file_replace, but without waiting for the disk: for many files that can be made again. A power
 * cut may lose it until file_settle() has returned.
 */
MUST_CHECK enum rc file_replace_later(const char *path, struct span bytes, unsigned mode,
                                      struct diag *d);
/* Waits until the file system that holds folder has everything on disk. */
MUST_CHECK enum rc file_settle(const char *folder, struct diag *d);

/*
 * Makes `to`, a file that begins as `from` does or is not there, as long as it; what is missing is
 * appended, durably. Zeros at its end, as a writer sets them ahead of itself, are as good as
 * missing. Its folder is not synced.
 *
 * RC_EXISTS  it is longer. RC_FORMAT  it begins otherwise
 */
MUST_CHECK enum rc file_catch_up(const char *from, const char *to, struct diag *d);

/* As file_replace, but RC_EXISTS when path is there already. */
MUST_CHECK enum rc file_create(const char *path, struct span bytes, unsigned mode, struct diag *d);

/* Makes one folder (its parent must exist); an existing folder is fine and keeps its mode.
 * RC_EXISTS: something else has that name. */
MUST_CHECK enum rc folder_make(const char *path, unsigned mode, struct diag *d);

/*
 * Removes what replacing files in folder and below it has left beside them when its process was
 * killed: NAME.<process>-<n>~ of processes that are no more, or of this one, which must not be
 * replacing a file there meanwhile. What cannot be removed, or is not there, is no error.
 */
void folder_sweep(const char *folder);

/* Which file stands at a path: another one by any of these. Zeroed: none that can be seen. */
struct file_identity {
    dev_t device;
    ino_t node;
    off_t size;
    struct timespec changed;
};
struct file_identity file_identify(const char *path);
bool file_identity_equal(const struct file_identity *a, const struct file_identity *b);
static inline bool file_is_seen(const struct file_identity *i)
{
    return i->node != 0;
}

#define PATH_LEN 1024 /* bytes with NUL; a longer path is RC_LIMIT */

/* "folder/name" into ret[PATH_LEN]; no slash is added to "" or behind another. */
MUST_CHECK enum rc path_join(const char *folder, const char *name, char ret[PATH_LEN],
                             struct diag *d);

/* Holds an exclusive flock on path (created 0600) until the fd is closed. RC_BUSY: someone else
 * does. */
MUST_CHECK enum rc lock_take(const char *path, int *ret_fd, struct diag *d);
