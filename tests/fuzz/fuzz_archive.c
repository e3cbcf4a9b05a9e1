/*
 * Any bytes as a backup's file: it is taken apart into a folder and nowhere else, and what is taken
 * whole has as many files as it says.
 */
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "issuer/backup/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing here has to outlive a power cut (the call is replaced at link time). */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fd < 0 ? -1 : 0;
}

#define PLACE_LEN 64

static void close_tree_at(FTS **tree)
{
    if (*tree)
        (void)fts_close(*tree);
}

/* Removes it with all that stands in it; returns how many files that were. */
static uint64_t drop(char *folder)
{
    uint64_t files = 0;
    char *const roots[] = { folder, NULL };
    ON_EXIT(close_tree_at) FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *e;
    while (tree && (e = fts_read(tree)) != NULL) {
        files += e->fts_info == FTS_F;
        if (e->fts_info != FTS_D && remove(e->fts_path) != 0)
            abort();
    }
    return files;
}

/* In memory, where there is such a place: thousands of folders are made. */
static const char *place(void)
{
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static int file_of(const uint8_t *data, size_t size)
{
    char path[PLACE_LEN];
    (void)snprintf(path, sizeof path, "%s/fuzz_archive.XXXXXX", place());
    const int fd = mkstemp(path);
    if (fd < 0 || unlink(path) != 0 || (size > 0 && write(fd, data, size) != (ssize_t)size) ||
        lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return fd;
}

/* The inner folder's parent must be empty in the end: nothing was put beside it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char outer[PLACE_LEN], inner[PLACE_LEN + 4];
    struct archive_totals totals = { 0 };
    (void)snprintf(outer, sizeof outer, "%s/fuzz_archive.XXXXXX", place());
    if (!mkdtemp(outer) || snprintf(inner, sizeof inner, "%s/in", outer) < 0 ||
        folder_make(inner, 0700, NULL) != RC_OK)
        abort();
    const int fd = file_of(data, size);
    const enum rc rc = archive_extract(fd, inner, &totals, NULL);
    (void)close(fd);
    const uint64_t files = drop(inner);
    if (rc == RC_OK ? files != totals.files : totals.files != 0)
        abort();
    if (rmdir(outer) != 0)
        abort();
    return 0;
}
