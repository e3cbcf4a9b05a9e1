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

/* Length of the dark run that begins at (x, y); 0: none begins there. */
static unsigned run_width(const struct qr *qr, unsigned x, unsigned y)
{
    const uint8_t *row = qr->dark + (size_t)y * qr->width;
    unsigned width = 0;
    if (y == qr->width || (x > 0 && row[x - 1]))
        return 0;
    while (x + width < qr->width && row[x + width])
        width++;
    return width;
}

/* open: by first column, the run that reaches down to the row above; height 0: none. */
static void put_ended_runs(struct buf *to, const struct qr *qr, unsigned y, struct run *open)
{
    for (unsigned x = 0; x < qr->width; x++) {
        const unsigned width = run_width(qr, x, y);
        if (open[x].height > 0 && open[x].width == width) {
            open[x].height++;
            continue;
        }
        if (open[x].height > 0)
            put_run(to, &open[x]);
        open[x] = (struct run){ x, y, width, width > 0 };
    }
}

/* Dark runs of a row; one that equals the run above it makes that one higher. */
static void put_runs(struct buf *to, const struct qr *qr)
{
    struct run open[QR_WIDTH_MAX] = { { 0 } };
    for (unsigned y = 0; y <= qr->width; y++)
        put_ended_runs(to, qr, y, open);
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
