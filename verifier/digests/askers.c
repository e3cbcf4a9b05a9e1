#include "verifier/digests/askers.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verifier/digests/askers_files.h"

#define LOCK_NAME "lock"
#define FILE_MODE 0600
#define NO_DAY    INT32_MIN

/* An employer as this day's file has it. */
struct known {
    char name[EMPLOYER_NAME_MAX + 1];
    char purpose[EMPLOYER_PURPOSE_MAX + 1];
};

struct askers {
    char folder[PATH_LEN];
    uint64_t bytes_max;
    int lock_file;
    pthread_mutex_t lock; /* of what follows */
    int32_t day;          /* whose file is open; NO_DAY */
    int fd;
    bool unsettled;
    uint64_t len;    /* of the day's file */
    uint64_t others; /* bytes of the other days */
    struct known *known;
    size_t known_count, known_room, known_last;
};

/* --- a day's file, to be appended to --- */

static void leave_day(struct askers *a)
{
    fd_close_at(&a->fd);
    a->day = NO_DAY;
    a->known_count = a->known_last = 0;
}

static enum rc remember(struct askers *a, struct span name, struct span purpose, struct diag *d)
{
    if (a->known_count == a->known_room) {
        const size_t room = a->known_room ? 2 * a->known_room : 16;
        struct known *const grown = realloc(a->known, room * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "employers of a day");
        a->known = grown;
        a->known_room = room;
    }
    struct known *const k = &a->known[a->known_count];
    if (name.len >= sizeof k->name || purpose.len >= sizeof k->purpose)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "an employer's name or purpose is too long");
    *k = (struct known){ .name = "" };
    memcpy(k->name, name.ptr, name.len);
    memcpy(k->purpose, purpose.ptr, purpose.len);
    a->known_count++;
    return RC_OK;
}

/* Learns who is in it, and where it ends. */
static enum rc read_day(struct askers *a, const char *path, struct diag *d)
{
    ON_EXIT(mapping_close) struct mapping m = { 0 };
    struct askers_entry e = { .kind = ASKERS_ROW };
    size_t at = 0;
    enum rc rc = file_map(path, &m, d);
    const bool blank = rc == RC_OK && askers_is_blank(m.bytes);
    if (rc == RC_OK && !blank)
        rc = askers_begin(m.bytes, &at, d);
    while (rc == RC_OK && !blank && e.kind != ASKERS_END) {
        rc = askers_next(m.bytes, &at, &e, d);
        if (rc == RC_OK && e.kind == ASKERS_EMPLOYER)
            rc = remember(a, e.name, e.purpose, d);
    }
    a->len = at;
    return rc;
}

static enum rc append(struct askers *a, struct span bytes, struct diag *d)
{
    const ssize_t n = pwrite(a->fd, bytes.ptr, bytes.len, (off_t)a->len);
    if (n != (ssize_t)bytes.len) {
        const enum rc rc = n >= 0 || errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO;
        return diag_set(d, rc, DIAG_NO_OFFSET, "what employers ask cannot be written: %s",
                        n >= 0 ? "no room" : strerror(errno));
    }
    a->len += bytes.len;
    a->unsettled = true;
    return RC_OK;
}

static enum rc open_day(struct askers *a, int32_t day, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = askers_files_path(a->folder, day, path, d);
    if (rc != RC_OK)
        return rc;
    a->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (a->fd < 0)
        return diag_set(d, errno == ENOSPC ? RC_FULL : RC_IO, DIAG_NO_OFFSET, "'%.120s': %s", path,
                        strerror(errno));
    rc = read_day(a, path, d);
    if (rc == RC_OK && ftruncate(a->fd, (off_t)a->len) != 0)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%.120s': %s", path, strerror(errno));
    if (rc == RC_OK && a->len == 0)
        rc = append(a, SPAN_LITERAL(ASKERS_HEAD), d);
    a->day = day;
    return rc;
}

static enum rc trim(struct askers *a, int32_t today, uint64_t bytes_max, struct diag *d)
{
    struct askers_files files;
    const enum rc rc = askers_files_trim(a->folder, today, today, bytes_max, &files, d);
    a->others = files.bytes > a->len ? files.bytes - a->len : 0;
    return rc;
}

static enum rc sync_day(int fd, struct diag *d)
{
    return fdatasync(fd) == 0 ? RC_OK
                              : diag_set(d, RC_IO, DIAG_NO_OFFSET,
                                         "what employers ask cannot be kept: %s", strerror(errno));
}

