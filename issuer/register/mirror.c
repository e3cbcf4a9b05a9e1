#include "issuer/register/mirror.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/reader.h"

#define NAME        "register-%016" PRIu64 /* of the first commit in it */
#define MAGIC       "SCMIRR01"
#define MAGIC_LEN   ((size_t)8)
#define FILE_HEAD   (MAGIC_LEN + SHA256_LEN + 8 + SHA256_LEN)
#define COMMIT_HEAD ((size_t)16) /* number, length */
#define COMMIT_MAX  ((uint64_t)1 << 31)

struct segment {
    int fd;
    struct mirror_point base; /* what its first commit follows */
    uint64_t size;
};

struct mirror {
    char folder[PATH_LEN];
    uint8_t deployment[SHA256_LEN];
    int lock_fd;
    size_t count;
    uint64_t *bases;     /* of its files, ascending */
    struct segment last; /* appended to */
    struct mirror_point end;
    bool failed;
    /* where mirror_read() stands, so that it need not seek */
    struct segment reading;
    struct mirror_point at;
    uint64_t offset;
};

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    const enum rc rc = error == ENOENT                                        ? RC_NOT_FOUND
                       : error == ENOSPC || error == EDQUOT || error == EFBIG ? RC_FULL
                                                                              : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS ": cannot %s '%.100s': %s", what, path,
                    strerror(error));
}

static enum rc damaged(uint64_t base, uint64_t offset, struct diag *d)
{
    return diag_set(d, RC_FORMAT, (size_t)offset, MIRROR_WORDS " is damaged: '" NAME "'", base + 1);
}

static enum rc segment_path(const struct mirror *m, uint64_t base, char ret[PATH_LEN],
                            struct diag *d)
{
    char name[40];
    (void)snprintf(name, sizeof name, NAME, base + 1);
    return path_join(m->folder, name, ret, d);
}

/* --- one file --- */

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

