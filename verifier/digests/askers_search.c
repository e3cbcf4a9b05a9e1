#include <stdlib.h>

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

static enum rc search_day(const char *folder, struct day *y, const uint8_t *digest,
                          struct askers_found *ret, struct diag *d)
{
    char path[PATH_LEN];
    size_t at = 0;
    struct askers_entry e = { .kind = ASKERS_ROW };
    enum rc rc = askers_files_path(folder, y->day, path, d);
    if (rc == RC_OK)
        rc = file_map(path, &y->file, d);
    if (rc != RC_OK || askers_is_blank(y->file.bytes))
        return rc;
    rc = askers_begin(y->file.bytes, &at, d);
    while (rc == RC_OK && e.kind != ASKERS_END) {
        rc = askers_next(y->file.bytes, &at, &e, d);
        if (rc == RC_OK && e.kind == ASKERS_EMPLOYER)
            rc = note_employer(y, &e, d);
        if (rc == RC_OK && e.kind == ASKERS_ROW && memcmp(e.digest, digest, LOOKUP_DIGEST_LEN) == 0)
            rc = tell(y, &e, ret, d);
    }
    return rc;
}

enum rc askers_files_search(const char *folder, int32_t today, const uint8_t *digest,
                            struct askers_found *ret, struct diag *d)
{
    struct askers_files files;
    enum rc rc = askers_files_list(folder, &files, d);
    ret->told.since = today;
    if (rc == RC_OK && !buf_reserve(&ret->texts, TEXTS_MAX))
        rc = buf_rc(&ret->texts, d);
    for (size_t i = files.count; rc == RC_OK && i-- > 0 && !ret->told.more;) {
        ON_EXIT(day_close) struct day y = { .day = files.days[i], .first = ret->told.count };
        if (y.day <= today - (int32_t)ASKERS_DAYS)
            break;
        rc = search_day(folder, &y, digest, ret, d);
        if (y.day < ret->told.since)
            ret->told.since = y.day;
    }
    return rc;
}
