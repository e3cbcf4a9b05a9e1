#include "issuer/reminder/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/sys/file.h"

/* NUMBER DEADLINE DAYS STATE ATTEMPTS TIME */
#define FIELDS         6
#define LINE_MAX_BYTES 256u
#define JOURNAL_MAX    ((size_t)1 << 30) /* bytes */
#define FIRST_SLOTS    1024u             /* a power of two */
#define DAYS_MAX       3650u
#define ATTEMPTS_MAX   1000u

static const char *const words[] = { [REMINDER_NEW] = "",
                                     [REMINDER_TRYING] = "trying",
                                     [REMINDER_FAILED] = "failed",
                                     [REMINDER_SENT] = "sent",
                                     [REMINDER_DEAD] = "dead" };
#define WORDS (sizeof words / sizeof words[0])

struct entry {
    struct reminder_key key;
    struct reminder_fate fate;
};

struct journal {
    int fd;
    size_t count, cap;
    struct entry *entries;
    size_t slot_count;
    uint32_t *slots; /* place of an entry plus one; 0: free */
};

/* --- in memory --- */

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const struct reminder_key *k)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (const char *c = k->number; *c; c++)
        h = (h ^ (uint8_t)*c) * UINT64_C(1099511628211);
    h = (h ^ (uint32_t)k->deadline) * UINT64_C(1099511628211);
    return (h ^ k->days) * UINT64_C(1099511628211);
}

static bool same(const struct reminder_key *a, const struct reminder_key *b)
{
    return a->deadline == b->deadline && a->days == b->days && strcmp(a->number, b->number) == 0;
}

/* Where the key stands, or the free slot where it would. */
static size_t slot_of(const struct journal *j, const struct reminder_key *k)
{
    size_t at = hash_of(k) & (j->slot_count - 1);
    while (j->slots[at] != 0 && !same(&j->entries[j->slots[at] - 1].key, k))
        at = (at + 1) & (j->slot_count - 1);
    return at;
}

static enum rc no_memory(struct diag *d)
{
    return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the journal of reminders");
}

static enum rc grow(struct journal *j, struct diag *d)
{
    const size_t cap = j->cap > 0 ? 2 * j->cap : FIRST_SLOTS / 2;
    struct entry *const entries = realloc(j->entries, cap * sizeof *entries);
    if (!entries)
        return no_memory(d);
    j->entries = entries;
    j->cap = cap;
    uint32_t *const slots = calloc(2 * cap, sizeof *slots);
    if (!slots)
        return no_memory(d);
    free(j->slots);
    j->slots = slots;
    j->slot_count = 2 * cap;
    for (size_t i = 0; i < j->count; i++)
        j->slots[slot_of(j, &j->entries[i].key)] = (uint32_t)(i + 1);
    return RC_OK;
}

static enum rc remember(struct journal *j, const struct reminder_key *k,
                        const struct reminder_fate *f, struct diag *d)
{
    if (j->count == j->cap) {
        const enum rc rc = grow(j, d);
        if (rc != RC_OK)
            return rc;
    }
    const size_t at = slot_of(j, k);
    if (j->slots[at] == 0) {
        j->entries[j->count] = (struct entry){ .key = *k };
        j->slots[at] = (uint32_t)++j->count;
    }
    j->entries[j->slots[at] - 1].fate = *f;
    return RC_OK;
}

/* --- lines --- */

static void put_line(struct buf *to, const struct reminder_key *k, const struct reminder_fate *f)
{
    char deadline[DATE_TEXT_LEN + 1], at[TIME_TEXT_LEN + 1];
    date_format(k->deadline, deadline);
    time_format(f->at, at);
    buf_printf(to, "%s %s %" PRIu32 " %s %" PRIu32 " %s\n", k->number, deadline, k->days,
               words[f->state], f->attempts, at);
}

static bool read_count(struct span s, uint32_t max, uint32_t *ret)
{
    uint32_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9' || v > max)
            return false;
        v = v * 10 + (uint32_t)(s.ptr[i] - '0');
    }
    *ret = v;
    return s.len > 0 && v <= max;
}

static bool read_state(struct span s, enum reminder_state *ret)
{
    for (size_t i = 1; i < WORDS; i++) {
        if (span_equal(s, span_text(words[i]))) {
            *ret = (enum reminder_state)i;
            return true;
        }
    }
    return false;
}

static size_t split(struct span line, struct span ret[FIELDS])
{
    size_t count = 0, from = 0;
    for (size_t i = 0; i <= line.len; i++) {
        if (i < line.len && line.ptr[i] != ' ')
            continue;
        if (count < FIELDS)
            ret[count] = span_of(line.ptr + from, i - from);
        count++;
        from = i + 1;
    }
    return count;
}