static enum rc open_segment(const struct mirror *m, uint64_t base, int flags, struct segment *ret,
                            struct diag *d)
{
    char path[PATH_LEN];
    uint8_t head[FILE_HEAD] = { 0 };
    struct stat st;
    enum rc rc = segment_path(m, base, path, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(fd_close_at) int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0)
        return failed_to("open", path, d);
    struct reader r = reader_over(span_of(head, sizeof head));
    struct span magic, deployment, chain;
    uint64_t number = 0;
    if (read_exact(fd, head, sizeof head, 0) != RC_OK || !reader_take(&r, MAGIC_LEN, &magic) ||
        memcmp(magic.ptr, MAGIC, MAGIC_LEN) != 0 || !reader_take(&r, SHA256_LEN, &deployment) ||
        !reader_be64(&r, &number) || number != base || !reader_take(&r, SHA256_LEN, &chain))
        return damaged(base, 0, d);
    if (memcmp(deployment.ptr, m->deployment, SHA256_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        MIRROR_WORDS " in '%.100s' is another deployment's", m->folder);
    *ret = (struct segment){ .fd = fd, .base.number = number, .size = (uint64_t)st.st_size };
    memcpy(ret->base.chain, chain.ptr, SHA256_LEN);
    fd = -1;
    return RC_OK;
}

static void hash_commit(const struct mirror_point *from, const uint8_t head[COMMIT_HEAD],
                        struct span changes, uint8_t ret[SHA256_LEN])
{
    uint8_t inner[SHA256_LEN];
    uint8_t outer[2 * SHA256_LEN + COMMIT_HEAD];
    sha256(changes, inner);
    memcpy(outer, from->chain, SHA256_LEN);
    memcpy(outer + SHA256_LEN, head, COMMIT_HEAD);
    memcpy(outer + SHA256_LEN + COMMIT_HEAD, inner, SHA256_LEN);
    sha256(span_of(outer, sizeof outer), ret);
}

static void put_head(uint64_t number, uint64_t len, uint8_t ret[COMMIT_HEAD])
{
    for (unsigned i = 0; i < 8; i++) {
        ret[i] = (uint8_t)(number >> (56 - 8 * i));
        ret[8 + i] = (uint8_t)(len >> (56 - 8 * i));
    }
}

struct mirror_point mirror_next(const struct mirror_point *from, struct span changes)
{
    struct mirror_point next = { .number = from->number + 1 };
    uint8_t head[COMMIT_HEAD] = { 0 };
    put_head(next.number, changes.len, head);
    hash_commit(from, head, changes, next.chain);
    return next;
}

/* RC_FORMAT: no whole commit that follows `from` stands at this offset. */
static enum rc read_commit(const struct segment *s, uint64_t offset,
                           const struct mirror_point *from, struct buf *changes,
                           struct mirror_point *ret)
{
    uint8_t head[COMMIT_HEAD] = { 0 }, sum[SHA256_LEN];
    uint64_t number = 0, len = 0;
    struct reader r = reader_over(span_of(head, sizeof head));
    if (s->size < offset || s->size - offset < COMMIT_HEAD + SHA256_LEN)
        return RC_FORMAT;
    enum rc rc = read_exact(s->fd, head, sizeof head, offset);
    if (rc != RC_OK)
        return rc;
    if (!reader_be64(&r, &number) || !reader_be64(&r, &len) || number != from->number + 1 ||
        len == 0 || len > COMMIT_MAX || len > s->size - offset - COMMIT_HEAD - SHA256_LEN)
        return RC_FORMAT;
    buf_clear(changes);
    uint8_t *const to = buf_reserve(changes, (size_t)len);
    if (!to)
        return RC_NOMEM;
    rc = read_exact(s->fd, to, (size_t)len, offset + COMMIT_HEAD);
    if (rc == RC_OK)
        rc = read_exact(s->fd, sum, sizeof sum, offset + COMMIT_HEAD + len);
    if (rc != RC_OK)
        return rc;
    changes->len = (size_t)len;
    const struct mirror_point next = mirror_next(from, buf_span(changes));
    if (memcmp(next.chain, sum, sizeof sum) != 0)
        return RC_FORMAT;
    *ret = next;
    return RC_OK;
}

/* --- opening --- */

static int ascending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum rc find_segments(struct mirror *m, struct diag *d)
{
    DIR *const dir = opendir(m->folder);
    if (!dir)
        return failed_to("read", m->folder, d);
    ON_EXIT(buf_free_at) struct buf found = { 0 };
    const struct dirent *e;
    while ((e = readdir(dir)) != NULL) {
        uint64_t first;
        int used = 0;
        if (sscanf(e->d_name, "register-%16" SCNu64 "%n", &first, &used) != 1 || used != 25 ||
            e->d_name[used] || first == 0)
            continue;
        first--;
        buf_put(&found, &first, sizeof first);
    }
    (void)closedir(dir);
    m->count = found.len / sizeof *m->bases;
    m->bases = calloc(m->count + 1, sizeof *m->bases);
    const enum rc rc = buf_rc(&found, d);
    if (rc != RC_OK || !m->bases)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, MIRROR_WORDS);
    if (m->count > 0)
        memcpy(m->bases, found.ptr, found.len);
    qsort(m->bases, m->count, sizeof *m->bases, ascending);
    return RC_OK;
}

/* The end is behind the last whole commit of the last file; what follows was never acknowledged. */
static enum rc find_end(struct mirror *m, bool cut, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf changes = { 0 };
    uint64_t offset = FILE_HEAD;
    enum rc rc = open_segment(m, m->bases[m->count - 1], cut ? O_RDWR : O_RDONLY, &m->last, d);
    if (rc != RC_OK)
        return rc;
    m->end = m->last.base;
    while ((rc = read_commit(&m->last, offset, &m->end, &changes, &m->end)) == RC_OK)
        offset += COMMIT_HEAD + changes.len + SHA256_LEN;
    if (rc != RC_FORMAT)
        return diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS);
    if (cut && offset < m->last.size &&
        (ftruncate(m->last.fd, (off_t)offset) != 0 || fsync(m->last.fd) != 0))
        return failed_to("shorten", m->folder, d);
    m->last.size = offset;
    return RC_OK;
}

static enum rc take_lock(struct mirror *m, struct diag *d)
{
    char path[PATH_LEN];
    struct diag why = DIAG_INIT;
    enum rc rc = path_join(m->folder, "lock", path, d);
    if (rc == RC_OK)
        rc = lock_take(path, &m->lock_fd, &why);
    return rc == RC_OK ? RC_OK : diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS ": %s", why.text);
}

