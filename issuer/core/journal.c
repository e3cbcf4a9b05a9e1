#include "issuer/core/journal.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/reader.h"
#include "core/crypto/hash.h"

#define NAME     "journal-%08" PRIu32
#define SUM_LEN  8
#define HEAD_LEN (4 + SUM_LEN)
#define FIRST    1u
#define AHEAD    (256u << 10) /* bytes of zeros that are written with what needs more room */

struct journal {
    char folder[PATH_LEN];
    int fd;        /* of the last segment */
    uint64_t room; /* its size: zeros stand behind the end */
    bool failed;
    uint64_t torn;
    uint32_t first;
    struct buf text;         /* what an append writes */
    struct batch_copy *copy; /* NULL: none */
    pthread_mutex_t lock;
    struct journal_place end; /* under the lock */
};

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    const enum rc rc = error == ENOENT                                        ? RC_NOT_FOUND
                       : error == ENOSPC || error == EDQUOT || error == EFBIG ? RC_FULL
                                                                              : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%.100s': %s", what, path, strerror(error));
}

static enum rc segment_path(const struct journal *j, uint32_t segment, char ret[PATH_LEN],
                            struct diag *d)
{
    char name[32];
    (void)snprintf(name, sizeof name, NAME, segment);
    return path_join(j->folder, name, ret, d);
}

/* Of the last segment. What was set ahead, or half written, is gone. */
static enum rc shorten(struct journal *j, uint64_t to, struct diag *d)
{
    if (ftruncate(j->fd, (off_t)to) != 0)
        return failed_to("shorten", j->folder, d);
    j->room = to;
    return RC_OK;
}

static enum rc sync_folder(const char *folder, struct diag *d)
{
    ON_EXIT(fd_close_at) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0 ? RC_OK : failed_to("sync", folder, d);
}

/* --- one record --- */

static void put_record(struct buf *to, struct span record)
{
    uint8_t sum[SHA256_LEN];
    sha256(record, sum);
    buf_put_be32(to, (uint32_t)record.len);
    buf_put(to, sum, SUM_LEN);
    buf_put_span(to, record);
}

/* RC_FORMAT: the file ends before that. What could not be read is not what is not there. */
static enum rc read_exact(int fd, uint8_t *to, size_t len, uint64_t at)
{
    while (len > 0) {
        const ssize_t n = pread(fd, to, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? RC_IO : RC_FORMAT;
        to += n;
        len -= (size_t)n;
        at += (uint64_t)n;
    }
    return RC_OK;
}

/* RC_FORMAT: there is none at this offset. */
static enum rc read_record(int fd, uint64_t at, uint64_t end, struct buf *ret)
{
    uint8_t head[HEAD_LEN] = { 0 }, sum[SHA256_LEN];
    if (end < at || end - at < HEAD_LEN)
        return RC_FORMAT;
    enum rc rc = read_exact(fd, head, HEAD_LEN, at);
    if (rc != RC_OK)
        return rc;
    const uint32_t len =
        (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
    if (len == 0 || len > JOURNAL_RECORD_MAX || len > end - at - HEAD_LEN)
        return RC_FORMAT;

    buf_clear(ret);
    uint8_t *const to = buf_reserve(ret, len);
    if (!to)
        return RC_NOMEM;
    rc = read_exact(fd, to, len, at + HEAD_LEN);
    if (rc != RC_OK)
        return rc;
    ret->len = len;
    sha256(buf_span(ret), sum);
    return memcmp(sum, head + 4, SUM_LEN) == 0 ? RC_OK : RC_FORMAT;
}

/* --- opening --- */

static enum rc find_segments(struct journal *j, struct diag *d)
{
    DIR *const dir = opendir(j->folder);
    if (!dir)
        return failed_to("read", j->folder, d);
    const struct dirent *e;
    j->first = UINT32_MAX;
    while ((e = readdir(dir)) != NULL) {
        uint32_t n;
        int used = 0;
        if (sscanf(e->d_name, "journal-%8" SCNu32 "%n", &n, &used) != 1 || e->d_name[used] ||
            used != 16 || n < FIRST)
            continue;
        j->first = n < j->first ? n : j->first;
        j->end.segment = n > j->end.segment ? n : j->end.segment;
    }
    (void)closedir(dir);
    return RC_OK;
}

static enum rc copy_tail(struct journal *j, uint64_t from, uint64_t len, struct diag *d)
{
    char name[64], path[PATH_LEN];
    (void)snprintf(name, sizeof name, NAME ".torn-%" PRIu64, j->end.segment, from);
    enum rc rc = path_join(j->folder, name, path, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(buf_free_at) struct buf tail = { 0 };
    uint8_t *const to = buf_reserve(&tail, (size_t)len);
    if (!to)
        return buf_rc(&tail, d);
    if (pread(j->fd, to, (size_t)len, (off_t)from) != (ssize_t)len)
        return failed_to("read", path, d);
    tail.len = (size_t)len;
    return file_replace(path, buf_span(&tail), 0600, d);
}

/* Where the zeros begin that the file ends with; `from`: there is nothing else. */
static uint64_t find_zeros(int fd, uint64_t from, uint64_t size)
{
    uint8_t piece[4096];
    uint64_t zeros = from;
    while (from < size) {
        const ssize_t n = pread(fd, piece, sizeof piece, (off_t)from);
        if (n <= 0)
            return size; /* then it is copied, or that fails */
        for (ssize_t i = 0; i < n; i++)
            if (piece[i] != 0)
                zeros = from + (uint64_t)i + 1;
        from += (uint64_t)n;
    }
    return zeros;
}

/* What was being written when the power went was never acknowledged; it is set aside all the same.
 */
static enum rc cut_tail(struct journal *j, uint64_t size, struct diag *d)
{
    const uint64_t from = j->end.offset;
    if (from == size)
        return RC_OK;
    enum rc rc = RC_OK;
    j->torn = find_zeros(j->fd, from, size) - from;
    if (j->torn > 0)
        rc = copy_tail(j, from, j->torn, d);
    if (rc == RC_OK)
        rc = shorten(j, from, d);
    if (rc != RC_OK)
        return rc;
    return fsync(j->fd) == 0 ? RC_OK : failed_to("shorten", j->folder, d);
}

static enum rc look_through(struct journal *j, struct diag *d)
{
    struct stat st;
    if (fstat(j->fd, &st) != 0)
        return failed_to("look at", j->folder, d);
    ON_EXIT(buf_free_at) struct buf record = { 0 };
    const uint64_t size = (uint64_t)st.st_size;
    enum rc rc = RC_OK;
    while (rc == RC_OK) {
        rc = read_record(j->fd, j->end.offset, size, &record);
        if (rc == RC_OK)
            j->end.offset += HEAD_LEN + record.len;
    }
    return rc == RC_FORMAT ? cut_tail(j, size, d) : diag_set(d, rc, DIAG_NO_OFFSET, "the journal");
}

static enum rc open_segment(struct journal *j, uint32_t segment, int flags, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = segment_path(j, segment, path, d);
    if (rc != RC_OK)
        return rc;
    const int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (fd < 0)
        return failed_to("open", path, d);
    fd_close_at(&j->fd);
    j->fd = fd;
    return flags & O_CREAT ? sync_folder(j->folder, d) : RC_OK;
}

enum rc journal_open(const char *folder, struct journal **ret, struct diag *d)
{
    assert(folder && ret);