static bool read_line(struct span line, struct reminder_key *k, struct reminder_fate *f)
{
    struct span field[FIELDS];
    *k = (struct reminder_key){ 0 };
    *f = (struct reminder_fate){ 0 };
    if (line.len > LINE_MAX_BYTES || split(line, field) != FIELDS || field[0].len == 0 ||
        field[0].len > NUMBER_MAX)
        return false;
    memcpy(k->number, field[0].ptr, field[0].len);
    return date_parse(field[1], &k->deadline) && read_count(field[2], DAYS_MAX, &k->days) &&
           read_state(field[3], &f->state) && read_count(field[4], ATTEMPTS_MAX, &f->attempts) &&
           time_parse(field[5], &f->at);
}

/* --- the file --- */

/* ret_dropped: what is in memory is less than what the file holds. */
static enum rc read_all(struct journal *j, struct span text, int32_t oldest, bool *ret_dropped,
                        struct diag *d)
{
    size_t from = 0, line = 1;
    *ret_dropped = false;
    for (size_t i = 0; i < text.len; i++) {
        struct reminder_key k;
        struct reminder_fate f;
        if (text.ptr[i] != '\n')
            continue;
        if (!read_line(span_of(text.ptr + from, i - from), &k, &f))
            return diag_set(d, RC_FORMAT, from, "the journal of reminders: line %zu", line);
        const enum rc rc = k.deadline < oldest ? RC_OK : remember(j, &k, &f, d);
        if (rc != RC_OK)
            return rc;
        *ret_dropped = *ret_dropped || k.deadline < oldest;
        from = i + 1;
        line++;
    }
    *ret_dropped = *ret_dropped || from < text.len || line - 1 > 2 * j->count;
    return RC_OK;
}

static enum rc rewrite(const struct journal *j, const char *path, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (size_t i = 0; i < j->count; i++)
        put_line(&text, &j->entries[i].key, &j->entries[i].fate);
    const enum rc rc = buf_rc(&text, d);
    return rc == RC_OK ? file_replace(path, buf_span(&text), 0600, d) : rc;
}

static enum rc open_file(struct journal *j, const char *path, int32_t oldest, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    bool dropped = false;
    enum rc rc = file_read(path, JOURNAL_MAX, &text, NULL);
    const bool is_new = rc == RC_NOT_FOUND;
    if (rc != RC_OK && !is_new)
        return diag_set(d, rc, DIAG_NO_OFFSET, "cannot read '%.150s'", path);
    rc = grow(j, d);
    if (rc == RC_OK)
        rc = read_all(j, buf_span(&text), oldest, &dropped, d);
    if (rc == RC_OK && (dropped || is_new))
        rc = rewrite(j, path, d);
    if (rc != RC_OK)
        return rc;
    j->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    return j->fd >= 0 ? RC_OK
                      : diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot write '%.150s': %s", path,
                                 strerror(errno));
}

enum rc journal_open(const char *path, int32_t oldest, struct journal **ret, struct diag *d)
{
    assert(path && ret);

    struct journal *const j = calloc(1, sizeof *j);
    if (!j)
        return no_memory(d);
    j->fd = -1;
    const enum rc rc = open_file(j, path, oldest, d);
    if (rc != RC_OK) {
        journal_close(j);
        return rc;
    }
    *ret = j;
    return RC_OK;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    fd_close_at(&j->fd);
    free(j->entries);
    free(j->slots);
    free(j);
}

struct reminder_fate journal_find(const struct journal *j, const struct reminder_key *k)
{
    const size_t at = slot_of(j, k);
    return j->slots[at] == 0 ? (struct reminder_fate){ 0 } : j->entries[j->slots[at] - 1].fate;
}

static enum rc append(const struct journal *j, struct span line, struct diag *d)
{
    const ssize_t n = write(j->fd, line.ptr, line.len);
    if (n == (ssize_t)line.len && fdatasync(j->fd) == 0)
        return RC_OK;
    return diag_set(d, n >= 0 || errno == ENOSPC ? RC_FULL : RC_IO, DIAG_NO_OFFSET,
                    "cannot write the journal of reminders");
}

enum rc journal_put(struct journal *j, const struct reminder_key *k, const struct reminder_fate *f,
                    struct diag *d)
{
    assert(j && k && f && f->state > REMINDER_NEW && f->state <= REMINDER_DEAD);

    ON_EXIT(buf_free_at) struct buf line = { 0 };
    put_line(&line, k, f);
    enum rc rc = buf_rc(&line, d);
    if (rc == RC_OK)
        rc = append(j, buf_span(&line), d);
    return rc == RC_OK ? remember(j, k, f, d) : rc;
}

size_t journal_count(const struct journal *j)
{
    return j->count;
}

const struct reminder_key *journal_at(const struct journal *j, size_t i, struct reminder_fate *ret)
{
    assert(i < j->count);
    *ret = j->entries[i].fate;
    return &j->entries[i].key;
}
