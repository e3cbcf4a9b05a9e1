#include <string.h>

#include "layouts/pdf_own.h"

#define MODULE_MIN ((int32_t)(0.5 * MPT_PER_MM)) /* docs/formats.md, "QR" */

struct run {
    unsigned x, y, width, height;
};

static uint8_t *put_small(uint8_t *p, unsigned v)
{
    if (v >= 100)
        *p++ = (uint8_t)('0' + v / 100);
    if (v >= 10)
        *p++ = (uint8_t)('0' + v / 10 % 10);
    *p++ = (uint8_t)('0' + v % 10);
    *p++ = ' ';
    return p;
}

#define RUN_TEXT_MAX 19 /* four numbers of at most three digits, "re" */

static void put_run(struct buf *to, const struct run *run)
{
    uint8_t *const begin = buf_reserve(to, RUN_TEXT_MAX);
    if (!begin)
        return;
    uint8_t *p = put_small(begin, run->x);
    p = put_small(p, run->y);
    p = put_small(p, run->width);
    p = put_small(p, run->height);
    *p++ = 'r';
    *p++ = 'e';
    *p++ = '\n';
    to->len += (size_t)(p - begin);
}

#define ROW_RUNS_MAX ((QR_WIDTH_MAX + 1) / 2)

/* The dark runs of a row, from left to right; none below the last. */
static size_t find_runs(const struct qr *qr, unsigned y, struct run ret[ROW_RUNS_MAX])
{
    if (y == qr->width)
        return 0;
    size_t count = 0;
    const uint8_t *const row = qr->dark + (size_t)y * qr->width, *const end = row + qr->width;
    const uint8_t *p = memchr(row, 1, qr->width);
    while (p) {
        const uint8_t *const light = memchr(p, 0, (size_t)(end - p));
        const uint8_t *const after = light ? light : end;
        ret[count++] = (struct run){ (unsigned)(p - row), y, (unsigned)(after - p), 1 };
        p = memchr(after, 1, (size_t)(end - after));
    }
    return count;
}

/* A run that equals the one above it makes that one higher; what ends above is written. */
static void join_runs(struct buf *to, const struct run *above, size_t above_count,
                      struct run *below, size_t below_count)
{
    size_t j = 0;
    for (size_t i = 0; i < above_count; i++) {
        while (j < below_count && below[j].x < above[i].x)
            j++;
        if (j < below_count && below[j].x == above[i].x && below[j].width == above[i].width) {
            below[j].y = above[i].y;
            below[j].height += above[i].height;
        } else {
            put_run(to, &above[i]);
        }
    }
}

static void put_runs(struct buf *to, const struct qr *qr)
{
    struct run rows[2][ROW_RUNS_MAX];
    size_t above = 0;
    for (unsigned y = 0; y <= qr->width; y++) {
        struct run *const row = rows[y % 2];
        const size_t count = find_runs(qr, y, row);
        join_runs(to, rows[(y + 1) % 2], above, row, count);
        above = count;
    }
}

enum rc pdf_qr_put(struct buf *to, const struct qr *qr, const struct layout_item *item,
                   int32_t page_height, struct diag *d)
{
    const int32_t module = item->width / (int32_t)(qr->width + 2 * QR_QUIET_ZONE);
    if (module < MODULE_MIN)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET,
                        "a QR code of %u modules has no room: they must be 0.5 mm or more",
                        qr->width);
    const int32_t spare = item->width - module * (int32_t)qr->width;

    buf_put_text(to, "q 0 g ");
    pdf_put_mpt(to, module);
    buf_put_text(to, " 0 0 ");
    pdf_put_mpt(to, -module);
    buf_put_u8(to, ' ');
    pdf_put_mpt(to, item->x + spare / 2);
    buf_put_u8(to, ' ');
    pdf_put_mpt(to, page_height - item->y - spare / 2);
    buf_put_text(to, " cm\n");
    put_runs(to, qr);
    buf_put_text(to, "f Q\n");
    return RC_OK;
}
