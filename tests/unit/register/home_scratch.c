#include "tests/unit/register/home_scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool scratch_make(char ret[PATH_LEN])
{
    const char *const place = getenv("TMPDIR");
    (void)snprintf(ret, PATH_LEN, "%s/sitecert-home-XXXXXX", place ? place : "/tmp");
    return mkdtemp(ret) != NULL;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* One level: files go, and the folders in it once they are empty. */
static bool drop_files(const char *folder, char ret_deeper[PATH_LEN])
{
    DIR *const dir = opendir(folder);
    bool deeper = false;
    const struct dirent *e;
    while (dir && !deeper && (e = readdir(dir)) != NULL) {
        char path[PATH_LEN];
        if (is_dots(e->d_name) || path_join(folder, e->d_name, path, NULL) != RC_OK)
            continue;
        if (unlink(path) == 0 || rmdir(path) == 0)
            continue;
        memcpy(ret_deeper, path, PATH_LEN);
        deeper = true;
    }
    if (dir)
        (void)closedir(dir);
    return deeper;
}

/* What publishing writes beside a folder. */
static void drop_beside(const char *folder)
{
    static const char *const suffixes[] = { ".lookup", ".employers" };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char path[PATH_LEN];
        const int len = snprintf(path, sizeof path, "%s%s", folder, suffixes[i]);
        if (len > 0 && (size_t)len < sizeof path)
            (void)unlink(path);
    }
}

void scratch_drop(const char *folder)
{
    /* As deep as a home is, and never round in circles when something can't be removed. */
    for (unsigned turn = 0; turn < 1000 && rmdir(folder) != 0; turn++) {
        char at[PATH_LEN], deeper[PATH_LEN];
        (void)snprintf(at, sizeof at, "%s", folder);
        for (unsigned depth = 0; depth < 8 && drop_files(at, deeper); depth++)
            memcpy(at, deeper, sizeof at);
    }
    drop_beside(folder);
}

unsigned scratch_count(const char *folder)
{
    unsigned count = 0;
    DIR *const dir = opendir(folder);
    const struct dirent *e;
    while (dir && (e = readdir(dir)) != NULL)
        count += !is_dots(e->d_name);
    if (dir)
        (void)closedir(dir);
    return count;
}
