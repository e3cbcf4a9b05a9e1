#include "issuer/intake/photo.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/crypto/hash.h"

#define BASE64_MAX (((size_t)PHOTO_MAX + 2) / 3 * 4) /* characters of the largest photo */

/* A relative path that stays below where it starts. */
static bool is_beside(struct span name)
{
    if (name.len == 0 || name.ptr[0] == '/' || memchr(name.ptr, '\0', name.len))
        return false;

    for (size_t start = 0, i = 0; i <= name.len; i++) {
        if (i < name.len && name.ptr[i] != '/')
            continue;
        if (i - start == 2 && memcmp(name.ptr + start, "..", 2) == 0)
            return false;
        start = i + 1;
    }
    return true;
}

static enum rc failed_to(const char *what, struct diag *d)
{
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot %s a photo's file: %s", what,
                    strerror(errno));
}

/* Reads until the end or len bytes. */
static enum rc read_up_to(int fd, uint8_t *to, size_t len, size_t *ret_len, struct diag *d)
{
    size_t done = 0;
    ssize_t n = 1;
    while (done < len && n != 0) {
        n = read(fd, to + done, len - done);
        if (n < 0 && errno != EINTR)
            return failed_to("read", d);
        done += n > 0 ? (size_t)n : 0;
    }
    *ret_len = done;
    return RC_OK;
}

static enum rc open_photo(const char *path, int *ret_fd, struct reasons *reasons, struct diag *d)
{
    /* Not to wait for whoever would write into a pipe of that name. */
    *ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*ret_fd >= 0)
        return RC_OK;
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != EACCES)
        return failed_to("open", d);
    reasons_add(reasons, REASON_FILE_MISSING, "file");
    return RC_OK;
}

enum rc photo_load(const char *folder, struct span name, uint8_t *ret, size_t *ret_len,
                   struct reasons *reasons, struct diag *d)
{
    assert(folder && ret && ret_len && reasons);

    char relative[PATH_LEN], path[PATH_LEN];
    *ret_len = 0;
    if (!is_beside(name) || name.len >= sizeof relative) {
        reasons_add_detail(reasons, REASON_FIELD_INVALID, "file",
                           "not a path beside the file of the records");
        return RC_OK;
    }
    memcpy(relative, name.ptr, name.len);
    relative[name.len] = '\0';
    enum rc rc = path_join(folder, relative, path, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(fd_close_at) int fd = -1;
    rc = open_photo(path, &fd, reasons, d);
    if (rc != RC_OK || fd < 0)
        return rc;
    struct stat st;
    if (fstat(fd, &st) != 0)
        return failed_to("look at", d);
    if (!S_ISREG(st.st_mode)) {
        reasons_add(reasons, REASON_FILE_MISSING, "file");
        return RC_OK;
    }
    if (st.st_size > PHOTO_MAX) {
        reasons_add(reasons, REASON_PHOTO_TOO_LARGE, "file");
        return RC_OK;
    }
    return read_up_to(fd, ret, PHOTO_MAX, ret_len, d);
}

enum rc photo_decode(struct span base64, uint8_t *ret, size_t *ret_len, struct reasons *reasons,
                     struct diag *d)
{
    assert(ret && ret_len && reasons);

    *ret_len = 0;
    if (base64.len > BASE64_MAX) {
        reasons_add(reasons, REASON_PHOTO_TOO_LARGE, "file");
        return RC_OK;
    }
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    const bool good = base64_decode(base64, &bytes);
    const enum rc rc = buf_rc(&bytes, d);
    if (rc != RC_OK)
        return rc;
    if (!good || bytes.len == 0)
        reasons_add_detail(reasons, REASON_FIELD_INVALID, "file", "data is not base64");
    else if (bytes.len > PHOTO_MAX)
        reasons_add(reasons, REASON_PHOTO_TOO_LARGE, "file");
    else {
        memcpy(ret, bytes.ptr, bytes.len);
        *ret_len = bytes.len;
    }
    return RC_OK;
}
