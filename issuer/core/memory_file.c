#define _GNU_SOURCE /* memfd_create() */
#include "issuer/core/memory_file.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static enum rc failed(struct diag *d)
{
    return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a file in memory: %s", strerror(errno));
}

enum rc memory_file_new(int *ret_fd, struct diag *d)
{
    assert(ret_fd);

    const int fd = memfd_create("sitecert", MFD_CLOEXEC);
    if (fd < 0)
        return failed(d);
    *ret_fd = fd;
    return RC_OK;
}

enum rc memory_file_set(int fd, struct span bytes, struct diag *d)
{
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return failed(d);
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            return failed(d);
        if (n > 0)
            bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return lseek(fd, 0, SEEK_SET) == 0 ? RC_OK : failed(d);
}
