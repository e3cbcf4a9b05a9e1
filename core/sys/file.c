#include "core/sys/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK       ((size_t)64 * 1024)
#define SMALL       ((size_t)4 * 1024)
#define STAGE_NAMES 100u

void fd_close_at(int *fd)
{
    if (*fd > STDERR_FILENO)
        (void)close(*fd);
    *fd = -1;
}

static enum rc rc_of_errno(int error)
{
    static const struct {
        int error;
        enum rc rc;
    } known[] = {
        { ENOENT, RC_NOT_FOUND }, { ENOTDIR, RC_NOT_FOUND },  { EEXIST, RC_EXISTS },
        { ENOSPC, RC_FULL },      { EDQUOT, RC_FULL },        { ENOMEM, RC_NOMEM },
        { EWOULDBLOCK, RC_BUSY }, { ENAMETOOLONG, RC_LIMIT },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].error == error)
            return known[i].rc;
    return RC_IO;
}

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    return diag_set(d, rc_of_errno(error), DIAG_NO_OFFSET, "cannot %s '%s': %s", what, path,
                    strerror(error));
}

static enum rc open_to_read(const char *path, int *ret_fd, struct diag *d)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failed_to("open", path, d);

    *ret_fd = fd;
    return RC_OK;
}

/* Reads on at the end of *to; false and errno on failure. *ret_n is 0 at the end of the file. */
static bool read_some(int fd, size_t room, struct buf *to, size_t *ret_n)
{
    uint8_t *const at = buf_reserve(to, room);
    if (!at) {
        errno = ENOMEM;
        return false;
    }

    ssize_t n;
    do
        n = read(fd, at, room);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return false;

    to->len += (size_t)n;
    *ret_n = (size_t)n;
    return true;
}

static enum rc read_all(int fd, const char *path, size_t max_len, struct buf *to, struct diag *d)
{
    size_t total = 0, n;
    do {
        /* One byte over the limit is enough to know that the file is too long. */
        const size_t room = max_len - total < CHUNK ? max_len - total + 1 : CHUNK;
        if (!read_some(fd, room, to, &n))
            return failed_to("read", path, d);
        total += n;
        if (total > max_len)
            return diag_set(d, RC_LIMIT, max_len, "'%s' is over %zu bytes", path, max_len);
    } while (n > 0);
    return RC_OK;
}

/*
 * A small regular file in one call, where reading to its end takes two. False: it is something
 * else, or longer, and nothing was taken.
 */
static bool read_small(int fd, size_t max_len, struct buf *to)
{
    const size_t room = max_len < SMALL ? max_len + 1 : SMALL;
    uint8_t *const at = buf_reserve(to, room);
    const ssize_t n = at ? pread(fd, at, room, 0) : -1;
    if (n < 0 || (size_t)n == room)
        return false;
    to->len += (size_t)n;
    return true;
}

enum rc file_read(const char *path, size_t max_len, struct buf *ret, struct diag *d)
{
    assert(path && ret);

    ON_EXIT(fd_close_at) int fd = STDIN_FILENO;
    if (strcmp(path, "-") != 0) {
        const enum rc rc = open_to_read(path, &fd, d);
        if (rc != RC_OK)
            return rc;
        if (read_small(fd, max_len, ret))
            return RC_OK;
    }

    const size_t before = ret->len;
    const enum rc rc = read_all(fd, path, max_len, ret, d);
    if (rc != RC_OK)
        ret->len = before;
    return rc;
}

enum rc file_map(const char *path, struct mapping *ret, struct diag *d)
{
    assert(path && ret);

    ON_EXIT(fd_close_at) int fd = -1;
    const enum rc rc = open_to_read(path, &fd, d);
    if (rc != RC_OK)
        return rc;

    struct stat st;
    if (fstat(fd, &st) != 0)
        return failed_to("look at", path, d);
    if (!S_ISREG(st.st_mode))
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%s' is not a regular file", path);

