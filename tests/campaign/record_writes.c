/*
 * Preloaded into a program, it writes down what that does to the files below RECORD_ROOT, in order,
 * to the file RECORD_LOG: for power_cut.py. A write is noted before it is done and a sync after, so
 * nothing passes for durable too early. Writes through a mapping are not seen: LMDB makes none to
 * its data without MDB_WRITEMAP.
 *
 * A record: struct note, then the first path, the second path, the data.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct note {
    char what; /* C created, W write, T truncate, S synced, O the O_DSYNC write before is synced, R
                  renamed, U unlinked, M folder made, Y sync(2) */
    char padding[3];
    uint16_t from_len, to_len;
    uint64_t inode, offset, len; /* T: offset is the length */
};

/* ISO C has no conversion from what dlsym() gives to a function. */
#define REAL(name)                                                                                 \
    ((union {                                                                                      \
         void *found;                                                                              \
         __typeof__(&name) as;                                                                     \
     }){ dlsym(RTLD_NEXT, #name) }                                                                 \
         .as)

static void put(struct note n, const char *from, const char *to, const struct iovec *data,
                int count)
{
    const char *const log = getenv("RECORD_LOG");
    struct iovec all[3 + IOV_MAX];
    n.from_len = (uint16_t)strlen(from);
    n.to_len = (uint16_t)strlen(to);
    all[0] = (struct iovec){ &n, sizeof n };
    all[1] = (struct iovec){ (void *)(uintptr_t)from, n.from_len };
    all[2] = (struct iovec){ (void *)(uintptr_t)to, n.to_len };
    size_t len = sizeof n + n.from_len + n.to_len;
    if (count > IOV_MAX - 3)
        abort();
    for (int i = 0; i < count; i++) {
        all[3 + i] = data[i];
        len += data[i].iov_len;
    }

    /* Open for as long as it takes: a child may close what it does not know. */
    const int fd =
        log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    if (fd < 0 || syscall(SYS_writev, fd, all, 3 + count) != (long)len)
        abort(); /* a recording with a hole would prove nothing */
    (void)syscall(SYS_close, fd);
}

static bool below_root(const char *path)
{
    const char *const root = getenv("RECORD_ROOT");
    const size_t len = root ? strlen(root) : 0;
    return root && strncmp(path, root, len) == 0 && (path[len] == '/' || !path[len]);
}

static bool absolute(int folder, const char *path, char ret[PATH_MAX])
{
    char base[PATH_MAX] = "";
    if (path[0] != '/') {
        char link[64];
        (void)snprintf(link, sizeof link,
                       folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
        const ssize_t n = readlink(link, base, sizeof base - 2);
        if (n < 0)
            return false;
        base[n] = '/';
        base[n + 1] = '\0';
    }
    const int n = snprintf(ret, PATH_MAX, "%s%s", base, path);
    return n > 0 && n < PATH_MAX && below_root(ret);
}

/* Also of a file that has no name any more. */
static bool followed(int fd, struct stat *ret)
{
    char link[64], path[PATH_MAX];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0 || fstat(fd, ret) != 0 || !(S_ISREG(ret->st_mode) || S_ISDIR(ret->st_mode)))
        return false;
    path[n] = '\0';
    return below_root(path);
}

static void put_synced(char what, int fd)
{
    const int error = errno;
    struct stat st;
    if (followed(fd, &st))
        put((struct note){ .what = what, .inode = st.st_ino }, "", "", NULL, 0);
    errno = error;
}

/* True: the descriptor's writes are synced when they return. */
static bool put_write(int fd, int64_t offset, const struct iovec *data, int count)
{
    const int error = errno;
    struct stat st;
    bool synced = false;
    if (followed(fd, &st)) {
        const int flags = fcntl(fd, F_GETFL);
        struct note n = { .what = 'W', .inode = st.st_ino };
        n.offset = offset >= 0        ? (uint64_t)offset
                   : flags & O_APPEND ? (uint64_t)st.st_size
                                      : (uint64_t)lseek(fd, 0, SEEK_CUR);
        for (int i = 0; i < count; i++)
            n.len += data[i].iov_len;
        put(n, "", "", data, count);
        synced = flags & O_DSYNC;
    }
    errno = error;
    return synced;
}

/* --- what is done to data: a short write would be a hole between what is noted and what is there
 * --- */

static ssize_t whole(int fd, ssize_t done, size_t len, bool synced)
{
    if (synced && done == (ssize_t)len)
        put_synced('O', fd);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    const struct iovec data = { (void *)(uintptr_t)bytes, len };
    const bool synced = put_write(fd, -1, &data, 1);
    return whole(fd, REAL(write)(fd, bytes, len), len, synced);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    const struct iovec data = { (void *)(uintptr_t)bytes, len };
    const bool synced = put_write(fd, offset, &data, 1);
    return whole(fd, REAL(pwrite)(fd, bytes, len, offset), len, synced);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
    return pwrite(fd, bytes, len, offset);
}

ssize_t writev(int fd, const struct iovec *data, int count)
{
    const bool synced = put_write(fd, -1, data, count);
    size_t len = 0;
    for (int i = 0; i < count; i++)
        len += data[i].iov_len;
    return whole(fd, REAL(writev)(fd, data, count), len, synced);
}

int ftruncate(int fd, off_t len)
{
    struct stat st;
    if (followed(fd, &st))
        put((struct note){ .what = 'T', .inode = st.st_ino, .offset = (uint64_t)len }, "", "", NULL,
            0);
    return REAL(ftruncate)(fd, len);
}

int ftruncate64(int fd, off64_t len)
{
    return ftruncate(fd, len);
}

int fsync(int fd)
{
    const int done = REAL(fsync)(fd);
    if (done == 0)
        put_synced('S', fd);
    return done;
}

int fdatasync(int fd)
{
    const int done = REAL(fdatasync)(fd);
    if (done == 0)
        put_synced('S', fd);
    return done;
}

void sync(void)
{
    REAL(sync)();
    put((struct note){ .what = 'Y' }, "", "", NULL, 0);
}

/* --- what is done to names --- */

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
    char full[PATH_MAX];
    const bool ours = absolute(folder, path, full);
    struct stat st;
    const bool made = ours && (flags & O_CREAT) && lstat(full, &st) != 0;
    const int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (fd < 0 || !ours)
        return fd;
    const int error = errno;
    if (made && fstat(fd, &st) == 0)
        put((struct note){ .what = 'C', .inode = st.st_ino }, full, "", NULL, 0);
    else if ((flags & O_TRUNC) && fstat(fd, &st) == 0)
        put((struct note){ .what = 'T', .inode = st.st_ino }, "", "", NULL, 0);
    errno = error;
    return fd;
}

#define MODE_OF(flags)                                                                             \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                       \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        mode = va_arg(list, mode_t);                                                               \
        va_end(list);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(folder, path, flags, mode);
}

static int named(char what, int done, int from_folder, const char *from, int to_folder,
                 const char *to)
{
    const int error = errno;
    char a[PATH_MAX], b[PATH_MAX] = "";
    if (done == 0 && absolute(from_folder, from, a) && (!to || absolute(to_folder, to, b)))
        put((struct note){ .what = what }, a, b, NULL, 0);
    errno = error;
    return done;
}

int rename(const char *from, const char *to)
{
    return named('R', REAL(rename)(from, to), AT_FDCWD, from, AT_FDCWD, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return named('R', REAL(renameat)(from_folder, from, to_folder, to), from_folder, from,
                 to_folder, to);
}

int unlink(const char *path)
{
    return named('U', REAL(unlink)(path), AT_FDCWD, path, 0, NULL);
}

int unlinkat(int folder, const char *path, int flags)
{
    return named('U', REAL(unlinkat)(folder, path, flags), folder, path, 0, NULL);
}

int mkdir(const char *path, mode_t mode)
{
    return named('M', REAL(mkdir)(path, mode), AT_FDCWD, path, 0, NULL);
}

int link(const char *from, const char *to)
{
    return named('L', REAL(link)(from, to), AT_FDCWD, from, AT_FDCWD, to);
}