    ON_EXIT(journal_close_at) struct journal *j = calloc(1, sizeof *j);
    if (!j || pthread_mutex_init(&j->lock, NULL) != 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the journal");
    j->fd = -1;
    if (strlen(folder) >= sizeof j->folder)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path '%.40s…' is too long", folder);
    memcpy(j->folder, folder, strlen(folder) + 1);

    enum rc rc = find_segments(j, d);
    const bool none = j->end.segment == 0;
    if (rc == RC_OK && none)
        j->first = j->end.segment = FIRST;
    if (rc == RC_OK)
        rc = open_segment(j, j->end.segment, none ? O_CREAT | O_EXCL : 0, d);
    if (rc == RC_OK)
        rc = look_through(j, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(j);
    return RC_OK;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    /* What could not be opened is left as it was. */
    if (j->room > j->end.offset && !j->failed)
        (void)shorten(j, j->end.offset, NULL); /* what stays of zeros says nothing */
    fd_close_at(&j->fd);
    buf_free(&j->text);
    (void)pthread_mutex_destroy(&j->lock);
    free(j);
}

void journal_mirror(struct journal *j, struct batch_copy *copy)
{
    assert(j);
    j->copy = copy;
}

struct journal_place journal_start(const struct journal *j)
{
    return (struct journal_place){ .segment = j->first };
}

struct journal_place journal_end(struct journal *j)
{
    (void)pthread_mutex_lock(&j->lock);
    const struct journal_place end = j->end;
    (void)pthread_mutex_unlock(&j->lock);
    return end;
}

uint64_t journal_torn(const struct journal *j)
{
    return j->torn;
}

/* --- appending --- */

static void move_end(struct journal *j, struct journal_place to)
{
    (void)pthread_mutex_lock(&j->lock);
    j->end = to;
    (void)pthread_mutex_unlock(&j->lock);
}

static enum rc begin_segment(struct journal *j, struct diag *d)
{
    const struct journal_place next = { .segment = j->end.segment + 1 };
    /* Another is found where this one ends. */
    enum rc rc = shorten(j, j->end.offset, d);
    if (rc == RC_OK && fsync(j->fd) != 0)
        rc = failed_to("shorten", j->folder, d);
    if (rc == RC_OK)
        rc = open_segment(j, next.segment, O_CREAT, d);
    /* One that an earlier attempt left empty, or filled without a word to anybody. */
    if (rc == RC_OK)
        rc = shorten(j, 0, d);
    if (rc == RC_OK)
        move_end(j, next);
    return rc;
}

/* Back to what is known: without that, later records would stand behind half a one. */
static enum rc take_back(struct journal *j, enum rc why, struct diag *d)
{
    j->failed = shorten(j, j->end.offset, NULL) != RC_OK;
    return j->failed ? diag_set(d, RC_IO, DIAG_NO_OFFSET, "the journal cannot be shortened") : why;
}

/* A file that gets longer costs another write, of its length, with each sync. */
static void set_zeros_ahead(struct journal *j)
{
    if (j->end.offset + j->text.len <= j->room)
        return;
    uint8_t *const to = buf_reserve(&j->text, AHEAD);
    if (!to)
        return;
    memset(to, 0, AHEAD);
    j->text.len += AHEAD;
}

static enum rc write_text(struct journal *j, struct diag *d)
{
    uint64_t at = j->end.offset;
    struct span left = buf_span(&j->text);
    while (left.len > 0) {
        const ssize_t n = pwrite(j->fd, left.ptr, left.len, (off_t)at);
        if (n < 0 && errno != EINTR)
            return take_back(j, failed_to("write", "the journal", d), d);
        if (n > 0) {
            left = span_of(left.ptr + n, left.len - (size_t)n);
            at += (uint64_t)n;
        }
    }
    j->room = at > j->room ? at : j->room;
    /* After a failed sync nobody knows what the disk holds. */
    if (fdatasync(j->fd) != 0) {
        j->failed = true;
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the journal is not on disk: %s",
                        strerror(errno));
    }
    return RC_OK;
}

/* What the copy has of it is seen at the next start, which brings both to one state. */
static enum rc write_copy(struct journal *j, struct diag *d)
{
    if (!j->copy)
        return RC_OK;
    const enum rc rc =
        batch_copy_append(j->copy, j->end.segment, j->end.offset, buf_span(&j->text), d);
    j->failed = rc != RC_OK;
    return rc == RC_OK ? RC_OK : RC_IO;
}

/* Of the next group; ret: where each will stand. */
static enum rc put_records(struct journal *j, const struct span *records, size_t count,
                           struct journal_place *ret, struct diag *d)
{
    buf_clear(&j->text);
    for (size_t i = 0; i < count; i++) {
        if (records[i].len == 0 || records[i].len > JOURNAL_RECORD_MAX)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a record of %zu bytes", records[i].len);
        ret[i] = (struct journal_place){ j->end.segment, j->end.offset + j->text.len };
        put_record(&j->text, records[i]);
    }
    return buf_rc(&j->text, d);
}

enum rc journal_append(struct journal *j, const struct span *records, size_t count,
                       struct journal_place *ret, struct diag *d)
{
    assert(j && records && count > 0 && ret);

