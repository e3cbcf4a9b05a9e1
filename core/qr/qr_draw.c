#include "core/qr/qr.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/picture/picture.h"

/* The quiet zone is light. */
static bool dark_at(const struct qr *qr, unsigned x, unsigned y)
{
    if (x < QR_QUIET_ZONE || y < QR_QUIET_ZONE)
        return false;
    x -= QR_QUIET_ZONE;
    y -= QR_QUIET_ZONE;
    return x < qr->width && y < qr->width && qr->dark[y * qr->width + x];
}

static unsigned full_width(const struct qr *qr)
{
    return qr->width + 2 * QR_QUIET_ZONE;
}

void qr_svg_put(struct buf *to, const struct qr *qr)
{
    const unsigned width = full_width(qr);

    buf_printf(to,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%umm\" "
               "height=\"%umm\" "
               "shape-rendering=\"crispEdges\">\n<rect width=\"%u\" height=\"%u\" "
               "fill=\"#fff\"/>\n<path d=\"",
               width, width, width, width, width, width);
    for (unsigned y = 0; y < width; y++) {
        for (unsigned x = 0; x < width; x++) {
            unsigned run = 0;
            while (dark_at(qr, x + run, y))
                run++;
            if (run == 0)
                continue;
            buf_printf(to, "M%u %uh%uv1h-%uz", x, y, run, run);
            x += run;
        }
    }
    buf_put_text(to, "\"/>\n</svg>\n");
}

enum rc qr_png_put(struct buf *to, const struct qr *qr, unsigned scale, struct diag *d)
{
    assert(scale >= 1 && scale <= 64);

    const unsigned side = full_width(qr) * scale;
    ON_EXIT(buf_free_at) struct buf grey = { 0 };
    uint8_t *pixels = buf_reserve(&grey, (size_t)side * side);
    if (!pixels)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a picture of %u by %u", side, side);

    for (unsigned y = 0; y < side; y++) {
        for (unsigned x = 0; x < side; x++)
            pixels[(size_t)y * side + x] = dark_at(qr, x / scale, y / scale) ? 0 : 255;
    }
    return picture_write_png(to, pixels, side, side, d);
}

void qr_terminal_put(struct buf *to, const struct qr *qr, bool colours)
{
    static const char *const halves[] = { "█", "▄", "▀", " " }; /* light both, lower, upper, none */
    const unsigned width = full_width(qr);

    for (unsigned y = 0; y < width; y += 2) {
        buf_put_text(to, colours ? "\033[97;40m" : "");
        for (unsigned x = 0; x < width; x++)
            buf_put_text(to,
                         halves[dark_at(qr, x, y) + 2 * (y + 1 < width && dark_at(qr, x, y + 1))]);
        buf_put_text(to, colours ? "\033[0m\n" : "\n");
    }
}
