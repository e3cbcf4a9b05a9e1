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

#define PART        ".part"
#define SEALED      (BODY_PIECE + VAULT_OVERHEAD)
#define TABLE_SMALL "batch" /* what the vault seals them as */
#define TABLE_LARGE "batch-body"

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

/* --- small ones --- */

/* Which body, or which piece of one, as the vault's record: what is moved about does not open. */
static uint64_t record_of(const uint8_t digest[SHA256_LEN], uint64_t piece)
{
    uint64_t record;
    memcpy(&record, digest, sizeof record);
    return record ^ piece;
}

enum rc body_seal(const struct vault *v, const uint8_t digest[SHA256_LEN], struct span body,
                  struct buf *to, struct diag *d)
{
    return vault_seal(v, TABLE_SMALL, record_of(digest, 0), body, to, d);
}

enum rc body_unseal(const struct vault *v, const uint8_t digest[SHA256_LEN], struct span sealed,
                    struct buf *to, struct diag *d)
{
    return vault_unseal(v, TABLE_SMALL, record_of(digest, 0), sealed, to, d);
}

/* --- copying --- */

struct copy {
    const struct vault *vault;
    const uint8_t *digest; /* that the plain bytes must have */
    const char *path;
    int from, to;
    bool seal; /* else unseal */
    struct sha256_stream *hash;
    struct buf made;
    uint8_t piece[SEALED];
};

static void copy_free_at(struct copy **at)
{
    struct copy *const c = *at;
    if (!c)
        return;
    fd_close_at(&c->to);
    sha256_free(c->hash);
    buf_free(&c->made);
    free(c);
}

static struct copy *copy_new(const struct vault *v, const uint8_t digest[SHA256_LEN],
                             const char *path, struct diag *d)
{
    struct copy *const c = calloc(1, sizeof *c);
    struct sha256_stream *const hash = sha256_new();
    if (!c || !hash) {
        free(c);
        sha256_free(hash);
        (void)diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the body of a batch");
        return NULL;
    }
    c->vault = v;
    c->digest = digest;
    c->path = path;
    c->from = c->to = -1;
    c->hash = hash;
    return c;
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

/* As many bytes as there are, up to max. */
static enum rc read_piece(struct copy *c, uint64_t at, size_t max, size_t *ret, struct diag *d)
{
    size_t done = 0;
    while (done < max) {
        const ssize_t n = pread(c->from, c->piece + done, max - done, (off_t)(at + done));
        if (n < 0 && errno != EINTR)
            return failed_to("read the body of", c->path, d);
        if (n == 0)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    *ret = done;
    return RC_OK;
}

static enum rc turn_piece(struct copy *c, uint64_t number, struct span piece, struct diag *d)
{
    const uint64_t record = record_of(c->digest, number);
    buf_clear(&c->made);
    const enum rc rc = c->seal ? vault_seal(c->vault, TABLE_LARGE, record, piece, &c->made, d)
                               : vault_unseal(c->vault, TABLE_LARGE, record, piece, &c->made, d);
    if (rc != RC_OK)
        return rc;
    sha256_add(c->hash, c->seal ? piece : buf_span(&c->made));
    return write_all(c->to, buf_span(&c->made), c->path, d);
}

/* All of it; ret: bytes read. RC_FORMAT: the plain ones have another digest. */
static enum rc copy_all(struct copy *c, uint64_t *ret, struct diag *d)
{
    const size_t max = c->seal ? BODY_PIECE : SEALED;
    uint8_t got[SHA256_LEN];
    uint64_t at = 0, number = 0;
    size_t len = max;
    enum rc rc = RC_OK;
    while (rc == RC_OK && len == max) {
        rc = read_piece(c, at, max, &len, d);
        if (rc == RC_OK && len > 0)
            rc = turn_piece(c, number++, span_of(c->piece, len), d);
        at += len;
    }
    if (rc != RC_OK)
        return rc;
    sha256_end(c->hash, got);
    *ret = at;
    return memcmp(got, c->digest, sizeof got) == 0
               ? RC_OK
               : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the body's digest is not as told");
}

static enum rc seal_checked(struct copy *c, uint64_t len, struct diag *d)
{
    uint64_t got = 0;
    const enum rc rc = copy_all(c, &got, d);
    if (rc != RC_OK)
        return rc;
    if (got != len)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the body's length is not as told");
    return fsync(c->to) == 0 ? RC_OK : failed_to("write", c->path, d);
}

static enum rc part_path(const char *path, char ret[PATH_LEN], struct diag *d)
{
    static atomic_uint number;
    if (snprintf(ret, PATH_LEN, "%s" PART "%u", path, atomic_fetch_add(&number, 1)) >= PATH_LEN)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path '%.40s…' is too long", path);
    return RC_OK;
}

enum rc bodies_keep(const char *folder, const struct vault *v, int fd, uint64_t len,
                    const uint8_t digest[SHA256_LEN], struct diag *d)
{
    assert(folder && v && fd >= 0 && digest);

    char path[PATH_LEN], part[PATH_LEN];
    enum rc rc = path_of(folder, digest, path, d);
    if (rc == RC_OK)
        rc = part_path(path, part, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(copy_free_at) struct copy *c = copy_new(v, digest, part, d);
    if (!c)
        return RC_NOMEM;
    c->seal = true;
    c->from = fd;
    c->to = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (c->to < 0)
        return failed_to("create", part, d);
    rc = seal_checked(c, len, d);
    if (rc == RC_OK && rename(part, path) != 0)
        rc = failed_to("rename", part, d);
    if (rc != RC_OK) {
        (void)unlink(part);
        return rc;
    }
    return sync_folder(folder, d);
}

/* Its plain bytes go into a file that has no name from the start: nothing is left of it. */
static enum rc open_nameless(const char *path, int *ret, struct diag *d)
{
    char part[PATH_LEN];
    const enum rc rc = part_path(path, part, d);
    if (rc != RC_OK)
        return rc;
    *ret = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (*ret < 0 || unlink(part) != 0)
        return failed_to("create", part, d);
    return RC_OK;
}

enum rc bodies_take(const char *folder, const struct vault *v, const uint8_t digest[SHA256_LEN],
                    int *ret_fd, struct diag *d)
{
    assert(folder && v && digest && ret_fd);

    char path[PATH_LEN];
    uint64_t len = 0;
    enum rc rc = path_of(folder, digest, path, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(copy_free_at) struct copy *c = copy_new(v, digest, path, d);
    ON_EXIT(fd_close_at) int from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (!c)
        return RC_NOMEM;
    if (from < 0)
        return failed_to("open", path, d);
    c->from = from;
    rc = open_nameless(path, &c->to, d);
    if (rc == RC_OK)
        rc = copy_all(c, &len, d);
    if (rc != RC_OK)
        return rc;
    if (lseek(c->to, 0, SEEK_SET) != 0)
        return failed_to("read", path, d);
    *ret_fd = c->to;
    c->to = -1;
    return RC_OK;
}