    if (j->failed)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the journal failed before: open it again");
    if (j->end.offset >= JOURNAL_SEGMENT_MAX) {
        const enum rc rc = begin_segment(j, d);
        if (rc != RC_OK)
            return rc;
    }

    enum rc rc = put_records(j, records, count, ret, d);
    const size_t len = j->text.len;
    if (rc == RC_OK)
        set_zeros_ahead(j);
    if (rc == RC_OK)
        rc = buf_rc(&j->text, d);
    if (rc == RC_OK)
        rc = write_text(j, d);
    j->text.len = len;
    if (rc == RC_OK)
        rc = write_copy(j, d);
    if (rc == RC_OK)
        move_end(j, (struct journal_place){ j->end.segment, j->end.offset + len });
    return rc;
}

/* --- reading --- */

static enum rc read_in(const struct journal *j, struct journal_place at, uint64_t end,
                       struct buf *ret, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = segment_path(j, at.segment, path, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(fd_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return failed_to("open", path, d);
    if (end == UINT64_MAX)
        end = (uint64_t)st.st_size;
    if (at.offset >= end)
        return RC_NOT_FOUND;
    rc = read_record(fd, at.offset, end, ret);
    return rc == RC_OK ? RC_OK
                       : diag_set(d, rc, (size_t)at.offset,
                                  "the journal is damaged: segment %" PRIu32, at.segment);
}

enum rc journal_read(struct journal *j, struct journal_place at, struct buf *ret,
                     struct journal_place *next, struct diag *d)
{
    assert(j && ret && next && at.segment >= FIRST);

    const struct journal_place end = journal_end(j);
    while (at.segment <= end.segment) {
        const bool last = at.segment == end.segment;
        const enum rc rc = read_in(j, at, last ? end.offset : UINT64_MAX, ret, d);
        if (rc == RC_OK)
            *next = (struct journal_place){ at.segment, at.offset + HEAD_LEN + ret->len };
        if (rc != RC_NOT_FOUND || last)
            return rc;
        at = (struct journal_place){ .segment = at.segment + 1 };
    }
    return RC_NOT_FOUND;
}
