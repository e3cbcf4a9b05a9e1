#include "tests/unit/publication/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static void list_in(const char *folder, const char *inside, struct listing *ret)
{
    char path[PATH_LEN];
    (void)snprintf(path, sizeof path, "%s%s%s", folder, inside[0] ? "/" : "", inside);
    DIR *const dir = opendir(path);
    assert_non_null(dir);
    const struct dirent *e;
    while ((e = readdir(dir)) != NULL) {
        char name[128] = "", at[PATH_LEN];
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        (void)snprintf(name, sizeof name, "%.40s%s%.80s", inside, inside[0] ? "/" : "", e->d_name);
        (void)snprintf(at, sizeof at, "%.800s/%s", folder, name);
        assert_int_equal(stat(at, &st), 0);
        if (S_ISDIR(st.st_mode)) {
            list_in(folder, name, ret);
            continue;
        }
        assert_true(ret->count < LISTED_MAX);
        struct listed *const l = &ret->files[ret->count++];
        memcpy(l->path, name, sizeof name);
        l->inode = st.st_ino;
        l->time = st.st_mtim;
        l->size = st.st_size;
    }
    (void)closedir(dir);
}

void folder_list(const char *folder, struct listing *ret)
{
    memset(ret, 0, sizeof *ret);
    list_in(folder, "", ret);
}

const struct listed *listing_find(const struct listing *l, const char *path)
{
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->files[i].path, path) == 0)
            return &l->files[i];
    }
    return NULL;
}

void folder_read(const char *folder, const char *name, struct buf *to)
{
    char path[PATH_LEN];
    assert_int_equal(path_join(folder, name, path, NULL), RC_OK);
    assert_int_equal(file_read(path, (size_t)64 << 20, to, NULL), RC_OK);
}
