#include "core/text/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)256 * 1024)

static enum rc failed_to(const char *what, const char *name, struct diag *d)
{
    const int error = errno;
    const enum rc rc = error == ENOENT ? RC_NOT_FOUND : error == ENOSPC ? RC_FULL : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%.100s': %s", what, name, strerror(error));
}

void text_close(struct text *t)
{
    /* A zeroed one has no descriptor of its own: 0 is standard input's, which this leaves alone. */
    fd_close_at(&t->fd);
    decoder_close(&t->decoder);
    buf_free(&t->chunk);
    *t = (struct text){ 0 };
}

static enum rc fill(int fd, const char *name, struct buf *chunk, struct diag *d)
{
    buf_clear(chunk);
    uint8_t *const at = buf_reserve(chunk, CHUNK);
    if (!at)
        return buf_rc(chunk, d);

    ssize_t n;
    do
        n = read(fd, at, CHUNK);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return failed_to("read", name, d);
    chunk->len = (size_t)n;
    return RC_OK;
}

static enum rc write_all(int fd, struct span bytes, struct diag *d)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            return failed_to("write", "a temporary file", d);
        if (n > 0)
            bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return RC_OK;
}

/* The caller closes *fd, on failure too. */
static enum rc open_nameless(int *fd, struct diag *d)
{
    const char *folder = getenv("TMPDIR");
    char path[PATH_LEN];
    const enum rc rc = path_join(folder && folder[0] ? folder : "/tmp", "sitecert-XXXXXX", path, d);
    if (rc != RC_OK)
        return rc;

    *fd = mkstemp(path);
    if (*fd < 0)
        return failed_to("create", path, d);
    (void)unlink(path);
    return fcntl(*fd, F_SETFD, FD_CLOEXEC) == 0 ? RC_OK : failed_to("create", path, d);
}

/* Replaces a descriptor that can be read once by one that can be read again. */
static enum rc spool(struct text *t, struct diag *d)
{
    ON_EXIT(fd_close_at) int copy = -1;
    enum rc rc = open_nameless(&copy, d);
    while (rc == RC_OK) {
        rc = fill(t->fd, t->name, &t->chunk, d);
        if (rc != RC_OK || t->chunk.len == 0)
            break;
        rc = write_all(copy, buf_span(&t->chunk), d);
    }
    if (rc != RC_OK)
        return rc;

    fd_close_at(&t->fd);
    t->fd = copy;
    t->is_copy = true;
    copy = -1;
    return RC_OK;
}

static enum rc open_file(struct text *t, const char *path, struct diag *d)
{
    const bool standard = strcmp(path, "-") == 0;
    if (snprintf(t->name, sizeof t->name, "%s", standard ? "standard input" : path) >=
        (int)sizeof t->name)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path '%.40s…' is too long", path);

    t->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (t->fd < 0)
        return failed_to("open", t->name, d);

    struct stat st;
    if (fstat(t->fd, &st) != 0)
        return failed_to("look at", t->name, d);
    if (S_ISDIR(st.st_mode))
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%.100s' is a folder", t->name);
    if (!S_ISREG(st.st_mode) || standard) {
        const enum rc rc = spool(t, d);
        if (rc != RC_OK)
            return rc;
        if (fstat(t->fd, &st) != 0)
            return failed_to("look at", t->name, d);
    }
    t->size = (uint64_t)st.st_size;
    return RC_OK;
}

enum rc text_begin(struct text *t, uint64_t offset, uint64_t line, struct diag *d)
{
    assert(t);

    if (t->fd < 0)
        t->bytes_read = offset < t->bytes.len ? (size_t)offset : t->bytes.len;
    else if (lseek(t->fd, (off_t)offset, SEEK_SET) < 0)
        return failed_to("read", t->name, d);
    decoder_close(&t->decoder);
    t->piece = span_of(NULL, 0);
    t->piece_decoded = 0;
    t->ended = false;
    return decoder_open(&t->decoder, t->encoding, offset, line, d);
}

enum rc text_begin_first(struct text *t, struct diag *d)
{
    return text_begin(t, t->start, 1, d);
}

/* Empty at the end. */
static enum rc next_chunk(struct text *t, struct span *ret, struct diag *d)
{
    if (t->fd < 0) {
        const size_t left = t->bytes.len - t->bytes_read, len = left < CHUNK ? left : CHUNK;
        *ret = span_of(len > 0 ? t->bytes.ptr + t->bytes_read : NULL, len);
        t->bytes_read += len;
        return RC_OK;
    }
    const enum rc rc = fill(t->fd, t->name, &t->chunk, d);
    *ret = buf_span(&t->chunk);
    return rc;
}

enum rc text_next(struct text *t, struct span *ret, bool *ret_end, struct diag *d)
{
    assert(t && ret && ret_end);

    t->piece_decoded += t->piece.len;
    t->piece.len = 0;
    /* A piece that holds less than a character gives nothing out yet. */
    while (t->piece.len == 0 && !t->ended) {
        struct span chunk;
        enum rc rc = next_chunk(t, &chunk, d);
        if (rc != RC_OK)
            return rc;
        t->ended = chunk.len == 0;
        rc = t->ended ? decoder_finish(&t->decoder, d)
                      : decoder_push(&t->decoder, chunk, &t->piece, d);
        if (rc != RC_OK)
            return rc;
    }
    *ret = t->piece;
    *ret_end = t->piece.len == 0;
    return RC_OK;
}

