#include "verifier/picture/variants.h"

#include <stdlib.h>

#define BORDER    32  /* white pixels all around: a quiet zone that was cut off */
#define SMALL_MIN 200 /* a side under this is not made smaller */

static enum rc make(uint64_t width, uint64_t height, struct picture *ret, struct diag *d)
{
    if (width * height > VARIANT_PIXELS_MAX)
        return RC_OK;
    ret->grey = malloc((size_t)(width * height));
    if (!ret->grey)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "another form of the picture");
    ret->width = (uint32_t)width;
    ret->height = (uint32_t)height;
    return RC_OK;
}

/* Pixels outside are those of the edge. */
static unsigned at(const struct picture *p, int64_t x, int64_t y)
{
    if (x < 0)
        x = 0;
    if (y < 0)
        y = 0;
    if (x >= p->width)
        x = p->width - 1;
    if (y >= p->height)
        y = p->height - 1;
    return p->grey[(size_t)y * p->width + (size_t)x];
}

static enum rc bordered(const struct picture *p, struct picture *ret, struct diag *d)
{
    const enum rc rc =
        make(p->width + (uint64_t)2 * BORDER, p->height + (uint64_t)2 * BORDER, ret, d);
    if (rc != RC_OK || !ret->grey)
        return rc;

    memset(ret->grey, 255, (size_t)ret->width * ret->height);
    for (uint32_t y = 0; y < p->height; y++)
        memcpy(ret->grey + (size_t)(y + BORDER) * ret->width + BORDER,
               p->grey + (size_t)y * p->width, p->width);
    return RC_OK;
}

static enum rc doubled(const struct picture *p, struct picture *ret, struct diag *d)
{
    const enum rc rc = make((uint64_t)p->width * 2, (uint64_t)p->height * 2, ret, d);
    if (rc != RC_OK || !ret->grey)
        return rc;

    for (uint32_t y = 0; y < ret->height; y++)
        for (uint32_t x = 0; x < ret->width; x++) {
            const int64_t sx = x / 2, sy = y / 2;
            const int64_t nx = sx + (x % 2 ? 1 : -1), ny = sy + (y % 2 ? 1 : -1);
            const unsigned sum =
                9 * at(p, sx, sy) + 3 * at(p, nx, sy) + 3 * at(p, sx, ny) + at(p, nx, ny);
            ret->grey[(size_t)y * ret->width + x] = (uint8_t)((sum + 8) / 16);
        }
    return RC_OK;
}

static enum rc shrunk(const struct picture *p, unsigned by, struct picture *ret, struct diag *d)
{
    if (p->width / by < SMALL_MIN || p->height / by < SMALL_MIN)
        return RC_OK;
    const enum rc rc = make(p->width / by, p->height / by, ret, d);
    if (rc != RC_OK || !ret->grey)
        return rc;

    for (uint32_t y = 0; y < ret->height; y++)
        for (uint32_t x = 0; x < ret->width; x++) {
            unsigned sum = 0;
            for (unsigned i = 0; i < by * by; i++)
                sum += at(p, (int64_t)x * by + i % by, (int64_t)y * by + i / by);
            ret->grey[(size_t)y * ret->width + x] = (uint8_t)(sum / (by * by));
        }
    return RC_OK;
}

static enum rc halved(const struct picture *p, struct picture *ret, struct diag *d)
{
    return shrunk(p, 2, ret, d);
}

static enum rc quartered(const struct picture *p, struct picture *ret, struct diag *d)
{
    return shrunk(p, 4, ret, d);
}

static enum rc blurred(const struct picture *p, struct picture *ret, struct diag *d)
{
    static const unsigned weights[9] = { 1, 2, 1, 2, 4, 2, 1, 2, 1 };
    const enum rc rc = make(p->width, p->height, ret, d);
    if (rc != RC_OK || !ret->grey)
        return rc;

    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++) {
            unsigned sum = 0;
            for (int i = 0; i < 9; i++)
                sum += weights[i] * at(p, (int64_t)x + i % 3 - 1, (int64_t)y + i / 3 - 1);
            ret->grey[(size_t)y * p->width + x] = (uint8_t)(sum / 16);
        }
    return RC_OK;
}

static enum rc inverted(const struct picture *p, struct picture *ret, struct diag *d)
{
    const enum rc rc = make(p->width, p->height, ret, d);
    if (rc != RC_OK || !ret->grey)
        return rc;

    const size_t pixels = (size_t)p->width * p->height;
    for (size_t i = 0; i < pixels; i++)
        ret->grey[i] = (uint8_t)(255 - p->grey[i]);
    return RC_OK;
}

variant_fn *const variants[] = { bordered, halved, blurred, doubled, quartered, inverted };
const size_t variant_count = sizeof variants / sizeof variants[0];
