#include "issuer/register/mirror_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/reader.h"

#define NAME     "register-%016" PRIu64 /* of the first commit in it */
#define NAME_LEN 25
#define MAGIC    "SCMIRR01"

enum rc segment_failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    const enum rc rc = error == ENOENT                                        ? RC_NOT_FOUND
                       : error == ENOSPC || error == EDQUOT || error == EFBIG ? RC_FULL
                                                                              : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS ": cannot %s '%.100s': %s", what, path,
                    strerror(error));
}

enum rc segment_damaged(uint64_t base, uint64_t offset, struct diag *d)
{
    return diag_set(d, RC_FORMAT, (size_t)offset, MIRROR_WORDS " is damaged: '" NAME "'", base + 1);
}

enum rc segment_path(const char *folder, uint64_t base, char ret[PATH_LEN], struct diag *d)
{
    char name[40];
    (void)snprintf(name, sizeof name, NAME, base + 1);
    return path_join(folder, name, ret, d);
}

bool segment_is_name(const char *name, uint64_t *ret_base)
{
    uint64_t first;
    int used = 0;
    if (sscanf(name, "register-%16" SCNu64 "%n", &first, &used) != 1 || used != NAME_LEN ||
        name[used] || first == 0)
        return false;
    *ret_base = first - 1;
    return true;
}

