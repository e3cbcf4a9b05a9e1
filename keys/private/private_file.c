#include "keys/private/private_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "core/sys/file.h"

/* A message has room for a path twice only when it is cut. */
#define SHOWN "%.80s"

void private_bytes_wipe_at(struct private_bytes *p)
{
    OPENSSL_cleanse(p, sizeof *p);
}

static enum rc cannot(const char *what, const char *path, struct diag *d)
{
    const enum rc rc = errno == ENOENT ? RC_NOT_FOUND : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%.120s': %s", what, path, strerror(errno));
}

/* "folder/name" apart; a bare name stands in ".". */
static enum rc split(const char *path, char folder[PATH_LEN], const char **ret_name, struct diag *d)
{
    const char *const slash = strrchr(path, '/');
    const size_t len = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (len >= PATH_LEN)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);

    memcpy(folder, slash ? path : ".", len);
    folder[len] = '\0';
    *ret_name = slash ? slash + 1 : path;
    return RC_OK;
}

/* Who can write the folder can put another file in the key's place. */
static enum rc check_folder(int fd, const char *folder, struct diag *d)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return cannot("look at", folder, d);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the folder '" SHOWN "' belongs to user %lu; run: chown %lu '" SHOWN "'",
                        folder, (unsigned long)st.st_uid, (unsigned long)geteuid(), folder);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "others can write the folder '" SHOWN
                        "' (mode %04o); run: chmod go-w '" SHOWN "'",
                        folder, (unsigned)st.st_mode & 07777u, folder);
    return RC_OK;
}

static enum rc check_file(int fd, const char *path, struct diag *d)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return cannot("look at", path, d);
    if (!S_ISREG(st.st_mode))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'" SHOWN "' is not a plain file; put the key itself there", path);
    if (st.st_uid != geteuid())
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'" SHOWN "' belongs to user %lu; run: chown %lu '" SHOWN "'", path,
                        (unsigned long)st.st_uid, (unsigned long)geteuid(), path);
    if (st.st_mode & 07177)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'" SHOWN "' has mode %04o, which is too open; run: chmod 600 '" SHOWN "'",
                        path, (unsigned)st.st_mode & 07777u, path);
    if (st.st_nlink != 1)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'" SHOWN "' has %lu names (hard links); remove the others: find / -xdev "
                        "-inum %lu",
                        path, (unsigned long)st.st_nlink, (unsigned long)st.st_ino);
    return RC_OK;
}

static enum rc open_file(int folder_fd, const char *name, const char *path, int *ret,
                         struct diag *d)
{
    /* Non-blocking, so that a pipe put there can't hold us. */
    *ret = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (*ret < 0 && errno == ELOOP)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'" SHOWN "' is a symbolic link; put the key itself there", path);
    return *ret < 0 ? cannot("open", path, d) : RC_OK;
}

static enum rc read_all(int fd, const char *path, struct private_bytes *to, struct diag *d)
{
    while (to->len < sizeof to->bytes) {
        const ssize_t n = read(fd, to->bytes + to->len, sizeof to->bytes - to->len);
        if (n == 0)
            return RC_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cannot("read", path, d);
        to->len += (size_t)n;
    }
    return diag_set(d, RC_LIMIT, PRIVATE_FILE_MAX, "'%.120s' is over %d bytes", path,
                    PRIVATE_FILE_MAX);
}

enum rc private_file_read(const char *path, struct private_bytes *ret, struct diag *d)
{
    assert(path && ret);

    char folder[PATH_LEN];
    const char *name = path;
    enum rc rc = split(path, folder, &name, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(fd_close_at) int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return cannot("open the folder", folder, d);
    rc = check_folder(folder_fd, folder, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(fd_close_at) int fd = -1;
    rc = open_file(folder_fd, name, path, &fd, d);
    if (rc == RC_OK)
        rc = check_file(fd, path, d);
    ret->len = 0;
    return rc == RC_OK ? read_all(fd, path, ret, d) : rc;
}