    /* Nothing can't be mapped, and an empty file is still a file. */
    if (st.st_size == 0) {
        ret->bytes = span_of("", 0);
        return RC_OK;
    }
    void *const at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return failed_to("map", path, d);

    ret->bytes = span_of(at, (size_t)st.st_size);
    return RC_OK;
}

void mapping_expect(const struct mapping *m, struct span part)
{
    assert(m && part.ptr >= m->bytes.ptr && part.len <= m->bytes.len &&
           (size_t)(part.ptr - m->bytes.ptr) <= m->bytes.len - part.len);

    const long page = sysconf(_SC_PAGESIZE);
    if (part.len == 0 || page <= 0)
        return;
    const size_t at = (size_t)(part.ptr - m->bytes.ptr), start = at - at % (size_t)page;
    union { /* as in mapping_close() */
        const void *lent;
        void *own;
    } from = { .lent = m->bytes.ptr + start };
    (void)posix_madvise(from.own, at - start + part.len, POSIX_MADV_WILLNEED);
}

void mapping_close(struct mapping *m)
{
    if (m->bytes.len > 0) {
        union { /* munmap() takes what mmap() gave, which we lend as const */
            const void *lent;
            void *own;
        } at = { .lent = m->bytes.ptr };
        (void)munmap(at.own, m->bytes.len);
    }
    *m = (struct mapping){ 0 };
}

/* A file on its way: under a name of its own until it is whole. */
struct staged {
    char path[PATH_LEN]; /* "" when there is nothing to remove */
    int fd;
};

static void staged_drop_at(struct staged *s)
{
    if (s->path[0])
        (void)unlink(s->path);
    fd_close_at(&s->fd);
}

/* Beside path: rename() and link() don't cross file systems. A crash may have left some behind. */
static enum rc stage_open(struct staged *s, const char *path, unsigned mode, struct diag *d)
{
    char name[PATH_LEN];
    for (unsigned i = 0; i < STAGE_NAMES; i++) {
        const int n = snprintf(name, sizeof name, "%s.%ld-%u~", path, (long)getpid(), i);
        if (n < 0 || (size_t)n >= sizeof name)
            return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);

        s->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (s->fd >= 0)
            break;
        if (errno != EEXIST || i + 1 == STAGE_NAMES)
            return failed_to("create a file beside", path, d);
    }
    memcpy(s->path, name, sizeof name);

    /* Not by the umask: who may read a key or a publication is the caller's to say. */
    if (fchmod(s->fd, (mode_t)mode) != 0)
        return failed_to("set the mode of", path, d);
    return RC_OK;
}

static enum rc write_all(int fd, const char *path, struct span bytes, struct diag *d)
{
    size_t done = 0;
    while (done < bytes.len) {
        const ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed_to("write", path, d);
        done += (size_t)n;
    }
    return RC_OK;
}

static enum rc stage_write(struct staged *s, const char *path, struct span bytes, bool durable,
                           struct diag *d)
{
    const enum rc rc = write_all(s->fd, path, bytes, d);
    if (rc != RC_OK)
        return rc;
    if (durable && fsync(s->fd) != 0)
        return failed_to("write", path, d);

    /* Some file systems tell only now that there was no room. */
    const int closed = close(s->fd);
    s->fd = -1;
    return closed == 0 ? RC_OK : failed_to("write", path, d);
}

/* A new name lasts only when its folder is on disk. */
static enum rc sync_folder_of(const char *path, struct diag *d)
{
    char folder[PATH_LEN] = ".";
    const char *const slash = strrchr(path, '/');
    if (slash) {
        const size_t len = slash == path ? 1 : (size_t)(slash - path);
        assert(len < sizeof folder);
        memcpy(folder, path, len);
        folder[len] = '\0';
    }

    ON_EXIT(fd_close_at) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed_to("open", folder, d);
    /* EINVAL: this file system has no such thing. */
    if (fsync(fd) != 0 && errno != EINVAL)
        return failed_to("sync", folder, d);
    return RC_OK;
}

