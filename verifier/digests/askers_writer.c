#include "verifier/digests/askers_writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/sys/log.h"
#include "verifier/digests/askers_files.h"

#define FILE_MODE 0600

void writer_init(struct askers_writer *w)
{
    *w = (struct askers_writer){ .day = WRITER_NO_DAY, .failed = WRITER_NO_DAY, .fd = -1 };
    (void)pthread_rwlock_init(&w->readers, NULL);
}

void writer_leave(struct askers_writer *w)
{
    fd_close_at(&w->fd);
    w->day = WRITER_NO_DAY;
    w->len = 0;
    w->unsettled = false;
    w->known_count = w->known_last = 0;
}

void writer_free(struct askers_writer *w)
{
    writer_leave(w);
    free(w->known);
    (void)pthread_rwlock_destroy(&w->readers);
}

/* --- who is in it --- */

enum rc writer_remember(struct askers_writer *w, struct span name, struct span purpose,
                        struct diag *d)
{
    if (w->known_count == w->known_room) {
        const size_t room = w->known_room ? 2 * w->known_room : 16;
        struct writer_known *const grown = realloc(w->known, room * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "employers of a day");
        w->known = grown;
        w->known_room = room;
    }
    struct writer_known *const k = &w->known[w->known_count];
    assert(name.len < sizeof k->name && purpose.len < sizeof k->purpose);
    *k = (struct writer_known){ .name = "" };
    memcpy(k->name, name.ptr, name.len);
    memcpy(k->purpose, purpose.ptr, purpose.len);
    w->known_count++;
    return RC_OK;
}

static bool is_known(const struct askers_writer *w, size_t i, const struct employer *e)
{
    return i < w->known_count && strcmp(w->known[i].name, e->name) == 0 &&
           strcmp(w->known[i].purpose, e->purpose) == 0;
}

size_t writer_find_known(struct askers_writer *w, const struct employer *e)
{
    size_t i = w->known_last;
    if (!is_known(w, i, e))
        for (i = 0; i < w->known_count && !is_known(w, i, e); i++)
            ;
    w->known_last = i;
    return i;
}

/* --- what is in it --- */

/* Nobody has it mapped meanwhile: a reader of what is cut off would be killed. */
static enum rc shorten(struct askers_writer *w, struct diag *d)
{
    (void)pthread_rwlock_wrlock(&w->readers);
    const int done = ftruncate(w->fd, (off_t)w->len), error = errno;
    (void)pthread_rwlock_unlock(&w->readers);
    return done == 0 ? RC_OK
                     : diag_set(d, RC_IO, DIAG_NO_OFFSET, "what employers ask cannot be cut: %s",
                                strerror(error));
}

/* What was written in part is taken back: a shorter entry would leave the rest of it behind. */
enum rc writer_append(struct askers_writer *w, struct span bytes, struct diag *d)
{
    const ssize_t n = pwrite(w->fd, bytes.ptr, bytes.len, (off_t)w->len);
    if (n == (ssize_t)bytes.len) {
        w->len += bytes.len;
        w->unsettled = true;
        return RC_OK;
    }
    const enum rc rc = n >= 0 || errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO;
    (void)diag_set(d, rc, DIAG_NO_OFFSET, "what employers ask cannot be written: %s",
                   n >= 0 ? "no room" : strerror(errno));
    if (shorten(w, NULL) != RC_OK)
        w->failed = w->day;
    return rc;
}

static enum rc read_entries(struct askers_writer *w, struct span file, struct diag *d)
{
    struct askers_entry e = { .kind = ASKERS_ROW };
    size_t at = 0;
    if (askers_is_blank(file))
        return RC_OK;
    enum rc rc = askers_begin(file, &at, d);
    while (rc == RC_OK && e.kind != ASKERS_END) {
        rc = askers_next(file, &at, &e, d);
        if (rc == RC_OK && e.kind == ASKERS_EMPLOYER)
            rc = writer_remember(w, e.name, e.purpose, d);
    }
    w->len = at;
    return rc;
}

static void tell_cut(const struct askers_writer *w, uint64_t bytes, bool lost)
{
    char day[DATE_TEXT_LEN + 1];
    date_format(w->day, day);
    struct log_line l = log_begin(lost ? LEVEL_ERROR : LEVEL_WARN, "asked_day_cut");
    log_word(&l, "day", day);
    log_number(&l, "bytes", (int64_t)bytes);
    log_end(&l);
}

/* Where what is torn may have been answered, the mark comes first: it must not depend on room. */
static enum rc read_day(struct askers_writer *w, const char *path, struct diag *d)
{
    ON_EXIT(mapping_close) struct mapping m = { 0 };
    enum rc rc = file_map(path, &m, d);
    if (rc == RC_OK)
        rc = read_entries(w, m.bytes, d);
    const uint64_t torn = m.bytes.len - w->len;
    const bool lost = rc == RC_FORMAT && w->len > 0 && torn <= WRITER_TORN_MAX;
    if (lost)
        rc = writer_append(w, SPAN_LITERAL(ASKERS_LOST), d);
    if (lost && rc != RC_OK)
        w->failed = w->day;
    if (rc != RC_OK || torn == 0)
        return rc;
    tell_cut(w, torn, lost);
    return shorten(w, d);
}

enum rc writer_open(struct askers_writer *w, const char *folder, int32_t day, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = askers_files_path(folder, day, path, d);
    if (rc != RC_OK)
        return rc;
    w->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (w->fd < 0)
        return diag_set(d, errno == ENOSPC ? RC_FULL : RC_IO, DIAG_NO_OFFSET, "'%.120s': %s", path,
                        strerror(errno));
    w->day = day;
    rc = read_day(w, path, d);
    if (rc == RC_OK && w->len == 0)
        rc = writer_append(w, SPAN_LITERAL(ASKERS_HEAD), d);
    if (rc != RC_OK)
        writer_leave(w);
    return rc;
}

/* --- on disk --- */

enum rc writer_sync(int fd, struct diag *d)
{
    return fdatasync(fd) == 0 ? RC_OK
                              : diag_set(d, RC_IO, DIAG_NO_OFFSET,
                                         "what employers ask cannot be kept: %s", strerror(errno));
}

enum rc writer_reopen(struct askers_writer *w, const char *folder, struct diag *d)
{
    const int32_t day = w->failed;
    writer_leave(w);
    enum rc rc = writer_open(w, folder, day, d);
    if (rc == RC_OK)
        rc = writer_append(w, SPAN_LITERAL(ASKERS_LOST), d);
    if (rc == RC_OK)
        rc = writer_sync(w->fd, d);
    w->failed = rc == RC_OK || rc == RC_FORMAT ? WRITER_NO_DAY : day;
    w->unsettled = false;
    return rc;
}
