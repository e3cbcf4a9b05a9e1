#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuer/backup/archive_form.h"

#define SUMS_MAX ((size_t)64 << 20) /* bytes of SHA256SUMS */

struct reading {
    int fd; /* the caller's */
    const char *folder;
    struct buf sums; /* of what was met, in its order */
    struct archive_totals totals;
    uint8_t chunk[CHUNK];
};

struct member {
    char name[ARCHIVE_NAME_MAX + 1];
    unsigned mode;
    uint64_t size;
};

static enum rc refuse(const char *what, struct diag *d)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not a backup of ours, or damaged: %s", what);
}

/* Exactly len bytes, or false at the end of the file. */
static enum rc take(struct reading *r, void *to, size_t len, struct diag *d)
{
    uint8_t *at = to;
    while (len > 0) {
        const ssize_t n = read(r->fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot read the backup: %s",
                            strerror(errno));
        if (n == 0)
            return refuse("it is cut short", d);
        at += n;
        len -= (size_t)n;
    }
    return RC_OK;
}

/* Octal digits and a NUL, as we write them. */
static bool read_octal(const char *field, size_t digits, uint64_t *ret)
{
    uint64_t v = 0;
    for (size_t i = 0; i < digits; i++) {
        if (field[i] < '0' || field[i] > '7')
            return false;
        v = v << 3 | (uint64_t)(field[i] - '0');
    }
    *ret = v;
    return field[digits] == '\0';
}

static bool read_size(const struct tar_header *h, uint64_t *ret)
{
    if ((uint8_t)h->size[0] != 0x80)
        return read_octal(h->size, sizeof h->size - 1, ret);
    uint64_t v = 0;
    for (size_t i = sizeof h->size - 8; i < sizeof h->size; i++)
        v = v << 8 | (uint8_t)h->size[i];
    *ret = v;
    return true;
}

/* A header is what we would have written, to the last bit. */
static enum rc read_header(const struct tar_header *h, struct member *ret, struct diag *d)
{
    uint64_t mode = 0;
    struct tar_header ours;
    struct member m = { .size = 0 };
    if (h->name[sizeof h->name - 1] != '\0' || !read_octal(h->mode, 7, &mode) ||
        !read_size(h, &m.size) || m.size > MEMBER_MAX)
        return refuse("a header", d);
    memcpy(m.name, h->name, sizeof m.name);
    if (!archive_name_valid(m.name))
        return refuse("the name of a file", d);
    tar_header_make(m.name, (unsigned)mode, m.size, &ours);
    if (memcmp(&ours, h, sizeof ours) != 0)
        return refuse("a header", d);
    m.mode = (unsigned)mode & 0755u;
    *ret = m;
    return RC_OK;
}

/* --- files --- */

static enum rc make_parents(const char *folder, const char *name, struct diag *d)
{
    char path[PATH_LEN];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        const int n = snprintf(path, sizeof path, "%s/%.*s", folder, (int)(slash - name), name);
        if (n < 0 || (size_t)n >= sizeof path)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path of '%s' is too long", name);
        const enum rc rc = folder_make(path, 0700, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc create(const struct reading *r, const struct member *m, int *ret, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = make_parents(r->folder, m->name, d);
    if (rc == RC_OK)
        rc = path_join(r->folder, m->name, path, d);
    if (rc != RC_OK)
        return rc;
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return diag_set(d, errno == EEXIST ? RC_EXISTS : RC_IO, DIAG_NO_OFFSET,
                        "cannot make '%s': %s", path, strerror(errno));
    *ret = fd;
    return RC_OK;
}

static enum rc write_chunk(int fd, const uint8_t *bytes, size_t len, struct diag *d)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return diag_set(d, errno == ENOSPC ? RC_FULL : RC_IO, DIAG_NO_OFFSET,
                            "cannot write what is restored: %s", strerror(errno));
        bytes += n;
        len -= (size_t)n;
    }
    return RC_OK;
}