enum rc mirror_open(const char *folder, const uint8_t deployment[SHA256_LEN], bool lock,
                    struct mirror **ret, struct diag *d)
{
    assert(folder && deployment && ret);

    ON_EXIT(mirror_close_at) struct mirror *m = calloc(1, sizeof *m);
    if (!m)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, MIRROR_WORDS);
    m->lock_fd = m->last.fd = m->reading.fd = -1;
    memcpy(m->deployment, deployment, SHA256_LEN);
    const int n = snprintf(m->folder, sizeof m->folder, "%s", folder);
    if (n < 0 || (size_t)n >= sizeof m->folder)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, MIRROR_WORDS ": the path '%.40s…' is too long",
                        folder);
    enum rc rc = lock ? take_lock(m, d) : RC_OK;
    if (rc == RC_OK)
        rc = find_segments(m, d);
    if (rc == RC_OK && m->count > 0)
        rc = find_end(m, lock, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(m);
    return RC_OK;
}

void mirror_close(struct mirror *m)
{
    if (!m)
        return;
    fd_close_at(&m->last.fd);
    fd_close_at(&m->reading.fd);
    fd_close_at(&m->lock_fd);
    free(m->bases);
    free(m);
}

bool mirror_is_empty(const struct mirror *m)
{
    return m->count == 0;
}

bool mirror_has_commits(const struct mirror *m)
{
    return m->count > 1 || (m->count == 1 && m->end.number > m->bases[0]);
}

struct mirror_point mirror_end(const struct mirror *m)
{
    assert(m->count > 0);
    return m->end;
}

struct mirror_point mirror_start(const struct mirror *m)
{
    assert(m->count > 0);
    struct segment first = { .fd = -1 };
    struct mirror_point start = { .number = m->bases[0] };
    if (open_segment(m, m->bases[0], O_RDONLY, &first, NULL) == RC_OK)
        start = first.base;
    fd_close_at(&first.fd);
    return start;
}

/* --- writing --- */

static enum rc begin_file(struct mirror *m, const struct mirror_point *at, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf head = { 0 };
    struct diag why = DIAG_INIT;
    enum rc rc = segment_path(m, at->number, path, d);
    if (rc != RC_OK)
        return rc;
    buf_put(&head, MAGIC, MAGIC_LEN);
    buf_put(&head, m->deployment, SHA256_LEN);
    buf_put_be64(&head, at->number);
    buf_put(&head, at->chain, SHA256_LEN);
    rc = buf_rc(&head, d);
    if (rc == RC_OK)
        rc = file_replace(path, buf_span(&head), 0600, &why);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS ": %s", why.text);

    uint64_t *const more = realloc(m->bases, (m->count + 1) * sizeof *more);
    if (!more)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, MIRROR_WORDS);
    m->bases = more;
    if (m->count == 0 || m->bases[m->count - 1] != at->number)
        m->bases[m->count++] = at->number;
    fd_close_at(&m->last.fd);
    m->end = *at;
    return open_segment(m, at->number, O_RDWR, &m->last, d);
}

enum rc mirror_begin(struct mirror *m, const struct mirror_point *at, struct diag *d)
{
    assert(m && at && m->lock_fd >= 0 && !mirror_has_commits(m));

    char path[PATH_LEN];
    if (m->count == 1 && m->bases[0] != at->number) {
        const enum rc rc = segment_path(m, m->bases[0], path, d);
        if (rc != RC_OK)
            return rc;
        if (unlink(path) != 0)
            return failed_to("remove", path, d);
        m->count = 0;
    }
    return begin_file(m, at, d);
}

static enum rc write_whole(struct mirror *m, struct span bytes, uint64_t at, struct diag *d)
{
    while (bytes.len > 0) {
        const ssize_t n = pwrite(m->last.fd, bytes.ptr, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed_to("write", m->folder, d);
        bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
        at += (uint64_t)n;
    }
    return RC_OK;
}

static enum rc write_commit(struct mirror *m, struct span changes, const struct mirror_point *next,
                            struct diag *d)
{
    uint8_t head[COMMIT_HEAD] = { 0 };
    const uint64_t at = m->last.size;
    put_head(next->number, changes.len, head);
    enum rc rc = write_whole(m, span_of(head, sizeof head), at, d);
    if (rc == RC_OK)
        rc = write_whole(m, changes, at + COMMIT_HEAD, d);
    if (rc == RC_OK)
        rc = write_whole(m, span_of(next->chain, SHA256_LEN), at + COMMIT_HEAD + changes.len, d);
    if (rc == RC_OK && fdatasync(m->last.fd) != 0)
        rc = failed_to("sync", m->folder, d);
    return rc;
}

enum rc mirror_append(struct mirror *m, struct span changes, struct diag *d)
{
    assert(m && m->count > 0 && m->lock_fd >= 0 && changes.len > 0);

