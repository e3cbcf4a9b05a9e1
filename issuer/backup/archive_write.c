#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuer/backup/archive_form.h"

struct archive {
    int fd; /* the caller's */
    struct buf sums;
    uint8_t chunk[CHUNK];
};

void archive_free(struct archive *a)
{
    if (!a)
        return;
    buf_free(&a->sums);
    free(a);
}

enum rc archive_begin(int fd, struct archive **ret, struct diag *d)
{
    assert(fd >= 0 && ret);

    struct archive *const a = calloc(1, sizeof *a);
    if (!a)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "writing a backup");
    a->fd = fd;
    *ret = a;
    return RC_OK;
}

static enum rc put(struct archive *a, const void *bytes, size_t len, struct diag *d)
{
    const uint8_t *at = bytes;
    while (len > 0) {
        const ssize_t n = write(a->fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return diag_set(d, errno == ENOSPC ? RC_FULL : RC_IO, DIAG_NO_OFFSET,
                            "cannot write the backup: %s", strerror(errno));
        at += n;
        len -= (size_t)n;
    }
    return RC_OK;
}

static enum rc put_header(struct archive *a, const char *name, unsigned mode, uint64_t size,
                          struct diag *d)
{
    struct tar_header h;
    tar_header_make(name, mode, size, &h);
    return put(a, &h, sizeof h, d);
}

static enum rc put_padding(struct archive *a, uint64_t size, struct diag *d)
{
    static const uint8_t zeros[BLOCK];
    return size % BLOCK == 0 ? RC_OK : put(a, zeros, BLOCK - (size_t)(size % BLOCK), d);
}

static void note_sum(struct archive *a, struct sha256_stream *sum, const char *name)
{
    uint8_t hash[SHA256_LEN];
    char hex[2 * SHA256_LEN + 1];
    sha256_end(sum, hash);
    hex_encode(hash, sizeof hash, hex);
    buf_printf(&a->sums, "%s  %s\n", hex, name);
}

static enum rc copy_contents(struct archive *a, int from, uint64_t size, struct sha256_stream *sum,
                             const char *name, struct diag *d)
{
    while (size > 0) {
        const size_t want = size < CHUNK ? (size_t)size : CHUNK;
        const ssize_t n = read(from, a->chunk, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%s' changed while it was read", name);
        sha256_add(sum, span_of(a->chunk, (size_t)n));
        const enum rc rc = put(a, a->chunk, (size_t)n, d);
        if (rc != RC_OK)
            return rc;
        size -= (uint64_t)n;
    }
    return RC_OK;
}

static enum rc check_name(const struct archive *a, const char *name, struct diag *d)
{
    if (archive_name_valid(name) && !archive_has(a, name))
        return RC_OK;
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.120s' is no name for a file in a backup",
                    name);
}

enum rc archive_add(struct archive *a, const char *path, const char *name, struct diag *d)
{
    assert(a && path && name);

    ON_EXIT(fd_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return errno == ENOENT ? RC_NOT_FOUND
                               : diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot read '%s': %s", path,
                                          strerror(errno));
    const uint64_t size = (uint64_t)st.st_size;
    ON_EXIT(sha256_free_at) struct sha256_stream *sum = sha256_new();
    if (!sum)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "writing a backup");
    enum rc rc = check_name(a, name, d);
    if (rc == RC_OK && (!S_ISREG(st.st_mode) || size > MEMBER_MAX))
        rc = diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%s' is no file for a backup", path);
    if (rc == RC_OK)
        rc = put_header(a, name, (unsigned)st.st_mode, size, d);
    if (rc == RC_OK)
        rc = copy_contents(a, fd, size, sum, name, d);
    if (rc == RC_OK)
        rc = put_padding(a, size, d);
    if (rc == RC_OK)
        note_sum(a, sum, name);
    return rc == RC_OK ? buf_rc(&a->sums, d) : rc;
}

static enum rc put_member(struct archive *a, struct span bytes, const char *name, struct diag *d)
{
    enum rc rc = put_header(a, name, 0600, bytes.len, d);
    if (rc == RC_OK)
        rc = put(a, bytes.ptr, bytes.len, d);
    return rc == RC_OK ? put_padding(a, bytes.len, d) : rc;
}

enum rc archive_add_bytes(struct archive *a, struct span bytes, const char *name, struct diag *d)
{
    assert(a && name);

    uint8_t hash[SHA256_LEN];
    char hex[2 * SHA256_LEN + 1];
    enum rc rc = check_name(a, name, d);
    if (rc == RC_OK)
        rc = put_member(a, bytes, name, d);
    if (rc != RC_OK)
        return rc;
    sha256(bytes, hash);
    hex_encode(hash, sizeof hash, hex);
    buf_printf(&a->sums, "%s  %s\n", hex, name);
    return buf_rc(&a->sums, d);
}

bool archive_has(const struct archive *a, const char *name)
{
    const size_t len = strlen(name), head = (size_t)2 * SHA256_LEN + 2;
    for (size_t at = 0; at < a->sums.len;) {
        const char *const line = (const char *)a->sums.ptr + at;
        const char *const end = memchr(line, '\n', a->sums.len - at);
        const size_t have = (size_t)(end - line);
        if (have == head + len && memcmp(line + head, name, len) == 0)
            return true;
        at += have + 1;
    }
    return false;
}

enum rc archive_end(struct archive *a, struct diag *d)
{
    assert(a);

    static const uint8_t end[2 * BLOCK];
    enum rc rc = put_member(a, buf_span(&a->sums), ARCHIVE_SUMS, d);
    if (rc == RC_OK)
        rc = put(a, end, sizeof end, d);
    if (rc == RC_OK && fsync(a->fd) != 0)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot write the backup: %s", strerror(errno));
    return rc;
}
