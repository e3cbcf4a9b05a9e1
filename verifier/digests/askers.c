#include "verifier/digests/askers.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>

#include "verifier/digests/askers_files.h"
#include "verifier/digests/askers_writer.h"

#define LOCK_NAME "lock"

struct askers {
    char folder[PATH_LEN];
    uint64_t bytes_max;
    int lock_file;
    pthread_mutex_t lock;   /* of what follows */
    struct askers_writer w; /* of today */
    uint64_t others;        /* bytes of the other days */
    int32_t begun;          /* the last day that was tried without a row */
};

/* --- from day to day --- */

static enum rc trim(struct askers *a, int32_t today, uint64_t bytes_max, struct diag *d)
{
    struct askers_files files;
    const enum rc rc = askers_files_trim(a->folder, today, today, bytes_max, &files, d);
    a->others = files.bytes > a->w.len ? files.bytes - a->w.len : 0;
    return rc;
}

static enum rc leave_settled(struct askers_writer *w, struct diag *d)
{
    const enum rc rc = w->unsettled ? writer_sync(w->fd, d) : RC_OK;
    if (rc != RC_OK)
        w->failed = w->day;
    else
        writer_leave(w);
    return rc;
}

/* What has gone wrong once is tried again with the next row. Old days go all the same. */
static enum rc turn_to(struct askers *a, int32_t today, struct diag *d)
{
    if (a->w.day == today)
        return RC_OK;
    enum rc rc = leave_settled(&a->w, d);
    if (rc != RC_OK)
        return rc;
    rc = writer_open(&a->w, a->folder, today, d);
    const enum rc trimmed = trim(a, today, a->bytes_max, rc == RC_OK ? d : NULL);
    if (trimmed != RC_OK)
        writer_leave(&a->w);
    return rc == RC_OK ? trimmed : rc;
}

/* --- adding --- */

static enum rc make_room(struct askers *a, int32_t today, size_t bytes, struct diag *d)
{
    if (a->w.len + a->others + bytes <= a->bytes_max)
        return RC_OK;
    const enum rc rc = trim(a, today, a->bytes_max > bytes ? a->bytes_max - bytes : 0, d);
    if (rc != RC_OK || a->w.len + a->others + bytes <= a->bytes_max)
        return rc;
    return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "this day has filled the room for what is asked");
}

static enum rc add(struct askers *a, int32_t today, const struct employer *e, bool watched,
                   const uint8_t *digest, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf entry = { 0 };
    const size_t who = writer_find_known(&a->w, e), known = a->w.known_count;
    enum rc rc = RC_OK;
    if (who == ASKERS_EMPLOYERS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "too many employers in a day");
    if (who == known) {
        rc = writer_remember(&a->w, span_text(e->name), span_text(e->purpose), d);
        askers_put_employer(&entry, span_text(e->name), span_text(e->purpose));
    }
    askers_put_row(&entry, (uint16_t)who, watched, digest);
    if (rc == RC_OK)
        rc = buf_rc(&entry, d);
    if (rc == RC_OK)
        rc = make_room(a, today, entry.len, d);
    if (rc == RC_OK)
        rc = writer_append(&a->w, buf_span(&entry), d);
    if (rc != RC_OK)
        a->w.known_count = known;
    return rc;
}

static enum rc failed_before(const struct askers *a, struct diag *d)
{
    return a->w.failed == WRITER_NO_DAY
               ? RC_OK
               : diag_set(d, RC_IO, DIAG_NO_OFFSET, "what employers asked could not be kept");
}

enum rc askers_add(struct askers *a, int32_t today, const struct employer *e, bool watched,
                   const uint8_t digest[LOOKUP_DIGEST_LEN], struct diag *d)
{
    assert(a && e && digest);

    (void)pthread_mutex_lock(&a->lock);
    enum rc rc = failed_before(a, d);
    if (rc == RC_OK)
        rc = turn_to(a, today, d);
    if (rc == RC_OK)
        rc = add(a, today, e, watched, digest, d);
    (void)pthread_mutex_unlock(&a->lock);
    return rc;
}

/* --- from time to time --- */

/* Nobody waits for the disk meanwhile. */
static enum rc wait_for_disk(struct askers *a, struct diag *d)
{
    (void)pthread_mutex_lock(&a->lock);
    struct askers_writer *const w = &a->w;
    const int32_t day = w->day;
    ON_EXIT(fd_close_at) int fd = w->unsettled ? fcntl(w->fd, F_DUPFD_CLOEXEC, 0) : -1;
    w->unsettled = w->unsettled && fd < 0;
    (void)pthread_mutex_unlock(&a->lock);
    const enum rc rc = fd >= 0 ? writer_sync(fd, d) : RC_OK;
    if (rc == RC_OK)
        return RC_OK;
    (void)pthread_mutex_lock(&a->lock);
    w->failed = day;
    (void)pthread_mutex_unlock(&a->lock);
    return rc;
}

enum rc askers_settle(struct askers *a, int32_t today, struct diag *d)
{
    (void)pthread_mutex_lock(&a->lock);
    enum rc rc = a->w.failed != WRITER_NO_DAY ? writer_reopen(&a->w, a->folder, d) : RC_OK;
    if (rc == RC_OK && a->begun != today) {
        a->begun = today;
        rc = turn_to(a, today, d);
    }
    (void)pthread_mutex_unlock(&a->lock);
    const enum rc settled = wait_for_disk(a, rc == RC_OK ? d : NULL);
    return rc == RC_OK ? settled : rc;
}

/* --- who has asked --- */

void askers_found_free(struct askers_found *f)
{
    buf_free(&f->texts);
}

/* Locked for the list alone; what is read is what was whole then. */
enum rc askers_find(struct askers *a, int32_t today, const uint8_t digest[LOOKUP_DIGEST_LEN],
                    struct askers_found *ret, struct diag *d)
{
    assert(a && digest && ret);

    struct askers_files files;
    (void)pthread_mutex_lock(&a->lock);
    enum rc rc = askers_files_list(a->folder, &files, d);
    files.open = a->w.day;
    files.open_len = a->w.len;
    (void)pthread_rwlock_rdlock(&a->w.readers);
    (void)pthread_mutex_unlock(&a->lock);
    if (rc == RC_OK)
        rc = askers_files_search(a->folder, &files, today, digest, ret, d);
    (void)pthread_rwlock_unlock(&a->w.readers);
    return rc;
}

/* --- opening --- */

enum rc askers_open(const char *folder, uint64_t bytes_max, int32_t today, struct askers **ret,
                    struct diag *d)
{
    assert(folder && ret);

    char lock[PATH_LEN];
    struct askers *const a = calloc(1, sizeof *a);
    if (!a)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "what employers ask");
    a->bytes_max = bytes_max;
    a->begun = today;
    a->lock_file = -1;
    writer_init(&a->w);
    (void)pthread_mutex_init(&a->lock, NULL);
    enum rc rc = path_join("", folder, a->folder, d);
    if (rc == RC_OK)
        rc = folder_make(folder, 0700, d);
    if (rc == RC_OK)
        rc = path_join(folder, LOCK_NAME, lock, d);
    if (rc == RC_OK)
        rc = lock_take(lock, &a->lock_file, d);
    if (rc != RC_OK) {
        askers_close(a);
        return rc;
    }
    (void)turn_to(a, today, NULL); /* tried again, and told, with the first row */
    *ret = a;
    return RC_OK;
}

void askers_close(struct askers *a)
{
    if (!a)
        return;
    (void)wait_for_disk(a, NULL); /* nobody is left who could be told */
    writer_free(&a->w);
    fd_close_at(&a->lock_file);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}
