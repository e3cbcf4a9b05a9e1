#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/file.h"

#define PIECE ((size_t)64 * 1024)

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    const enum rc rc = error == ENOENT                      ? RC_NOT_FOUND
                       : error == ENOSPC || error == EDQUOT ? RC_FULL
                                                            : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%.100s': %s", what, path, strerror(error));
}

static enum rc read_piece(int fd, uint8_t *to, size_t max, off_t at, const char *path, size_t *ret,
                          struct diag *d)
{
    ssize_t n;
    do
        n = pread(fd, to, max, at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return failed_to("read", path, d);
    *ret = (size_t)n;
    return RC_OK;
}

static enum rc write_piece(int fd, const uint8_t *bytes, size_t len, off_t at, const char *path,
                           struct diag *d)
{
    while (len > 0) {
        const ssize_t n = pwrite(fd, bytes, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed_to("write", path, d);
        bytes += n;
        len -= (size_t)n;
        at += n;
    }
    return RC_OK;
}

static enum rc same_bytes(int a, int b, off_t len, const char *path, bool *ret, struct diag *d)
{
    uint8_t x[PIECE], y[PIECE];
    for (off_t at = 0; at < len;) {
        const size_t want = len - at < (off_t)PIECE ? (size_t)(len - at) : PIECE;
        size_t n = 0, m = 0;
        enum rc rc = read_piece(a, x, want, at, path, &n, d);
        if (rc == RC_OK)
            rc = read_piece(b, y, want, at, path, &m, d);
        if (rc != RC_OK)
            return rc;
        if (n != want || m != want || memcmp(x, y, want) != 0) {
            *ret = false;
            return RC_OK;
        }
        at += (off_t)want;
    }
    *ret = true;
    return RC_OK;
}

static enum rc append(int from, int to, off_t at, const char *path, struct diag *d)
{
    uint8_t piece[PIECE];
    size_t n = 0;
    do {
        enum rc rc = read_piece(from, piece, sizeof piece, at, path, &n, d);
        if (rc == RC_OK)
            rc = write_piece(to, piece, n, at, path, d);
        if (rc != RC_OK)
            return rc;
        at += (off_t)n;
    } while (n > 0);
    return fsync(to) == 0 ? RC_OK : failed_to("sync", path, d);
}

/* Where the zeros begin that a file of this size ends with. */
static enum rc find_zeros(int fd, off_t size, const char *path, off_t *ret, struct diag *d)
{
    uint8_t piece[PIECE];
    *ret = size;
    while (*ret > 0) {
        const size_t want = *ret < (off_t)PIECE ? (size_t)*ret : PIECE;
        size_t n = 0;
        const enum rc rc = read_piece(fd, piece, want, *ret - (off_t)want, path, &n, d);
        if (rc != RC_OK)
            return rc;
        while (n > 0 && piece[n - 1] == 0)
            n--;
        *ret -= (off_t)(want - n);
        if (n > 0)
            break;
    }
    return RC_OK;
}

/* ret: how much of `to` stays. */
static enum rc compare(int from, off_t len, int to, const char *names[2], off_t *ret,
                       struct diag *d)
{
    struct stat there;
    bool same = false;
    if (fstat(to, &there) != 0)
        return failed_to("look at", names[1], d);
    enum rc rc = find_zeros(to, there.st_size, names[1], ret, d);
    if (rc == RC_OK && *ret > len)
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "'%.100s' is longer than '%.100s'", names[1],
                        names[0]);
    if (rc == RC_OK)
        rc = same_bytes(from, to, *ret, names[1], &same, d);
    if (rc == RC_OK && !same)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.100s' does not begin as '%.100s'",
                        names[1], names[0]);
    if (rc == RC_OK && there.st_size > len && ftruncate(to, len) != 0)
        return failed_to("shorten", names[1], d);
    return rc;
}

enum rc file_catch_up(const char *from, const char *to, struct diag *d)
{
    assert(from && to);

    struct stat source;
    off_t stays = 0;
    const char *names[2] = { from, to };
    ON_EXIT(fd_close_at) int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0 || fstat(in, &source) != 0)
        return failed_to("open", from, d);
    ON_EXIT(fd_close_at) int out = open(to, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out < 0)
        return failed_to("open", to, d);
    const enum rc rc = compare(in, source.st_size, out, names, &stays, d);
    return rc == RC_OK && stays < source.st_size ? append(in, out, stays, to, d) : rc;
}
