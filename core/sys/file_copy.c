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

enum rc file_catch_up(const char *from, const char *to, struct diag *d)
{
    assert(from && to);

    struct stat source, there;
    bool same = false;
    ON_EXIT(fd_close_at) int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0 || fstat(in, &source) != 0)
        return failed_to("open", from, d);
    ON_EXIT(fd_close_at) int out = open(to, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out < 0 || fstat(out, &there) != 0)
        return failed_to("open", to, d);
    if (there.st_size > source.st_size)
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "'%.100s' is longer than '%.100s'", to, from);
    const enum rc rc = same_bytes(in, out, there.st_size, to, &same, d);
    if (rc != RC_OK)
        return rc;
    if (!same)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.100s' does not begin as '%.100s'", to,
                        from);
    return there.st_size < source.st_size ? append(in, out, there.st_size, to, d) : RC_OK;
}
