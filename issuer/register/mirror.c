#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "issuer/register/mirror_segment.h"

struct mirror {
    struct segment_place place;
    int lock_fd;
    size_t count;
    uint64_t *bases;     /* of its files, ascending */
    struct segment last; /* appended to */
    struct mirror_point end;
    bool failed;
    /* where mirror_read() stands, so that it need not seek */
    struct segment reading;
    struct mirror_point at;
    uint64_t offset;
};

/* --- opening --- */

static int ascending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum rc find_segments(struct mirror *m, struct diag *d)
{
    DIR *const dir = opendir(m->place.folder);
    if (!dir)
        return segment_failed_to("read", m->place.folder, d);
    ON_EXIT(buf_free_at) struct buf found = { 0 };
    const struct dirent *e;
    while ((e = readdir(dir)) != NULL) {
        uint64_t base;
        if (segment_is_name(e->d_name, &base))
            buf_put(&found, &base, sizeof base);
    }
    (void)closedir(dir);
    m->count = found.len / sizeof *m->bases;
    m->bases = calloc(m->count + 1, sizeof *m->bases);
    const enum rc rc = buf_rc(&found, d);
    if (rc != RC_OK || !m->bases)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, MIRROR_WORDS);
    if (m->count > 0)
        memcpy(m->bases, found.ptr, found.len);
    qsort(m->bases, m->count, sizeof *m->bases, ascending);
    return RC_OK;
}

/* The end is behind the last whole commit of the last file; what follows was never acknowledged. */
static enum rc find_end(struct mirror *m, bool cut, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf changes = { 0 };
    uint64_t offset = SEGMENT_HEAD;
    enum rc rc =
        segment_open(&m->place, m->bases[m->count - 1], cut ? O_RDWR : O_RDONLY, &m->last, d);
    if (rc != RC_OK)
        return rc;
    m->end = m->last.base;
    while ((rc = segment_read(&m->last, offset, &m->end, &changes, &m->end)) == RC_OK)
        offset += SEGMENT_COMMIT_LEN(changes.len);
    if (rc != RC_FORMAT)
        return diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS);
    if (cut && offset < m->last.size &&
        (ftruncate(m->last.fd, (off_t)offset) != 0 || fsync(m->last.fd) != 0))
        return segment_failed_to("shorten", m->place.folder, d);
    m->last.size = offset;
    return RC_OK;
}

static enum rc take_lock(struct mirror *m, struct diag *d)
{
    char path[PATH_LEN];
    struct diag why = DIAG_INIT;
    enum rc rc = path_join(m->place.folder, "lock", path, d);
    if (rc == RC_OK)
        rc = lock_take(path, &m->lock_fd, &why);
    return rc == RC_OK ? RC_OK : diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS ": %s", why.text);
}

enum rc mirror_open(const char *folder, const uint8_t deployment[SHA256_LEN], bool lock,
                    struct mirror **ret, struct diag *d)
{
    assert(folder && deployment && ret);

    ON_EXIT(mirror_close_at) struct mirror *m = calloc(1, sizeof *m);
    if (!m)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, MIRROR_WORDS);
    m->lock_fd = m->last.fd = m->reading.fd = -1;
    memcpy(m->place.deployment, deployment, SHA256_LEN);
    const int n = snprintf(m->place.folder, sizeof m->place.folder, "%s", folder);
    if (n < 0 || (size_t)n >= sizeof m->place.folder)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, MIRROR_WORDS ": the path '%.40s…' is too long",
                        folder);
    enum rc rc = lock ? take_lock(m, d) : RC_OK;
    if (rc == RC_OK)
        rc = find_segments(m, d);
    if (rc == RC_OK && m->count > 0)
        rc = find_end(m, lock, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(m);
    return RC_OK;
}

void mirror_close(struct mirror *m)
{
    if (!m)
        return;
    fd_close_at(&m->last.fd);
    fd_close_at(&m->reading.fd);
    fd_close_at(&m->lock_fd);
    free(m->bases);
    free(m);
}

bool mirror_is_empty(const struct mirror *m)
{
    return m->count == 0;
}

bool mirror_has_commits(const struct mirror *m)
{
    return m->count > 1 || (m->count == 1 && m->end.number > m->bases[0]);
}

struct mirror_point mirror_end(const struct mirror *m)
{
    assert(m->count > 0);
    return m->end;
}

struct mirror_point mirror_start(const struct mirror *m)
{
    assert(m->count > 0);
    struct segment first = { .fd = -1 };
    struct mirror_point start = { .number = m->bases[0] };
    if (segment_open(&m->place, m->bases[0], O_RDONLY, &first, NULL) == RC_OK)
        start = first.base;
    fd_close_at(&first.fd);
    return start;
}

/* --- writing --- */

