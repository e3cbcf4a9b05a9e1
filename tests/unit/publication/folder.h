/* Published folders: a scratch folder, and what stands in it. */
#pragma once

#include "tests/unit/check.h"

#include <sys/stat.h>

#include "core/sys/file.h"
#include "tests/unit/register/home_scratch.h"

struct listed {
    char path[128]; /* inside the folder */
    ino_t inode;
    struct timespec time;
    off_t size;
};
#define LISTED_MAX 1024
struct listing {
    size_t count;
    struct listed files[LISTED_MAX];
};
/* Every file in the folder and the folders in it. */
void folder_list(const char *folder, struct listing *ret);
const struct listed *listing_find(const struct listing *l, const char *path); /* NULL: none */
/* The whole file, appended; fails the test when it is not there. */
void folder_read(const char *folder, const char *name, struct buf *to);
