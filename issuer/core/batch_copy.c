#include "issuer/core/batch_copy.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENT    "journal-%08" PRIu32
#define BODIES     "bodies"
#define NAME_BYTES 16 /* of a segment; what is longer was set aside */

struct batch_copy {
    char from[PATH_LEN], to[PATH_LEN]; /* folders */
    int fd;                            /* of the last segment */
    uint32_t segment;
};

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    return diag_set(d, error == ENOSPC || error == EDQUOT ? RC_FULL : RC_IO, DIAG_NO_OFFSET,
                    "the mirror: cannot %s '%.100s': %s", what, path, strerror(error));
}

static enum rc sync_folder(const char *folder, struct diag *d)
{
    ON_EXIT(fd_close_at) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0 ? RC_OK : failed_to("sync", folder, d);
}

static enum rc copy_one(const char *from, const char *to, const char *name, struct diag *d)
{
    char source[PATH_LEN], target[PATH_LEN];
    struct diag why = DIAG_INIT;
    enum rc rc = path_join(from, name, source, &why);
    if (rc == RC_OK)
        rc = path_join(to, name, target, &why);
    if (rc == RC_OK)
        rc = file_catch_up(source, target, &why);
    if (rc == RC_OK)
        return RC_OK;
    return diag_set(d, rc == RC_EXISTS || rc == RC_FORMAT ? RC_REFUSED : rc, why.offset,
                    "the mirror: %s", why.text);
}

static bool is_segment(const char *name)
{
    uint32_t n;
    int used = 0;
    return sscanf(name, "journal-%8" SCNu32 "%n", &n, &used) == 1 && used == NAME_BYTES &&
           name[used] == '\0';
}

static bool is_body(const char *name)
{
    return strlen(name) == (size_t)2 * SHA256_LEN &&
           strspn(name, "0123456789abcdef") == strlen(name);
}

static void close_folder_at(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static enum rc copy_all(const char *from, const char *to, bool (*wanted)(const char *),
                        struct diag *d)
{
    ON_EXIT(close_folder_at) DIR *dir = opendir(from);
    const struct dirent *e;
    enum rc rc = dir ? RC_OK : failed_to("read", from, d);
    while (rc == RC_OK && (e = readdir(dir)) != NULL)
        rc = wanted(e->d_name) ? copy_one(from, to, e->d_name, d) : RC_OK;
    return rc == RC_OK ? sync_folder(to, d) : rc;
}

/* A segment that the home lacks: it was set back. */
static enum rc nothing_more(const char *from, const char *to, struct diag *d)
{
    ON_EXIT(close_folder_at) DIR *dir = opendir(to);
    const struct dirent *e;
    if (!dir)
        return failed_to("read", to, d);
    while ((e = readdir(dir)) != NULL) {
        char path[PATH_LEN];
        if (!is_segment(e->d_name) || path_join(from, e->d_name, path, NULL) != RC_OK)
            continue;
        if (access(path, F_OK) != 0)
            return diag_set(
                d, RC_REFUSED, DIAG_NO_OFFSET,
                "the mirror has '%.40s', which the home lacks: it was set back; 'sitecert "
                "restore --mirror' makes up for it",
                e->d_name);
    }
    return RC_OK;
}

static enum rc make_folders(const char *mirror, struct batch_copy *c, char ret_bodies[PATH_LEN],
                            struct diag *d)
{
    enum rc rc = path_join(mirror, BATCH_COPY_FOLDER, c->to, d);
    if (rc == RC_OK)
        rc = folder_make(c->to, 0700, d);
    if (rc == RC_OK)
        rc = path_join(c->to, BODIES, ret_bodies, d);
    return rc == RC_OK ? folder_make(ret_bodies, 0700, d) : rc;
}

enum rc batch_copy_open(const char *batches, const char *mirror, struct batch_copy **ret,
                        struct diag *d)
{
    assert(batches && mirror && ret);

    char bodies[PATH_LEN], bodies_to[PATH_LEN];
    ON_EXIT(batch_copy_close_at) struct batch_copy *c = calloc(1, sizeof *c);
    if (!c)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the mirror");
    c->fd = -1;
    (void)snprintf(c->from, sizeof c->from, "%s", batches);
    enum rc rc = make_folders(mirror, c, bodies_to, d);
    if (rc == RC_OK)
        rc = path_join(batches, BODIES, bodies, d);
    if (rc == RC_OK)
        rc = nothing_more(c->from, c->to, d);
    if (rc == RC_OK)
        rc = copy_all(c->from, c->to, is_segment, d);
    if (rc == RC_OK)
        rc = copy_all(bodies, bodies_to, is_body, d);
    if (rc == RC_OK)
        *ret = TAKE(c);
    return rc;
}

void batch_copy_close(struct batch_copy *c)
{
    if (!c)
        return;
    fd_close_at(&c->fd);
    free(c);
}

static enum rc open_segment(struct batch_copy *c, uint32_t segment, struct diag *d)
{
    char name[32], path[PATH_LEN];
    if (c->fd >= 0 && c->segment == segment)
        return RC_OK;
    fd_close_at(&c->fd);
    (void)snprintf(name, sizeof name, SEGMENT, segment);
    const enum rc rc = path_join(c->to, name, path, d);
    if (rc != RC_OK)
        return rc;
    c->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (c->fd < 0)
        return failed_to("open", path, d);
    c->segment = segment;
    return sync_folder(c->to, d);
}

enum rc batch_copy_append(struct batch_copy *c, uint32_t segment, uint64_t offset,
                          struct span bytes, struct diag *d)
{
    assert(c);

    const enum rc rc = open_segment(c, segment, d);
    if (rc != RC_OK)
        return rc;
    while (bytes.len > 0) {
        const ssize_t n = pwrite(c->fd, bytes.ptr, bytes.len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed_to("write", c->to, d);
        bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
        offset += (uint64_t)n;
    }
    return fdatasync(c->fd) == 0 ? RC_OK : failed_to("sync", c->to, d);
}

enum rc batch_copy_body(const struct batch_copy *c, const uint8_t digest[SHA256_LEN],
                        struct diag *d)
{
    assert(c && digest);

    char from[PATH_LEN], to[PATH_LEN], name[2 * SHA256_LEN + 1];
    hex_encode(digest, SHA256_LEN, name);
    enum rc rc = path_join(c->from, BODIES, from, d);
    if (rc == RC_OK)
        rc = path_join(c->to, BODIES, to, d);
    if (rc == RC_OK)
        rc = copy_one(from, to, name, d);
    return rc == RC_OK ? sync_folder(to, d) : rc;
}