static enum rc begin_file(struct mirror *m, const struct mirror_point *at, struct diag *d)
{
    const enum rc rc = segment_create(&m->place, at, d);
    if (rc != RC_OK)
        return rc;
    uint64_t *const more = realloc(m->bases, (m->count + 1) * sizeof *more);
    if (!more)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, MIRROR_WORDS);
    m->bases = more;
    if (m->count == 0 || m->bases[m->count - 1] != at->number)
        m->bases[m->count++] = at->number;
    fd_close_at(&m->last.fd);
    m->end = *at;
    return segment_open(&m->place, at->number, O_RDWR, &m->last, d);
}

enum rc mirror_begin(struct mirror *m, const struct mirror_point *at, struct diag *d)
{
    assert(m && at && m->lock_fd >= 0 && !mirror_has_commits(m));

    char path[PATH_LEN];
    if (m->count == 1 && m->bases[0] != at->number) {
        const enum rc rc = segment_path(m->place.folder, m->bases[0], path, d);
        if (rc != RC_OK)
            return rc;
        if (unlink(path) != 0)
            return segment_failed_to("remove", path, d);
        m->count = 0;
    }
    return begin_file(m, at, d);
}

enum rc mirror_append(struct mirror *m, struct span changes, struct diag *d)
{
    assert(m && m->count > 0 && m->lock_fd >= 0 && changes.len > 0);

    enum rc rc = RC_OK;
    if (m->failed)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, MIRROR_WORDS " failed before: open it again");
    if (changes.len > SEGMENT_COMMIT_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, MIRROR_WORDS ": a commit of %zu bytes",
                        changes.len);
    m->failed = true; /* until all of this has worked */
    if (m->last.size >= MIRROR_SEGMENT_MAX) {
        const struct mirror_point end = m->end;
        rc = begin_file(m, &end, d);
    }
    const struct mirror_point next = mirror_next(&m->end, changes);
    if (rc == RC_OK)
        rc = segment_append(&m->last, m->place.folder, changes, &next, d);
    if (rc != RC_OK)
        return rc;
    m->end = next;
    m->failed = false;
    return RC_OK;
}

/* --- reading --- */

static bool same_point(const struct mirror_point *a, const struct mirror_point *b)
{
    return a->number == b->number && memcmp(a->chain, b->chain, SHA256_LEN) == 0;
}

static enum rc begin_reading(struct mirror *m, uint64_t base, struct diag *d)
{
    fd_close_at(&m->reading.fd);
    const enum rc rc = segment_open(&m->place, base, O_RDONLY, &m->reading, d);
    if (rc != RC_OK)
        return rc;
    if (base == m->bases[m->count - 1])
        m->reading.size = m->last.size;
    m->at = m->reading.base;
    m->offset = SEGMENT_HEAD;
    return RC_OK;
}

/* The last file that begins at or before a point; false: the mirror begins later. */
static bool base_for(const struct mirror *m, uint64_t number, uint64_t *ret)
{
    bool found = false;
    for (size_t i = 0; i < m->count && m->bases[i] <= number; i++) {
        *ret = m->bases[i];
        found = true;
    }
    return found;
}

static enum rc read_on(struct mirror *m, struct buf *changes, struct diag *d)
{
    uint64_t base = m->reading.base.number;
    if (m->offset == m->reading.size) {
        if (!base_for(m, m->at.number, &base) || base != m->at.number ||
            m->reading.base.number == base)
            return segment_damaged(m->reading.base.number, m->offset, d);
        const struct mirror_point at = m->at;
        const enum rc rc = begin_reading(m, base, d);
        if (rc != RC_OK)
            return rc;
        if (!same_point(&at, &m->at))
            return segment_damaged(base, 0, d);
    }
    const enum rc rc = segment_read(&m->reading, m->offset, &m->at, changes, &m->at);
    if (rc != RC_OK)
        return rc == RC_FORMAT ? segment_damaged(m->reading.base.number, m->offset, d)
                               : diag_set(d, rc, DIAG_NO_OFFSET, MIRROR_WORDS);
    m->offset += SEGMENT_COMMIT_LEN(changes->len);
    return RC_OK;
}

static enum rc no_point(const struct mirror_point *from, struct diag *d)
{
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    MIRROR_WORDS " has no commit %" PRIu64 " of this register's history",
                    from->number);
}

enum rc mirror_read(struct mirror *m, const struct mirror_point *from, struct buf *ret,
                    struct mirror_point *ret_next, struct diag *d)
{
    assert(m && from && ret && ret_next);

    uint64_t base;
    if (m->count == 0 || from->number > m->end.number || !base_for(m, from->number, &base))
        return no_point(from, d);
    if (m->reading.fd < 0 || !same_point(&m->at, from)) {
        enum rc rc = begin_reading(m, base, d);
        while (rc == RC_OK && m->at.number < from->number)
            rc = read_on(m, ret, d);
        if (rc != RC_OK)
            return rc;
    }
    if (!same_point(&m->at, from))
        return no_point(from, d);
    if (same_point(from, &m->end))
        return RC_NOT_FOUND;
    const enum rc rc = read_on(m, ret, d);
    if (rc == RC_OK)
        *ret_next = m->at;
    return rc;
}
