#include "core/http/body.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/crypto/hash.h"
#include "core/sys/file.h"

#define DROPPED_MAX  ((uint64_t)1 << 20) /* bytes */
#define NAME_BYTES   16
#define SPOOL_PREFIX ".body-"

/* No name from the first moment on that matters: a crash leaves nothing behind. */
static enum rc open_spool(const char *folder, int *ret_fd)
{
    uint8_t random[NAME_BYTES];
    random_bytes(random, sizeof random);
    char name[sizeof SPOOL_PREFIX + 2 * sizeof random] = SPOOL_PREFIX;
    hex_encode(random, sizeof random, name + sizeof SPOOL_PREFIX - 1);
    char path[PATH_LEN];
    const enum rc rc = path_join(folder, name, path, NULL);
    if (rc != RC_OK)
        return rc;

    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO;
    (void)unlink(path);
    *ret_fd = fd;
    return RC_OK;
}

enum rc body_begin(struct body *b, enum http_body kind, uint64_t max, const char *spool,
                   struct diag *d)
{
    assert(kind != HTTP_BODY_FILE || spool);

    if (kind == HTTP_BODY_NONE)
        return RC_OK;
    struct sha256_stream *const hash = sha256_new();
    if (!hash)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a body");
    b->spool = spool;
    b->hash = hash;
    b->kind = kind;
    b->max = max;
    return RC_OK;
}

static enum rc write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO;
        bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return RC_OK;
}

static bool drop(struct body *b, uint64_t len)
{
    b->len += len;
    return b->len <= b->max || b->len - b->max <= DROPPED_MAX;
}

/* Bodies may hold what must not stay in memory: what they grow out of is zeroed too. */
static void put_wiped(struct buf *to, struct span bytes)
{
    if (bytes.len >= to->cap - to->len) {
        struct buf larger = { 0 };
        (void)buf_reserve(&larger, 2 * (to->len + bytes.len));
        buf_put_span(&larger, buf_span(to));
        buf_wipe(to);
        *to = larger;
    }
    buf_put_span(to, bytes);
}

/* It has outgrown memory: a file takes over what is there. */
static enum rc move_to_file(struct body *b)
{
    enum rc rc = open_spool(b->spool, &b->fd);
    if (rc == RC_OK)
        rc = write_all(b->fd, buf_span(&b->bytes));
    buf_wipe(&b->bytes);
    return rc;
}

static enum rc put(struct body *b, struct span bytes)
{
    if (b->kind == HTTP_BODY_FILE && b->fd < 0 && bytes.len > HTTP_BODY_SMALL - b->bytes.len) {
        const enum rc rc = move_to_file(b);
        if (rc != RC_OK)
            return rc;
    }
    if (b->fd >= 0)
        return write_all(b->fd, bytes);
    put_wiped(&b->bytes, bytes);
    return buf_rc(&b->bytes, NULL);
}

bool body_add(struct body *b, struct span bytes)
{
    if (b->kind == HTTP_BODY_NONE || b->too_large || b->failure != RC_OK)
        return drop(b, bytes.len);
    if (bytes.len > b->max - b->len) {
        b->too_large = true;
        return drop(b, bytes.len);
    }

    b->len += bytes.len;
    sha256_add(b->hash, bytes);
    b->failure = put(b, bytes);
    return true;
}

enum rc body_end(struct body *b)
{
    if (b->failure == RC_OK && b->fd >= 0 && lseek(b->fd, 0, SEEK_SET) != 0)
        b->failure = RC_IO;
    if (b->hash)
        sha256_end(b->hash, b->sha256);
    return b->failure;
}

enum rc body_read(const struct body *b, struct buf *to, struct diag *d)
{
    if (b->fd < 0) {
        buf_put_span(to, buf_span(&b->bytes));
        return buf_rc(to, d);
    }
    const size_t len = (size_t)b->len;
    uint8_t *const at = buf_reserve(to, len);
    for (size_t done = 0; at && done < len;) {
        const ssize_t n = pread(b->fd, at + done, len - done, (off_t)done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "a spool file cannot be read");
        done += n > 0 ? (size_t)n : 0;
    }
    if (at)
        to->len += len;
    return buf_rc(to, d);
}

void body_free(struct body *b)
{
    sha256_free(b->hash);
    buf_wipe(&b->bytes);
    fd_close_at(&b->fd);
    *b = BODY_NOTHING;
}