static enum rc copy_contents(struct reading *r, const struct member *m, int to,
                             struct sha256_stream *sum, struct diag *d)
{
    for (uint64_t left = m->size; left > 0;) {
        const size_t n = left < CHUNK ? (size_t)left : CHUNK;
        enum rc rc = take(r, r->chunk, n, d);
        if (rc == RC_OK)
            rc = write_chunk(to, r->chunk, n, d);
        if (rc != RC_OK)
            return rc;
        sha256_add(sum, span_of(r->chunk, n));
        left -= n;
    }
    return RC_OK;
}

static enum rc skip_padding(struct reading *r, uint64_t size, struct diag *d)
{
    const size_t len = (size_t)((BLOCK - size % BLOCK) % BLOCK);
    const enum rc rc = take(r, r->chunk, len, d);
    for (size_t i = 0; rc == RC_OK && i < len; i++) {
        if (r->chunk[i] != 0)
            return refuse("padding", d);
    }
    return rc;
}

static enum rc extract(struct reading *r, const struct member *m, struct diag *d)
{
    ON_EXIT(fd_close_at) int fd = -1;
    ON_EXIT(sha256_free_at) struct sha256_stream *sum = sha256_new();
    uint8_t hash[SHA256_LEN];
    char hex[2 * SHA256_LEN + 1];
    if (!sum)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "restoring");
    enum rc rc = create(r, m, &fd, d);
    if (rc == RC_OK)
        rc = copy_contents(r, m, fd, sum, d);
    if (rc == RC_OK && (fchmod(fd, m->mode) != 0 || fsync(fd) != 0))
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot write '%s': %s", m->name, strerror(errno));
    if (rc == RC_OK)
        rc = skip_padding(r, m->size, d);
    if (rc != RC_OK)
        return rc;
    sha256_end(sum, hash);
    hex_encode(hash, sizeof hash, hex);
    buf_printf(&r->sums, "%s  %s\n", hex, m->name);
    r->totals.files++;
    r->totals.bytes += m->size;
    return buf_rc(&r->sums, d);
}

/* --- the end: the sums are what was met, and nothing stands behind them --- */

static enum rc check_sums(struct reading *r, const struct member *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf sums = { 0 };
    if (m->size > SUMS_MAX)
        return refuse("too many sums", d);
    uint8_t *const at = buf_reserve(&sums, (size_t)m->size + 1);
    if (!at)
        return buf_rc(&sums, d);
    enum rc rc = take(r, at, (size_t)m->size, d);
    sums.len = rc == RC_OK ? (size_t)m->size : 0;
    if (rc == RC_OK)
        rc = skip_padding(r, m->size, d);
    if (rc == RC_OK && !span_equal(buf_span(&sums), buf_span(&r->sums)))
        return refuse("a file is not what its sum says", d);
    return rc;
}

static enum rc check_end(struct reading *r, struct diag *d)
{
    uint8_t more;
    const enum rc rc = take(r, r->chunk, (size_t)2 * BLOCK, d);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < (size_t)2 * BLOCK; i++) {
        if (r->chunk[i] != 0)
            return refuse("its end", d);
    }
    return read(r->fd, &more, 1) == 0 ? RC_OK : refuse("something behind its end", d);
}

enum rc archive_extract(int fd, const char *folder, struct archive_totals *ret, struct diag *d)
{
    assert(fd >= 0 && folder && ret);

    struct reading r = { .fd = fd, .folder = folder };
    struct tar_header h;
    struct member m = { .size = 0 };
    enum rc rc = RC_OK;
    for (;;) {
        rc = take(&r, &h, sizeof h, d);
        if (rc == RC_OK)
            rc = read_header(&h, &m, d);
        if (rc != RC_OK || strcmp(m.name, ARCHIVE_SUMS) == 0)
            break;
        rc = extract(&r, &m, d);
        if (rc != RC_OK)
            break;
    }
    if (rc == RC_OK)
        rc = check_sums(&r, &m, d);
    if (rc == RC_OK)
        rc = check_end(&r, d);
    buf_free(&r.sums);
    if (rc == RC_OK)
        *ret = r.totals;
    return rc;
}