static enum rc read_exact(int fd, uint8_t *to, size_t len, uint64_t at)
{
    while (len > 0) {
        const ssize_t n = pread(fd, to, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* what could not be read is not what is not there */
            return n < 0 ? RC_IO : RC_FORMAT;
        to += n;
        len -= (size_t)n;
        at += (uint64_t)n;
    }
    return RC_OK;
}

enum rc segment_open(const struct segment_place *p, uint64_t base, int flags, struct segment *ret,
                     struct diag *d)
{
    char path[PATH_LEN];
    uint8_t head[SEGMENT_HEAD] = { 0 };
    struct stat st;
    enum rc rc = segment_path(p->folder, base, path, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(fd_close_at) int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0)
        return segment_failed_to("open", path, d);
    struct reader r = reader_over(span_of(head, sizeof head));
    struct span magic, deployment, chain;
    uint64_t number = 0;
    if (read_exact(fd, head, sizeof head, 0) != RC_OK ||
        !reader_take(&r, SEGMENT_MAGIC_LEN, &magic) ||
        memcmp(magic.ptr, MAGIC, SEGMENT_MAGIC_LEN) != 0 ||
        !reader_take(&r, SHA256_LEN, &deployment) || !reader_be64(&r, &number) || number != base ||
        !reader_take(&r, SHA256_LEN, &chain))
        return segment_damaged(base, 0, d);
    if (memcmp(deployment.ptr, p->deployment, SHA256_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        MIRROR_WORDS " in '%.100s' is another deployment's", p->folder);
    *ret = (struct segment){ .fd = fd, .base.number = number, .size = (uint64_t)st.st_size };
    memcpy(ret->base.chain, chain.ptr, SHA256_LEN);
    fd = -1;
    return RC_OK;
}

enum rc segment_create(const struct segment_place *p, const struct mirror_point *at, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf head = { 0 };
    struct diag why = DIAG_INIT;
    enum rc rc = segment_path(p->folder, at->number, path, d);
    if (rc != RC_OK)
        return rc;
    buf_put(&head, MAGIC, SEGMENT_MAGIC_LEN);
    buf_put(&head, p->deployment, SHA256_LEN);
    buf_put_be64(&head, at->number);
    buf_put(&head, at->chain, SHA256_LEN);
    rc = buf_rc(&head, d);
    if (rc == RC_OK)
        rc = file_replace(path, buf_span(&head), 0600, &why);
    return rc == RC_OK ? RC_OK : diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS ": %s", why.text);
}

static void hash_commit(const struct mirror_point *from, const uint8_t head[SEGMENT_COMMIT_HEAD],
                        struct span changes, uint8_t ret[SHA256_LEN])
{
    uint8_t inner[SHA256_LEN];
    uint8_t outer[2 * SHA256_LEN + SEGMENT_COMMIT_HEAD];
    sha256(changes, inner);
    memcpy(outer, from->chain, SHA256_LEN);
    memcpy(outer + SHA256_LEN, head, SEGMENT_COMMIT_HEAD);
    memcpy(outer + SHA256_LEN + SEGMENT_COMMIT_HEAD, inner, SHA256_LEN);
    sha256(span_of(outer, sizeof outer), ret);
}

static void put_head(uint64_t number, uint64_t len, uint8_t ret[SEGMENT_COMMIT_HEAD])
{
    for (unsigned i = 0; i < 8; i++) {
        ret[i] = (uint8_t)(number >> (56 - 8 * i));
        ret[8 + i] = (uint8_t)(len >> (56 - 8 * i));
    }
}

struct mirror_point mirror_next(const struct mirror_point *from, struct span changes)
{
    struct mirror_point next = { .number = from->number + 1 };
    uint8_t head[SEGMENT_COMMIT_HEAD] = { 0 };
    put_head(next.number, changes.len, head);
    hash_commit(from, head, changes, next.chain);
    return next;
}

enum rc segment_read(const struct segment *s, uint64_t offset, const struct mirror_point *from,
                     struct buf *changes, struct mirror_point *ret)
{
    uint8_t head[SEGMENT_COMMIT_HEAD] = { 0 }, sum[SHA256_LEN];
    uint64_t number = 0, len = 0;
    struct reader r = reader_over(span_of(head, sizeof head));
    if (s->size < offset || s->size - offset < SEGMENT_COMMIT_LEN(0))
        return RC_FORMAT;
    enum rc rc = read_exact(s->fd, head, sizeof head, offset);
    if (rc != RC_OK)
        return rc;
    if (!reader_be64(&r, &number) || !reader_be64(&r, &len) || number != from->number + 1 ||
        len == 0 || len > SEGMENT_COMMIT_MAX || len > s->size - offset - SEGMENT_COMMIT_LEN(0))
        return RC_FORMAT;
    buf_clear(changes);
    uint8_t *const to = buf_reserve(changes, (size_t)len);
    if (!to)
        return RC_NOMEM;
    rc = read_exact(s->fd, to, (size_t)len, offset + SEGMENT_COMMIT_HEAD);
    if (rc == RC_OK)
        rc = read_exact(s->fd, sum, sizeof sum, offset + SEGMENT_COMMIT_HEAD + len);
    if (rc != RC_OK)
        return rc;
    changes->len = (size_t)len;
    const struct mirror_point next = mirror_next(from, buf_span(changes));
    if (memcmp(next.chain, sum, sizeof sum) != 0)
        return RC_FORMAT;
    *ret = next;
    return RC_OK;
}

static enum rc write_whole(const struct segment *s, const char *folder, struct span bytes,
                           uint64_t at, struct diag *d)
{
    while (bytes.len > 0) {
        const ssize_t n = pwrite(s->fd, bytes.ptr, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return segment_failed_to("write", folder, d);
        bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
        at += (uint64_t)n;
    }
    return RC_OK;
}

enum rc segment_append(struct segment *s, const char *folder, struct span changes,
                       const struct mirror_point *next, struct diag *d)
{
    uint8_t head[SEGMENT_COMMIT_HEAD] = { 0 };
    const uint64_t at = s->size;
    put_head(next->number, changes.len, head);
    enum rc rc = write_whole(s, folder, span_of(head, sizeof head), at, d);
    if (rc == RC_OK)
        rc = write_whole(s, folder, changes, at + SEGMENT_COMMIT_HEAD, d);
    if (rc == RC_OK)
        rc = write_whole(s, folder, span_of(next->chain, SHA256_LEN),
                         at + SEGMENT_COMMIT_HEAD + changes.len, d);
    if (rc == RC_OK && fdatasync(s->fd) != 0)
        rc = segment_failed_to("sync", folder, d);
    if (rc == RC_OK)
        s->size += SEGMENT_COMMIT_LEN(changes.len);
    return rc;
}
