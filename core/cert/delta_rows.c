/*
 * Changed rows, ascending: the gap to the row before, one byte of code, and the numbers that the
 * code leaves open. The code has three digits: what becomes of the deadline, of the version, and
 * the new status.
 */
#include <assert.h>

#include "core/cert/delta.h"

#define DAY_S       86400
#define NUMBER_MAX  UINT32_MAX
#define NUMBER_BITS 7u /* of a byte of a number, low ones first */
#define NO_DEADLINE (-1)

/* Numbers are signed: never renumber. Most renewals move a deadline by whole years. */
enum { DEADLINE_WRITTEN = 7, DEADLINE_AS_LAST = 8, DEADLINE_WAYS = 9 };
static const int32_t deadline_steps[DEADLINE_WRITTEN] = { 0, 365, 366, 730, 731, 1095, 1096 };
enum { VERSION_SAME = 0, VERSION_NEXT = 1, VERSION_WRITTEN = 2, VERSION_WAYS = 3 };
#define STATUS_WAYS 3
#define CODES       (DEADLINE_WAYS * VERSION_WAYS * STATUS_WAYS)

static int64_t base_day(int64_t issued)
{
    return issued / DAY_S;
}

/* --- the maker --- */

static void put_number(struct buf *to, uint64_t v)
{
    for (; v >> NUMBER_BITS; v >>= NUMBER_BITS)
        buf_put_u8(to, (uint8_t)(v | 0x80));
    buf_put_u8(to, (uint8_t)v);
}

/* Small numbers of either sign in few bits: 0, -1, 1, -2, … */
static uint64_t fold(int64_t v)
{
    return v < 0 ? (uint64_t)(-(v + 1)) * 2 + 1 : (uint64_t)v * 2;
}

static int64_t unfold(uint64_t v)
{
    return v & 1 ? -(int64_t)(v >> 1) - 1 : (int64_t)(v >> 1);
}

static unsigned deadline_way(const struct column_row *old, const struct column_row *new,
                             int64_t last)
{
    for (unsigned i = 0; i < DEADLINE_WRITTEN; i++) {
        if (new->deadline - old->deadline == deadline_steps[i])
            return i;
    }
    return new->deadline == last ? DEADLINE_AS_LAST : DEADLINE_WRITTEN;
}

static unsigned version_way(const struct column_row *old, const struct column_row *new)
{
    if (new->version == old->version)
        return VERSION_SAME;
    return new->version == old->version + 1 ? VERSION_NEXT : VERSION_WRITTEN;
}

struct writing {
    struct buf *to;
    uint32_t next, count;
    int64_t base, last;
};

static void put_change(struct writing *w, uint32_t index, const struct column_row *old,
                       const struct column_row *new)
{
    const unsigned deadline = deadline_way(old, new, w->last), version = version_way(old, new);
    put_number(w->to, index - w->next);
    buf_put_u8(w->to, (uint8_t)((deadline * VERSION_WAYS + version) * STATUS_WAYS + new->status));
    if (version == VERSION_WRITTEN)
        put_number(w->to, new->version);
    if (deadline == DEADLINE_WRITTEN) {
        put_number(w->to, fold(new->deadline - w->base));
        w->last = new->deadline;
    }
    w->next = index + 1;
    w->count++;
}

static bool same_row(const struct column_row *a, const struct column_row *b)
{
    return a->status == b->status && a->version == b->version && a->deadline == b->deadline;
}

uint32_t delta_changes_put(const struct columns *old, const struct columns *new, int64_t issued,
                           struct buf *to)
{
    assert(old && new &&to && old->count <= new->count);

    static const struct column_row never = { .version = 0 };
    struct writing w = { .to = to, .base = base_day(issued), .last = NO_DEADLINE };
    for (uint32_t i = 0; i < new->count; i++) {
        const struct column_row *const before = i < old->count ? &old->rows[i] : &never;
        if (!same_row(before, &new->rows[i]))
            put_change(&w, i, before, &new->rows[i]);
    }
    return w.count;
}

/* --- the reader --- */