    enum rc rc = RC_OK;
    if (m->failed)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, MIRROR_WORDS " failed before: open it again");
    if (changes.len > COMMIT_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, MIRROR_WORDS ": a commit of %zu bytes",
                        changes.len);
    m->failed = true; /* until all of this has worked */
    if (m->last.size >= MIRROR_SEGMENT_MAX) {
        const struct mirror_point end = m->end;
        rc = begin_file(m, &end, d);
    }
    const struct mirror_point next = mirror_next(&m->end, changes);
    if (rc == RC_OK)
        rc = write_commit(m, changes, &next, d);
    if (rc != RC_OK)
        return rc;
    m->last.size += COMMIT_HEAD + changes.len + SHA256_LEN;
    m->end = next;
    m->failed = false;
    return RC_OK;
}

/* --- reading --- */

static bool same_point(const struct mirror_point *a, const struct mirror_point *b)
{
    return a->number == b->number && memcmp(a->chain, b->chain, SHA256_LEN) == 0;
}

static enum rc begin_reading(struct mirror *m, uint64_t base, struct diag *d)
{
    fd_close_at(&m->reading.fd);
    const enum rc rc = open_segment(m, base, O_RDONLY, &m->reading, d);
    if (rc != RC_OK)
        return rc;
    if (base == m->bases[m->count - 1])
        m->reading.size = m->last.size;
    m->at = m->reading.base;
    m->offset = FILE_HEAD;
    return RC_OK;
}

/* The last file that begins at or before a point; false: the mirror begins later. */
static bool base_for(const struct mirror *m, uint64_t number, uint64_t *ret)
{
    bool found = false;
    for (size_t i = 0; i < m->count && m->bases[i] <= number; i++) {
        *ret = m->bases[i];
        found = true;
    }
    return found;
}

static enum rc read_on(struct mirror *m, struct buf *changes, struct diag *d)
{
    uint64_t base = m->reading.base.number;
    if (m->offset == m->reading.size) {
        if (!base_for(m, m->at.number, &base) || base != m->at.number ||
            m->reading.base.number == base)
            return damaged(m->reading.base.number, m->offset, d);
        const struct mirror_point at = m->at;
        const enum rc rc = begin_reading(m, base, d);
        if (rc != RC_OK)
            return rc;
        if (!same_point(&at, &m->at))
            return damaged(base, 0, d);
    }
    const enum rc rc = read_commit(&m->reading, m->offset, &m->at, changes, &m->at);
    if (rc != RC_OK)
        return rc == RC_FORMAT ? damaged(m->reading.base.number, m->offset, d)
                               : diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS);
    m->offset += COMMIT_HEAD + changes->len + SHA256_LEN;
    return RC_OK;
}

static enum rc no_point(const struct mirror_point *from, struct diag *d)
{
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    MIRROR_WORDS " has no commit %" PRIu64 " of this register's history",
                    from->number);
}

enum rc mirror_read(struct mirror *m, const struct mirror_point *from, struct buf *ret,
                    struct mirror_point *ret_next, struct diag *d)
{
    assert(m && from && ret && ret_next);

    uint64_t base;
    if (m->count == 0 || from->number > m->end.number || !base_for(m, from->number, &base))
        return no_point(from, d);
    if (m->reading.fd < 0 || !same_point(&m->at, from)) {
        enum rc rc = begin_reading(m, base, d);
        while (rc == RC_OK && m->at.number < from->number)
            rc = read_on(m, ret, d);
        if (rc != RC_OK)
            return rc;
    }
    if (!same_point(&m->at, from))
        return no_point(from, d);
    if (same_point(from, &m->end))
        return RC_NOT_FOUND;
    const enum rc rc = read_on(m, ret, d);
    if (rc == RC_OK)
        *ret_next = m->at;
    return rc;
}
