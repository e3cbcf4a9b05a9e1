/* A folder of its own for a test that writes files: made by setup, removed with all in it by
 * teardown. */
#pragma once

#include "tests/unit/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/file.h"

static char scratch[] = "/tmp/sitecert-test-XXXXXX";

/* How many entries; with remove set they are removed (no folders in it may hold any). */
static inline unsigned scratch_entries(bool remove_them)
{
    DIR *const dir = opendir(scratch);
    assert_non_null(dir);
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (remove_them)
            assert_int_equal(
                unlinkat(dirfd(dir), entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0), 0);
    }
    assert_int_equal(closedir(dir), 0);
    return count;
}

static inline int scratch_make(void **state)
{
    (void)state;
    memcpy(scratch + sizeof scratch - 7, "XXXXXX", 6);
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    (void)state;
    (void)scratch_entries(true);
    return rmdir(scratch);
}

/* The path of name in it; good until the eighth next call. */
static inline const char *in_scratch(const char *name)
{
    static char paths[8][PATH_LEN];
    static unsigned next;
    char *const path = paths[next++ % 8];
    assert_int_equal(path_join(scratch, name, path, NULL), RC_OK);
    return path;
}

static inline void assert_holds(const char *path, const char *want)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    assert_int_equal(file_read(path, 1000, &b, NULL), RC_OK);
    assert_string_equal(buf_cstr(&b), want);
}