/* What has gone wrong once is tried again with the next row. */
static enum rc turn_to(struct askers *a, int32_t today, struct diag *d)
{
    if (a->day == today)
        return RC_OK;
    enum rc rc = a->unsettled ? sync_day(a->fd, d) : RC_OK;
    if (rc != RC_OK)
        return rc;
    a->unsettled = false;
    leave_day(a);
    rc = open_day(a, today, d);
    if (rc == RC_OK)
        rc = trim(a, today, a->bytes_max, d);
    if (rc != RC_OK)
        leave_day(a);
    return rc;
}

/* --- adding --- */

static bool is_known(const struct askers *a, size_t i, const struct employer *e)
{
    return i < a->known_count && strcmp(a->known[i].name, e->name) == 0 &&
           strcmp(a->known[i].purpose, e->purpose) == 0;
}

/* known_count: not yet. A list is one employer's, row after row. */
static size_t find_known(struct askers *a, const struct employer *e)
{
    size_t i = a->known_last;
    if (!is_known(a, i, e))
        for (i = 0; i < a->known_count && !is_known(a, i, e); i++)
            ;
    a->known_last = i;
    return i;
}

static enum rc make_room(struct askers *a, int32_t today, size_t bytes, struct diag *d)
{
    if (a->len + a->others + bytes <= a->bytes_max)
        return RC_OK;
    const enum rc rc = trim(a, today, a->bytes_max > bytes ? a->bytes_max - bytes : 0, d);
    if (rc != RC_OK || a->len + a->others + bytes <= a->bytes_max)
        return rc;
    return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "this day has filled the room for what is asked");
}

static enum rc add(struct askers *a, int32_t today, const struct employer *e, bool watched,
                   const uint8_t *digest, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf entry = { 0 };
    const size_t who = find_known(a, e), known = a->known_count;
    enum rc rc = RC_OK;
    if (who == ASKERS_EMPLOYERS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "too many employers in a day");
    if (who == known) {
        rc = remember(a, span_text(e->name), span_text(e->purpose), d);
        askers_put_employer(&entry, span_text(e->name), span_text(e->purpose));
    }
    askers_put_row(&entry, (uint16_t)who, watched, digest);
    if (rc == RC_OK)
        rc = buf_rc(&entry, d);
    if (rc == RC_OK)
        rc = make_room(a, today, entry.len, d);
    if (rc == RC_OK)
        rc = append(a, buf_span(&entry), d);
    if (rc != RC_OK)
        a->known_count = known;
    return rc;
}

enum rc askers_add(struct askers *a, int32_t today, const struct employer *e, bool watched,
                   const uint8_t digest[LOOKUP_DIGEST_LEN], struct diag *d)
{
    assert(a && e && digest);

    (void)pthread_mutex_lock(&a->lock);
    enum rc rc = turn_to(a, today, d);
    if (rc == RC_OK)
        rc = add(a, today, e, watched, digest, d);
    (void)pthread_mutex_unlock(&a->lock);
    return rc;
}

/* Nobody waits for the disk meanwhile. */
enum rc askers_settle(struct askers *a, struct diag *d)
{
    (void)pthread_mutex_lock(&a->lock);
    ON_EXIT(fd_close_at) int fd = a->unsettled ? fcntl(a->fd, F_DUPFD_CLOEXEC, 0) : -1;
    a->unsettled = a->unsettled && fd < 0;
    (void)pthread_mutex_unlock(&a->lock);
    return fd >= 0 ? sync_day(fd, d) : RC_OK;
}

/* --- who has asked --- */

void askers_found_free(struct askers_found *f)
{
    buf_free(&f->texts);
}

enum rc askers_find(struct askers *a, int32_t today, const uint8_t digest[LOOKUP_DIGEST_LEN],
                    struct askers_found *ret, struct diag *d)
{
    assert(a && digest && ret);

    (void)pthread_mutex_lock(&a->lock);
    const enum rc rc = askers_files_search(a->folder, today, digest, ret, d);
    (void)pthread_mutex_unlock(&a->lock);
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
    a->day = NO_DAY;
    a->fd = a->lock_file = -1;
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
    if (askers_settle(a, NULL) != RC_OK)
        a->unsettled = false; /* nobody is left who could be told */
    leave_day(a);
    fd_close_at(&a->lock_file);
    free(a->known);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}
