#include "verifier/digests/askers_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/sys/log.h"

static void close_folder_at(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static int order_of(const void *a, const void *b)
{
    const int32_t *const x = a, *const y = b;
    return (*x > *y) - (*x < *y);
}

enum rc askers_files_path(const char *folder, int32_t day, char ret[PATH_LEN], struct diag *d)
{
    char name[DATE_TEXT_LEN + 1];
    date_format(day, name);
    return path_join(folder, name, ret, d);
}

static uint64_t length_of(const char *folder, int32_t day)
{
    char path[PATH_LEN];
    struct stat st;
    return askers_files_path(folder, day, path, NULL) == RC_OK && stat(path, &st) == 0
               ? (uint64_t)st.st_size
               : 0;
}

enum rc askers_files_list(const char *folder, struct askers_files *ret, struct diag *d)
{
    ON_EXIT(close_folder_at) DIR *dir = opendir(folder);
    *ret = (struct askers_files){ .count = 0 };
    if (!dir)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%.120s': %s", folder, strerror(errno));
    for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        int32_t day;
        if (!date_parse(span_text(e->d_name), &day))
            continue;
        if (ret->count == ASKERS_FILES_MAX)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "'%.120s' has more than %u days", folder,
                            ASKERS_FILES_MAX);
        ret->bytes += length_of(folder, day);
        ret->days[ret->count++] = day;
    }
    qsort(ret->days, ret->count, sizeof ret->days[0], order_of);
    return RC_OK;
}

static enum rc remove_day(const char *folder, struct askers_files *f, size_t i, bool early,
                          struct diag *d)
{
    char path[PATH_LEN], day[DATE_TEXT_LEN + 1];
    const uint64_t bytes = length_of(folder, f->days[i]);
    const enum rc rc = askers_files_path(folder, f->days[i], path, d);
    if (rc != RC_OK)
        return rc;
    if (unlink(path) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%.120s': %s", path, strerror(errno));
    date_format(f->days[i], day);
    struct log_line l = log_begin(early ? LEVEL_WARN : LEVEL_INFO, "asked_day_removed");
    log_word(&l, "day", day);
    log_word(&l, "why", early ? "room" : "age");
    log_end(&l);
    f->bytes -= bytes;
    f->count--;
    memmove(&f->days[i], &f->days[i + 1], (f->count - i) * sizeof f->days[0]);
    return RC_OK;
}

/* The first day that may go; count: none. */
static size_t first_but(const struct askers_files *f, int32_t keep)
{
    return f->count > 0 && f->days[0] == keep ? 1 : 0;
}

/* No later than the days before it lead up to. */
static int32_t reckoned_from(const struct askers_files *f, int32_t today)
{
    size_t i = f->count;
    while (i > 0 && f->days[i - 1] >= today)
        i--;
    return i > 0 && f->days[i - 1] < today - (int32_t)ASKERS_LEAP
               ? f->days[i - 1] + (int32_t)ASKERS_LEAP
               : today;
}

enum rc askers_files_trim(const char *folder, int32_t today, int32_t keep, uint64_t bytes_max,
                          struct askers_files *ret, struct diag *d)
{
    enum rc rc = askers_files_list(folder, ret, d);
    const int32_t from = reckoned_from(ret, today);
    while (rc == RC_OK) {
        const size_t i = first_but(ret, keep);
        if (i >= ret->count)
            break;
        const bool old = ret->days[i] <= from - (int32_t)ASKERS_DAYS;
        if (!old && ret->bytes <= bytes_max)
            break;
        rc = remove_day(folder, ret, i, !old, d);
    }
    return rc;
}