struct delta_changes delta_changes_over(const struct delta *delta)
{
    return (struct delta_changes){
        .r = reader_over(delta->changes),
        .base = base_day(delta->issued),
        .last = NO_DEADLINE,
    };
}

static enum rc take_number(struct delta_changes *c, uint64_t *ret, struct diag *d)
{
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += NUMBER_BITS) {
        uint8_t byte;
        if (!reader_u8(&c->r, &byte))
            return diag_set(d, RC_FORMAT, c->r.pos, "the changed rows are cut short");
        if ((byte == 0 && shift > 0) || shift > 4 * NUMBER_BITS)
            return diag_set(d, RC_FORMAT, c->r.pos - 1, "a number longer than it need be");
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    if (v > NUMBER_MAX)
        return diag_set(d, RC_FORMAT, c->r.pos, "a number over %u", NUMBER_MAX);
    *ret = v;
    return RC_OK;
}

static enum rc take_index(struct delta_changes *c, struct delta_change *ret, struct diag *d)
{
    uint64_t gap = 0;
    const enum rc rc = take_number(c, &gap, d);
    if (rc != RC_OK)
        return rc;
    if (c->next + gap >= COLUMN_ROWS_MAX)
        return diag_set(d, RC_FORMAT, c->r.pos, "a changed row past %u", COLUMN_ROWS_MAX);
    ret->index = (uint32_t)(c->next + gap);
    c->next += gap + 1;
    return RC_OK;
}

static enum rc take_version(struct delta_changes *c, unsigned way, struct delta_change *ret,
                            struct diag *d)
{
    uint64_t v = way;
    const enum rc rc = way == VERSION_WRITTEN ? take_number(c, &v, d) : RC_OK;
    ret->sets_version = way == VERSION_WRITTEN;
    ret->version = (int64_t)v;
    return rc;
}

static enum rc take_deadline(struct delta_changes *c, unsigned way, struct delta_change *ret,
                             struct diag *d)
{
    ret->sets_deadline = way >= DEADLINE_WRITTEN;
    if (!ret->sets_deadline) {
        ret->deadline = deadline_steps[way];
        return RC_OK;
    }
    if (way == DEADLINE_WRITTEN) {
        uint64_t folded = 0;
        const enum rc rc = take_number(c, &folded, d);
        if (rc != RC_OK)
            return rc;
        c->last = c->base + unfold(folded);
    }
    ret->deadline = c->last;
    return c->last >= 0 ? RC_OK
                        : diag_set(d, RC_FORMAT, c->r.pos, "a deadline like one that is not there");
}

enum rc delta_change_next(struct delta_changes *c, struct delta_change *ret, bool *ret_more,
                          struct diag *d)
{
    assert(c && ret && ret_more);

    *ret_more = reader_left(&c->r) > 0;
    if (!*ret_more)
        return RC_OK;

    struct delta_change change = { .index = 0 };
    uint8_t code = 0;
    enum rc rc = take_index(c, &change, d);
    if (rc == RC_OK && (!reader_u8(&c->r, &code) || code >= CODES))
        rc = diag_set(d, RC_FORMAT, c->r.pos, "no code of a changed row");
    if (rc == RC_OK)
        rc = take_version(c, code / STATUS_WAYS % VERSION_WAYS, &change, d);
    if (rc == RC_OK)
        rc = take_deadline(c, code / STATUS_WAYS / VERSION_WAYS, &change, d);
    if (rc != RC_OK)
        return rc;
    change.status = code % STATUS_WAYS;
    *ret = change;
    return RC_OK;
}

enum rc delta_change_apply(const struct delta_change *c, struct column_row *row, struct diag *d)
{
    assert(c && row);

    const int64_t version = c->sets_version ? c->version : row->version + c->version;
    const int64_t deadline = c->sets_deadline ? c->deadline : row->deadline + c->deadline;
    if (version > COLUMN_VERSION_MAX || deadline > COLUMN_DEADLINE_MAX)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "row %u would have version %lld and deadline %lld", c->index,
                        (long long)version, (long long)deadline);
    *row = (struct column_row){ .status = c->status,
                                .version = (uint16_t)version,
                                .deadline = (int32_t)deadline };
    return RC_OK;
}
