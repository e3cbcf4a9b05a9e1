#include "verifier/daemon/bulk_watch.h"

#include <assert.h>
#include <string.h>

/* Of this row when it was checked last; NULL: it was not on the list. */
static const uint8_t *last_mark(const struct bulk_list *l, size_t row)
{
    const size_t at = row * BULK_MARK_LEN;
    return at + BULK_MARK_LEN <= l->cursor.len ? l->cursor.ptr + at : NULL;
}

/* Days left are not in it: they change every day. */
static void put_line(struct buf *to, const struct bulk_result *r)
{
    buf_put_text(to, r->number);
    buf_put_be32(to, (uint32_t)r->found);
    if (r->found == BULK_FOUND) {
        buf_put_be32(to, (uint32_t)r->state);
        buf_put_be32(to, (uint32_t)r->in_force);
        buf_put_be32(to, (uint32_t)r->deadline);
    }
}

static void make_mark(const struct bulk_list *l, const struct bulk_result *lines, size_t count,
                      uint8_t ret[SHA256_LEN])
{
    const size_t row = lines->row;
    ON_EXIT(buf_wipe_at) struct buf text = { 0 };
    (void)buf_reserve(&text, l->rows[row].len[0] + l->rows[row].len[1] + l->rows[row].len[2] + 16 +
                                 count * (LOOKUP_NUMBER_MAX + 16));
    for (size_t f = 0; f < BULK_FIELDS; f++) {
        const struct span cell = bulk_cell(l, row, (enum bulk_field)f);
        buf_put_be32(&text, (uint32_t)cell.len);
        buf_put_span(&text, cell);
    }
    for (size_t i = 0; i < count; i++)
        put_line(&text, &lines[i]);
    sha256(buf_span(&text), ret);
}

static bool all_checked(const struct bulk_result *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (lines[i].found == BULK_NOT_CHECKED)
            return false;
    return true;
}

void watch_mark(const struct bulk_list *l, const struct bulk_result *lines, size_t count,
                struct buf *to)
{
    uint8_t mark[SHA256_LEN];
    const uint8_t *const last = last_mark(l, lines->row);
    if (!all_checked(lines, count) && last) {
        buf_put(to, last, BULK_MARK_LEN);
        return;
    }
    make_mark(l, lines, count, mark);
    buf_put(to, mark, BULK_MARK_LEN);
}

bool watch_tells(const struct bulk_list *l, const struct bulk_result *lines, size_t count,
                 struct span marks)
{
    const size_t row = lines->row;
    assert((row + 1) * BULK_MARK_LEN <= marks.len);

    const uint8_t *const last = last_mark(l, row);
    return !all_checked(lines, count) || !last ||
           memcmp(last, marks.ptr + row * BULK_MARK_LEN, BULK_MARK_LEN) != 0;
}