static enum rc stage(struct staged *s, const char *path, struct span bytes, unsigned mode,
                     struct diag *d)
{
    const enum rc rc = stage_open(s, path, mode, d);
    return rc == RC_OK ? stage_write(s, path, bytes, true, d) : rc;
}

/* /dev/null has to stay what it is, also for root. */
static bool is_device_or_pipe(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 &&
           (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) || S_ISFIFO(st.st_mode));
}

static enum rc write_through(const char *path, struct span bytes, struct diag *d)
{
    ON_EXIT(fd_close_at) int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd >= 0 ? write_all(fd, path, bytes, d) : failed_to("open", path, d);
}

enum rc file_replace(const char *path, struct span bytes, unsigned mode, struct diag *d)
{
    assert(path);

    if (is_device_or_pipe(path))
        return write_through(path, bytes, d);

    ON_EXIT(staged_drop_at) struct staged s = { .fd = -1 };
    const enum rc rc = stage(&s, path, bytes, mode, d);
    if (rc != RC_OK)
        return rc;

    if (rename(s.path, path) != 0)
        return failed_to("replace", path, d);
    s.path[0] = '\0';
    return sync_folder_of(path, d);
}

enum rc file_replace_later(const char *path, struct span bytes, unsigned mode, struct diag *d)
{
    assert(path);

    ON_EXIT(staged_drop_at) struct staged s = { .fd = -1 };
    enum rc rc = stage_open(&s, path, mode, d);
    if (rc == RC_OK)
        rc = stage_write(&s, path, bytes, false, d);
    if (rc != RC_OK)
        return rc;
    if (rename(s.path, path) != 0)
        return failed_to("replace", path, d);
    s.path[0] = '\0';
    return RC_OK;
}

enum rc file_settle(const char *folder, struct diag *d)
{
    assert(folder);

    ON_EXIT(fd_close_at) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed_to("open", folder, d);
    sync(); /* on Linux it waits (sync(2)) */
    if (fsync(fd) != 0 && errno != EINVAL)
        return failed_to("sync", folder, d);
    return RC_OK;
}

enum rc file_create(const char *path, struct span bytes, unsigned mode, struct diag *d)
{
    assert(path);

    ON_EXIT(staged_drop_at) struct staged s = { .fd = -1 };
    const enum rc rc = stage(&s, path, bytes, mode, d);
    if (rc != RC_OK)
        return rc;

    /* rename() would replace what is there; link() does not. */
    if (link(s.path, path) != 0)
        return failed_to("create", path, d);
    return sync_folder_of(path, d);
}

enum rc folder_make(const char *path, unsigned mode, struct diag *d)
{
    assert(path);

    if (strlen(path) >= PATH_LEN)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);
    if (mkdir(path, (mode_t)mode) != 0) {
        const int error = errno;
        struct stat st;
        if (error == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            return RC_OK;
        errno = error;
        return failed_to("make the folder", path, d);
    }
    if (chmod(path, (mode_t)mode) != 0)
        return failed_to("set the mode of", path, d);
    return sync_folder_of(path, d);
}

enum rc path_join(const char *folder, const char *name, char ret[PATH_LEN], struct diag *d)
{
    assert(folder && name && ret);

    const size_t len = strlen(folder);
    const bool bare = len == 0 || folder[len - 1] == '/';
    if (len + !bare + strlen(name) >= PATH_LEN)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", folder);

    (void)snprintf(ret, PATH_LEN, "%s%s%s", folder, bare ? "" : "/", name);
    return RC_OK;
}

enum rc lock_take(const char *path, int *ret_fd, struct diag *d)
{
    assert(path && ret_fd);

    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return failed_to("open", path, d);
    int taken;
    do
        taken = flock(fd, LOCK_EX | LOCK_NB);
    while (taken != 0 && errno == EINTR);
    if (taken != 0) {
        const enum rc rc = failed_to("lock", path, d);
        fd_close_at(&fd);
        return rc;
    }

    *ret_fd = fd;
    return RC_OK;
}
