#include "issuer/intake/outfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum rc failed_to(const char *what, const char *path, struct diag *d)
{
    const int error = errno;
    const enum rc rc = error == ENOSPC || error == EDQUOT ? RC_FULL
                       : error == ENOENT                  ? RC_NOT_FOUND
                                                          : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%.100s': %s", what, path, strerror(error));
}

/* A device or pipe has nothing that could be replaced, and /dev/null must stay what it is. */
static bool is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static enum rc keep_only(struct outfile *o, uint64_t keep, struct diag *d)
{
    struct stat st;
    if (fstat(o->fd, &st) != 0)
        return failed_to("look at", o->partial, d);

    const uint64_t len = (uint64_t)st.st_size >= keep ? keep : 0;
    if (ftruncate(o->fd, (off_t)len) != 0 || lseek(o->fd, (off_t)len, SEEK_SET) < 0)
        return failed_to("write", o->partial, d);
    o->len = len;
    return RC_OK;
}

enum rc outfile_open(const char *path, uint64_t keep, struct outfile *ret, struct diag *d)
{
    assert(path && ret);

    ON_EXIT(outfile_close) struct outfile o = { .fd = -1 };
    const bool special = is_special(path);
    const int n = snprintf(o.partial, sizeof o.partial, "%s%s", path, special ? "" : ".partial");
    if (n < 0 || (size_t)n >= sizeof o.partial)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path '%.40s…' is too long", path);
    (void)snprintf(o.path, sizeof o.path, "%s", path);

    o.fd = special ? open(path, O_WRONLY | O_CLOEXEC)
                   : open(o.partial, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (o.fd < 0)
        return failed_to("create", o.partial, d);
    if (special)
        o.partial[0] = '\0';
    const enum rc rc = special ? RC_OK : keep_only(&o, keep, d);
    if (rc != RC_OK)
        return rc;

    *ret = o;
    o.fd = -1;
    return RC_OK;
}

enum rc outfile_put(struct outfile *o, struct span bytes, struct diag *d)
{
    assert(o && o->path[0]);

    while (bytes.len > 0) {
        const ssize_t n = write(o->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            return failed_to("write", o->path, d);
        if (n > 0) {
            bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
            o->len += (uint64_t)n;
        }
    }
    return RC_OK;
}

static enum rc sync_folder_of(const char *path, struct diag *d)
{
    char folder[PATH_LEN] = ".";
    const char *const slash = strrchr(path, '/');
    if (slash)
        (void)snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path),
                       path);

    ON_EXIT(fd_close_at) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* EINVAL: this file system has no such thing. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
        return failed_to("sync", folder, d);
    return RC_OK;
}

enum rc outfile_finish(struct outfile *o, struct diag *d)
{
    assert(o);

    if (!o->path[0] || !o->partial[0])
        return RC_OK;
    if (fsync(o->fd) != 0)
        return failed_to("write", o->partial, d);
    if (rename(o->partial, o->path) != 0)
        return failed_to("replace", o->path, d);
    return sync_folder_of(o->path, d);
}

void outfile_close(struct outfile *o)
{
    fd_close_at(&o->fd);
    *o = (struct outfile){ 0 };
}
