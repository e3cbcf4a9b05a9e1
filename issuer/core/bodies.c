#include "issuer/core/bodies.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PART  ".part"
#define PIECE ((size_t)256 * 1024)

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    const enum rc rc = error == ENOENT                                        ? RC_NOT_FOUND
                       : error == ENOSPC || error == EDQUOT || error == EFBIG ? RC_FULL
                                                                              : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%.100s': %s", what, path, strerror(error));
}

static enum rc path_of(const char *folder, const uint8_t digest[SHA256_LEN], char ret[PATH_LEN],
                       struct diag *d)
{
    char name[2 * SHA256_LEN + 1];
    hex_encode(digest, SHA256_LEN, name);
    return path_join(folder, name, ret, d);
}

static enum rc sync_folder(const char *folder, struct diag *d)
{
    ON_EXIT(fd_close_at) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0 ? RC_OK : failed_to("sync", folder, d);
}

enum rc bodies_open(const char *folder, struct diag *d)
{
    assert(folder);

    const enum rc rc = folder_make(folder, 0700, d);
    if (rc != RC_OK)
        return rc;
    DIR *const dir = opendir(folder);
    if (!dir)
        return failed_to("read", folder, d);
    const struct dirent *e;
    while ((e = readdir(dir)) != NULL) {
        const char *const dot = strchr(e->d_name, '.');
        if (dot && dot != e->d_name && strncmp(dot, PART, sizeof PART - 1) == 0)
            (void)unlinkat(dirfd(dir), e->d_name, 0);
    }
    (void)closedir(dir);
    return RC_OK;
}

/* --- copying --- */

struct copy {
    int from, to;
    uint64_t len;
    struct sha256_stream *hash;
    uint8_t *piece;
};

static void copy_free(struct copy *c)
{
    fd_close_at(&c->to);
    sha256_free(c->hash);
    free(c->piece);
}

static enum rc write_all(int fd, struct span bytes, const char *path, struct diag *d)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            return failed_to("write", path, d);
        if (n > 0)
            bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return RC_OK;
}

static enum rc copy_all(struct copy *c, const char *path, uint8_t ret_digest[SHA256_LEN],
                        struct diag *d)
{
    uint64_t at = 0;
    for (;;) {
        const ssize_t n = pread(c->from, c->piece, PIECE, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed_to("read the body for", path, d);
        if (n == 0)
            break;
        const struct span bytes = span_of(c->piece, (size_t)n);
        at += bytes.len;
        if (at > c->len)
            break;
        sha256_add(c->hash, bytes);
        const enum rc rc = write_all(c->to, bytes, path, d);
        if (rc != RC_OK)
            return rc;
    }
    sha256_end(c->hash, ret_digest);
    return at == c->len
               ? RC_OK
               : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the body's length is not as told");
}

static enum rc copy_checked(struct copy *c, const char *path, const uint8_t digest[SHA256_LEN],
                            struct diag *d)
{
    uint8_t got[SHA256_LEN];
    const enum rc rc = copy_all(c, path, got, d);
    if (rc != RC_OK)
        return rc;
    if (memcmp(got, digest, sizeof got) != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the body's digest is not as told");
    return fsync(c->to) == 0 ? RC_OK : failed_to("write", path, d);
}

static enum rc part_path(const char *path, char ret[PATH_LEN], struct diag *d)
{
    static atomic_uint number;
    if (snprintf(ret, PATH_LEN, "%s" PART "%u", path, atomic_fetch_add(&number, 1)) >= PATH_LEN)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path '%.40s…' is too long", path);
    return RC_OK;
}

enum rc bodies_keep(const char *folder, int fd, uint64_t len, const uint8_t digest[SHA256_LEN],
                    struct diag *d)
{
    assert(folder && fd >= 0 && digest);

    char path[PATH_LEN], part[PATH_LEN];
    ON_EXIT(copy_free) struct copy c = { .from = fd, .to = -1, .len = len };
    enum rc rc = path_of(folder, digest, path, d);
    if (rc == RC_OK)
        rc = part_path(path, part, d);
    if (rc != RC_OK)
        return rc;

    c.hash = sha256_new();
    c.piece = malloc(PIECE);
    if (!c.hash || !c.piece)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while keeping a body");
    c.to = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (c.to < 0)
        return failed_to("create", part, d);
    rc = copy_checked(&c, part, digest, d);
    if (rc == RC_OK && rename(part, path) != 0)
        rc = failed_to("rename", part, d);
    if (rc != RC_OK) {
        (void)unlink(part);
        return rc;
    }
    return sync_folder(folder, d);
}

enum rc bodies_take(const char *folder, const uint8_t digest[SHA256_LEN], int *ret_fd,
                    struct diag *d)
{
    assert(folder && digest && ret_fd);

    char path[PATH_LEN];
    const enum rc rc = path_of(folder, digest, path, d);
    if (rc != RC_OK)
        return rc;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return failed_to("open", path, d);
    *ret_fd = fd;
    return RC_OK;
}