static enum rc read_through(struct text *t, enum encoding encoding, struct diag *d)
{
    t->encoding = encoding;
    enum rc rc = text_begin_first(t, d);
    bool end = false;
    while (rc == RC_OK && !end) {
        struct span piece;
        rc = text_next(t, &piece, &end, d);
    }
    return rc;
}

static enum rc read_mark(struct text *t, enum encoding *ret, struct diag *d)
{
    uint8_t bytes[ENCODING_MARK_MAX];
    struct span head =
        span_of(t->bytes.ptr, t->bytes.len < sizeof bytes ? t->bytes.len : sizeof bytes);
    if (t->fd >= 0) {
        const ssize_t n = pread(t->fd, bytes, sizeof bytes, 0);
        if (n < 0)
            return failed_to("read", t->name, d);
        head = span_of(bytes, (size_t)n);
    }
    size_t len = 0;
    const enum rc rc = encoding_of_mark(head, ret, &len, d);
    t->start = len;
    return rc;
}

static enum rc decide(struct text *t, bool may_be_gb18030, struct diag *d)
{
    enum encoding marked = ENCODING_NONE;
    const enum rc rc = read_mark(t, &marked, d);
    if (rc != RC_OK)
        return rc;
    if (marked == ENCODING_GB18030 && !may_be_gb18030)
        return diag_set(d, RC_FORMAT, 0, "it is GB18030 by its byte order mark, and must be UTF-8");
    if (marked != ENCODING_NONE)
        return read_through(t, marked, d);

    struct diag not_utf8 = DIAG_INIT, not_gb18030 = DIAG_INIT;
    const enum rc utf8 = read_through(t, ENCODING_UTF8, &not_utf8);
    if (utf8 != RC_FORMAT || !may_be_gb18030)
        return utf8 == RC_OK ? RC_OK : diag_set(d, utf8, not_utf8.offset, "%s", not_utf8.text);
    const enum rc gb18030 = read_through(t, ENCODING_GB18030, &not_gb18030);
    if (gb18030 == RC_OK)
        return RC_OK;

    /* The reading that came further is the likelier one, and nothing explains the byte where it
     * ends. */
    const struct diag *const last = not_utf8.offset > not_gb18030.offset ? &not_utf8 : &not_gb18030;
    const int line = (int)strcspn(last->text, ":");
    return diag_set(d, gb18030, last->offset, "%.*s: a byte that is neither UTF-8 nor GB18030",
                    line, last->text);
}

/* Takes t's file over into *ret, or closes it. */
static enum rc begin_text(struct text *t, bool may_be_gb18030, struct text *ret, struct diag *d)
{
    enum rc rc = decide(t, may_be_gb18030, d);
    if (rc == RC_OK)
        rc = text_begin_first(t, d);
    if (rc != RC_OK)
        return rc;

    *ret = *t;
    *t = (struct text){ .fd = -1 };
    return RC_OK;
}

enum rc text_open(const char *path, bool may_be_gb18030, struct text *ret, struct diag *d)
{
    assert(path && ret);

    ON_EXIT(text_close) struct text t = { .fd = -1 };
    const enum rc rc = open_file(&t, path, d);
    return rc == RC_OK ? begin_text(&t, may_be_gb18030, ret, d) : rc;
}

enum rc text_open_fd(int fd, const char *name, bool may_be_gb18030, struct text *ret,
                     struct diag *d)
{
    assert(fd >= 0 && name && strlen(name) < sizeof ret->name && ret);

    ON_EXIT(text_close) struct text t = { .fd = fcntl(fd, F_DUPFD_CLOEXEC, 3) };
    struct stat st;
    memcpy(t.name, name, strlen(name) + 1);
    if (t.fd < 0 || fstat(t.fd, &st) != 0)
        return failed_to("open", name, d);
    t.size = (uint64_t)st.st_size;
    return begin_text(&t, may_be_gb18030, ret, d);
}

enum rc text_open_bytes(struct span bytes, const char *name, bool may_be_gb18030, struct text *ret,
                        struct diag *d)
{
    assert(name && strlen(name) < sizeof ret->name && ret);

    ON_EXIT(text_close) struct text t = { .fd = -1, .bytes = bytes, .size = bytes.len };
    memcpy(t.name, name, strlen(name) + 1);
    return begin_text(&t, may_be_gb18030, ret, d);
}

enum rc text_source(struct text *t, uint64_t begun_at, uint64_t decoded, uint64_t *ret,
                    struct diag *d)
{
    assert(t && ret);

    if (t->encoding != ENCODING_GB18030) {
        *ret = begun_at + decoded;
        return RC_OK;
    }
    enum rc rc = decoded < t->piece_decoded ? text_begin(t, begun_at, 1, d) : RC_OK;
    bool end = false;
    while (rc == RC_OK && !end && decoded - t->piece_decoded > t->piece.len) {
        struct span piece;
        rc = text_next(t, &piece, &end, d);
    }
    if (rc != RC_OK)
        return rc;
    const size_t at = (size_t)(decoded - t->piece_decoded);
    *ret = at == t->piece.len ? t->decoder.offset : decoder_source(&t->decoder, t->piece, at);
    return RC_OK;
}
