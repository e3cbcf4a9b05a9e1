/*
 * A fuzz target as a plain test: feeds each file of a folder to the harness, whole, and then every
 * beginning of it.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/file.h"

#define INPUT_MAX  (1u << 20)
#define PREFIX_MAX 2048 /* bytes; of longer inputs only this many beginnings are tried */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An exact-size heap copy lets the sanitizer see a one-byte over-read. */
static bool feed(const uint8_t *bytes, size_t len)
{
    uint8_t *const copy = malloc(len ? len : 1);
    if (!copy)
        return false;
    if (len > 0)
        memcpy(copy, bytes, len);
    const int result = LLVMFuzzerTestOneInput(copy, len);
    free(copy);
    return result == 0;
}

static bool replay(const char *folder, const char *name)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    if (path_join(folder, name, path, &d) != RC_OK || file_read(path, INPUT_MAX, &b, &d) != RC_OK) {
        (void)fprintf(stderr, "%s\n", d.text);
        return false;
    }

    bool good = feed(b.ptr, b.len);
    for (size_t len = 0; len < b.len && len < PREFIX_MAX; len++)
        good = feed(b.ptr, len) && good;
    return good;
}

int main(int argc, char *argv[])
{
    DIR *const dir = argc == 2 ? opendir(argv[1]) : NULL;
    if (!dir) {
        (void)fprintf(stderr, "usage: %s CORPUS\n", argc > 0 ? argv[0] : "replay");
        return 2;
    }

    bool good = true;
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        good = replay(argv[1], entry->d_name) && good;
        count++;
    }
    (void)closedir(dir);
    (void)printf("%u inputs\n", count);
    return good && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
