#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/sys/log.h"
#include "verifier/digests/askers_files.h"

/* Room for the texts of every asker: made at once, for the spans borrow it. */
#define TEXTS_MAX ((size_t)DIGESTS_ASKERS_MAX * (DIGESTS_EMPLOYER_MAX + DIGESTS_PURPOSE_MAX))

_Static_assert(EMPLOYER_NAME_MAX <= DIGESTS_EMPLOYER_MAX, "a name fits a message");
_Static_assert(EMPLOYER_PURPOSE_MAX <= DIGESTS_PURPOSE_MAX, "a purpose fits a message");

/* One day's file being read. */
struct day {
    int32_t day;
    struct mapping file;
    struct askers_entry *employers; /* owned */
    size_t count, room;
    size_t first; /* of its askers in told */
    bool gap;     /* it cannot be read whole */
};

static void day_close(struct day *y)
{
    free(y->employers);
    mapping_close(&y->file);
}

static enum rc note_employer(struct day *y, const struct askers_entry *e, struct diag *d)
{
    if (y->count == y->room) {
        const size_t room = y->room ? 2 * y->room : 16;
        struct askers_entry *const grown = realloc(y->employers, room * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "employers of a day");
        y->employers = grown;
        y->room = room;
    }
    y->employers[y->count++] = *e;
    return RC_OK;
}

static struct span keep(struct buf *texts, struct span s)
{
    const struct span kept = span_of(texts->ptr + texts->len, s.len);
    buf_put_span(texts, s);
    return kept;
}

static bool is_told(const struct day *y, const struct digests_told *t,
                    const struct askers_entry *who, bool watched)
{
    for (size_t i = y->first; i < t->count; i++)
        if (t->at[i].watched == watched && span_equal(t->at[i].employer, who->name) &&
            span_equal(t->at[i].purpose, who->purpose))
            return true;
    return false;
}

static enum rc tell(const struct day *y, const struct askers_entry *row, struct askers_found *ret,
                    struct diag *d)
{
    struct digests_told *const t = &ret->told;
    if (row->employer >= y->count)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a row of an employer who is not there");
    const struct askers_entry *const who = &y->employers[row->employer];
    if (who->name.len > DIGESTS_EMPLOYER_MAX || who->purpose.len > DIGESTS_PURPOSE_MAX)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "an employer's name or purpose is too long");
    if (is_told(y, t, who, row->watched))
        return RC_OK;
    if (t->count == DIGESTS_ASKERS_MAX) {
        t->more = true;
        return RC_OK;
    }
    t->at[t->count++] = (struct digests_asker){ .day = y->day,
                                                .watched = row->watched,
                                                .employer = keep(&ret->texts, who->name),
                                                .purpose = keep(&ret->texts, who->purpose) };
    return RC_OK;
}

static enum rc search_entries(struct day *y, struct span file, const uint8_t *digest,
                              struct askers_found *ret, struct diag *d)
{
    size_t at = 0;
    struct askers_entry e = { .kind = ASKERS_ROW };
    enum rc rc = askers_begin(file, &at, d);
    while (rc == RC_OK && e.kind != ASKERS_END) {
        rc = askers_next(file, &at, &e, d);
        y->gap = y->gap || e.kind == ASKERS_GAP;
        if (rc == RC_OK && e.kind == ASKERS_EMPLOYER)
            rc = note_employer(y, &e, d);
        if (rc == RC_OK && e.kind == ASKERS_ROW && memcmp(e.digest, digest, LOOKUP_DIGEST_LEN) == 0)
            rc = tell(y, &e, ret, d);
    }
    return rc;
}

static enum rc search_day(const char *folder, const struct askers_files *files, struct day *y,
                          const uint8_t *digest, struct askers_found *ret, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = askers_files_path(folder, y->day, path, d);
    if (rc == RC_OK)
        rc = file_map(path, &y->file, d);
    if (rc != RC_OK)
        return rc;
    struct span file = y->file.bytes;
    if (y->day == files->open && files->open_len < file.len)
        file.len = (size_t)files->open_len;
    return askers_is_blank(file) ? RC_OK : search_entries(y, file, digest, ret, d);
}

static void tell_unread(const struct day *y, enum rc rc, const struct diag *d)
{
    char day[DATE_TEXT_LEN + 1];
    date_format(y->day, day);
    struct log_line l = log_begin(LEVEL_ERROR, "asked_day_not_read");
    log_word(&l, "day", day);
    log_cause(&l, rc, d);
    log_end(&l);
}

/* One bad day leaves the others as they are. gap: a later day has one. */
static enum rc take_day(const char *folder, const struct askers_files *files, struct day *y,
                        const uint8_t *digest, bool *gap, struct askers_found *ret, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = search_day(folder, files, y, digest, ret, &why);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_NOMEM)
        return diag_set(d, rc, DIAG_NO_OFFSET, "a day of what employers have asked");
    if (rc != RC_OK)
        tell_unread(y, rc, &why);
    y->gap = y->gap || rc != RC_OK;
    if (!*gap && y->gap)
        ret->told.since = y->day + 1;
    else if (!*gap && y->day < ret->told.since)
        ret->told.since = y->day;
    *gap = *gap || y->gap;
    return RC_OK;
}

enum rc askers_files_search(const char *folder, const struct askers_files *files, int32_t today,
                            const uint8_t *digest, struct askers_found *ret, struct diag *d)
{
    bool gap = false;
    enum rc rc = buf_reserve(&ret->texts, TEXTS_MAX) ? RC_OK : buf_rc(&ret->texts, d);
    ret->told.since = today;
    for (size_t i = files->count; rc == RC_OK && i-- > 0 && !ret->told.more;) {
        ON_EXIT(day_close) struct day y = { .day = files->days[i], .first = ret->told.count };
        if (y.day <= today - (int32_t)ASKERS_DAYS)
            break;
        rc = take_day(folder, files, &y, digest, &gap, ret, d);
    }
    return rc;
}
