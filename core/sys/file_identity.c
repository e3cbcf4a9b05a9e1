#include <assert.h>
#include <sys/stat.h>

#include "core/sys/file.h"

struct file_identity file_identify(const char *path)
{
    assert(path);

    struct stat st;
    if (stat(path, &st) != 0)
        return (struct file_identity){ .node = 0 };
    return (struct file_identity){ st.st_dev, st.st_ino, st.st_size, st.st_mtim };
}

bool file_identity_equal(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->node == b->node && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}
