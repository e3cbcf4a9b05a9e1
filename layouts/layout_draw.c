#include "layouts/layout_draw.h"

#include <math.h>
#include <stdlib.h>

#include <hpdf.h>
#include <hpdf_pages.h>

#include "layouts/pdf_write.h"

struct layout_canvas {
    HPDF_Doc doc;
    HPDF_Page page;
    int32_t height;
};

/* Floats, because libharu's lengths are. */
static float points(int32_t mpt)
{
    return (float)mpt / 1000.0F;
}

static float up(const struct layout_canvas *canvas, int32_t y)
{
    return points(canvas->height - y);
}

/* Without a handler libharu keeps the first error, and every later call does nothing. */
enum rc layout_canvas_new(int32_t width, int32_t height, struct layout_canvas **ret, struct diag *d)
{
    ON_EXIT(layout_canvas_free_at) struct layout_canvas *canvas = calloc(1, sizeof *canvas);
    if (canvas)
        canvas->doc = HPDF_New(NULL, NULL);
    if (canvas && canvas->doc)
        canvas->page = HPDF_AddPage(canvas->doc);
    if (!canvas || !canvas->page)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a page to draw on");
    canvas->height = height;
    HPDF_Page_SetWidth(canvas->page, points(width));
    HPDF_Page_SetHeight(canvas->page, points(height));
    *ret = TAKE(canvas);
    return RC_OK;
}

void layout_canvas_free(struct layout_canvas *canvas)
{
    if (canvas && canvas->doc)
        HPDF_Free(canvas->doc);
    free(canvas);
}

static HPDF_Stream content_of(const struct layout_canvas *canvas)
{
    return ((HPDF_PageAttr)canvas->page->attr)->stream;
}

void layout_canvas_put(struct layout_canvas *canvas, struct span operators)
{
    const HPDF_STATUS status =
        HPDF_Stream_Write(content_of(canvas), operators.ptr, (HPDF_UINT)operators.len);
    if (status != HPDF_OK)
        HPDF_RaiseError(canvas->page->error, status, 0);
}

/* libharu writes five digits behind the point. Hundredths of a point are finer than any printer;
 * what is not above 1 may be part of a matrix and keeps three. */
#define GRAIN  10 /* thousandths */
#define MATRIX 1000

static bool in_number(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static void put_rounded_number(struct buf *to, struct span number)
{
    char text[40];
    if (number.len >= sizeof text || !memchr(number.ptr, '.', number.len)) {
        buf_put_span(to, number);
        return;
    }
    memcpy(text, number.ptr, number.len);
    text[number.len] = '\0';
    const double mpt = strtod(text, NULL) * 1000;
    const int32_t grain = fabs(mpt) <= MATRIX ? 1 : GRAIN;
    pdf_put_mpt(to, (int32_t)lround(mpt / grain) * grain);
}

/* The content holds no strings but hexadecimal ones, so a point is always in a number. */
static void put_rounded(struct buf *to, struct span content)
{
    for (size_t i = 0; i < content.len;) {
        size_t n = 0;
        while (i + n < content.len && in_number(content.ptr[i + n]))
            n++;
        if (n > 0)
            put_rounded_number(to, span_of(content.ptr + i, n));
        else
            buf_put_u8(to, content.ptr[i]);
        i += n > 0 ? n : 1;
    }
}

enum rc layout_canvas_take(struct layout_canvas *canvas, struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf drawn = { 0 };
    const HPDF_STATUS status = HPDF_GetError(canvas->doc);
    if (status != HPDF_OK)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "libharu cannot draw the layout: error %04lx",
                        (unsigned long)status);
    HPDF_Stream content = content_of(canvas);
    for (HPDF_UINT i = 0; i < HPDF_MemStream_GetBufCount(content); i++) {
        HPDF_UINT len = 0;
        const HPDF_BYTE *bytes = HPDF_MemStream_GetBufPtr(content, i, &len);
        buf_put(&drawn, bytes, len);
    }
    put_rounded(to, buf_span(&drawn));
    const enum rc rc = buf_rc(&drawn, d);
    return rc == RC_OK ? buf_rc(to, d) : rc;
}

static float part(int32_t colour, int shift)
{
    return (float)(colour >> shift & 0xFF) / 255.0F;
}

static void set_pens(HPDF_Page page, const struct layout_item *item)
{
    if (item->fill != LAYOUT_NO_COLOUR)
        HPDF_Page_SetRGBFill(page, part(item->fill, 16), part(item->fill, 8), part(item->fill, 0));
    if (item->stroke == LAYOUT_NO_COLOUR)
        return;
    HPDF_Page_SetRGBStroke(page, part(item->stroke, 16), part(item->stroke, 8),
                           part(item->stroke, 0));
    HPDF_Page_SetLineWidth(page, points(item->thick));
    const HPDF_UINT16 pattern[2] = { (HPDF_UINT16)(item->dash / 1000),
                                     (HPDF_UINT16)((item->gap ? item->gap : item->dash) / 1000) };
    HPDF_Page_SetDash(page, pattern, item->dash ? 2 : 0, 0);
}

static void paint(HPDF_Page page, const struct layout_item *item)
{
    if (item->fill == LAYOUT_NO_COLOUR)
        HPDF_Page_Stroke(page);
    else if (item->stroke == LAYOUT_NO_COLOUR)
        HPDF_Page_Fill(page);
    else
        HPDF_Page_FillStroke(page);
}

/* A quarter circle as one curve: its handles are this part of the radius. */
#define QUARTER 0.5523F

static void round_rect(HPDF_Page page, float x, float y, float w, float h, float r)
{
    const float k = r * (1 - QUARTER);
    HPDF_Page_MoveTo(page, x + r, y);
    HPDF_Page_LineTo(page, x + w - r, y);
    HPDF_Page_CurveTo(page, x + w - k, y, x + w, y + k, x + w, y + r);
    HPDF_Page_LineTo(page, x + w, y + h - r);
    HPDF_Page_CurveTo(page, x + w, y + h - k, x + w - k, y + h, x + w - r, y + h);
    HPDF_Page_LineTo(page, x + r, y + h);
    HPDF_Page_CurveTo(page, x + k, y + h, x, y + h - k, x, y + h - r);
    HPDF_Page_LineTo(page, x, y + r);
    HPDF_Page_CurveTo(page, x, y + k, x + k, y, x + r, y);
    HPDF_Page_ClosePath(page);
}

static void draw_rect(struct layout_canvas *c, const struct layout_item *item)
{
    const float x = points(item->x), y = up(c, item->y + item->height);
    const float w = points(item->width), h = points(item->height);
    if (item->corner != 0)
        round_rect(c->page, x, y, w, h, points(item->corner));
    else
        HPDF_Page_Rectangle(c->page, x, y, w, h);
}

static void draw_line(struct layout_canvas *c, const struct layout_item *item)
{
    HPDF_Page_MoveTo(c->page, points(item->x), up(c, item->y));
    HPDF_Page_LineTo(c->page, points(item->x2), up(c, item->y2));
}

static void draw_circle(struct layout_canvas *c, const struct layout_item *item)
{
    HPDF_Page_Circle(c->page, points(item->x), up(c, item->y), points(item->radius));
}

/* Five points, the first one on top; inner corners where the sides of a pentagram cross. */
static void draw_star(struct layout_canvas *c, const struct layout_item *item)
{
    const double turn = item->angle / 1000.0 * M_PI / 180;
    for (int i = 0; i < 10; i++) {
        const double angle = M_PI / 2 + turn + i * M_PI / 5;
        const double r = (i % 2 == 0 ? 1 : 0.381966) * item->radius / 1000.0;
        const float x = points(item->x) + (float)(r * cos(angle));
        const float y = up(c, item->y) + (float)(r * sin(angle));
        if (i == 0)
            HPDF_Page_MoveTo(c->page, x, y);
        else
            HPDF_Page_LineTo(c->page, x, y);
    }
    HPDF_Page_ClosePath(c->page);
}

/* A smooth curve: where it is at t, and how fast it moves. */
struct motion {
    double x, y, dx, dy;
};

/*
 * Rosettes and braids repeat one piece. Each copy has the same bytes under a matrix of its own, so
 * that the deflated page holds the piece once.
 */
struct curve {
    const struct layout_item *item;
    double phase;
};
#define BEZIERS 5 /* of one piece */

static void draw_curve(HPDF_Page page, const struct curve *curve, double end,
                       struct motion (*at)(const struct curve *, double))
{
    const double step = end / BEZIERS;
    struct motion a = at(curve, 0);
    HPDF_Page_MoveTo(page, (float)a.x, (float)a.y);
    for (unsigned i = 1; i <= BEZIERS; i++) {
        const struct motion b = at(curve, i * step);
        HPDF_Page_CurveTo(page, (float)(a.x + a.dx * step / 3), (float)(a.y + a.dy * step / 3),
                          (float)(b.x - b.dx * step / 3), (float)(b.y - b.dy * step / 3),
                          (float)b.x, (float)b.y);
        a = b;
    }
}

/* Where a copy of the piece goes. */
struct copy {
    double turn, x, y;
};

/* All strands of a piece, turned and moved. */
static void draw_piece(struct layout_canvas *c, const struct layout_item *item,
                       const struct copy *copy, double end,
                       struct motion (*at)(const struct curve *, double))
{
    const float cosine = (float)cos(copy->turn), sine = (float)sin(copy->turn);
    HPDF_Page_GSave(c->page);
    HPDF_Page_SetLineCap(c->page, HPDF_ROUND_END);
    HPDF_Page_Concat(c->page, cosine, sine, -sine, cosine, (float)copy->x, (float)copy->y);
    for (int32_t k = 0; k < item->count; k++) {
        const struct curve curve = { item, 2 * M_PI * k / item->count };
        draw_curve(c->page, &curve, end, at);
    }
    HPDF_Page_Stroke(c->page);
    HPDF_Page_GRestore(c->page);
}

/* A ring between two radii about the origin, as the engine of an engraver draws it. */
static struct motion rosette_at(const struct curve *curve, double t)
{
    const struct layout_item *item = curve->item;
    const double inner = item->inner / 1000.0;
    const double half = (item->radius / 1000.0 - inner) / 2;
    const double wave = item->periods * t + curve->phase;
    const double r = inner + half + half * cos(wave);
    const double dr = -half * item->periods * sin(wave);
    return (struct motion){ r * cos(t), r * sin(t), dr * cos(t) - r * sin(t),
                            dr * sin(t) + r * cos(t) };
}

static void draw_rosette(struct layout_canvas *c, const struct layout_item *item)
{
    const double petal = 2 * M_PI / item->periods;
    for (int32_t i = 0; i < item->periods; i++) {
        const struct copy copy = { petal * i, item->x / 1000.0, (c->height - item->y) / 1000.0 };
        draw_piece(c, item, &copy, petal, rosette_at);
    }
}

/* One period of a braid, from the origin to the right. */
static struct motion wave_at(const struct curve *curve, double t)
{
    const struct layout_item *item = curve->item;
    const bool lies = item->width >= item->height;
    const double period = (lies ? item->width : item->height) / 1000.0 / item->periods;
    const double half = (lies ? item->height : item->width) / 2000.0;
    const double wave = 2 * M_PI * t + curve->phase;
    return (struct motion){ period * t, half * sin(wave), period, half * 2 * M_PI * cos(wave) };
}

/* Along the longer side of the box, through its middle. */
static void draw_waves(struct layout_canvas *c, const struct layout_item *item)
{
    const bool lies = item->width >= item->height;
    const double step = (lies ? item->width : item->height) / 1000.0 / item->periods;
    const int32_t x = lies ? item->x : item->x + item->width / 2;
    const int32_t y = item->y + (lies ? item->height / 2 : item->height);
    for (int32_t i = 0; i < item->periods; i++) {
        const struct copy copy = { lies ? 0 : M_PI / 2, x / 1000.0 + (lies ? i * step : 0),
                                   (c->height - y) / 1000.0 + (lies ? 0 : i * step) };
        draw_piece(c, item, &copy, 1, wave_at);
    }
}

void layout_canvas_draw(struct layout_canvas *canvas, const struct layout_item *item)
{
    static void (*const draw[LAYOUT_KINDS])(struct layout_canvas *, const struct layout_item *) = {
        [LAYOUT_RECT] = draw_rect,       [LAYOUT_LINE] = draw_line,   [LAYOUT_CIRCLE] = draw_circle,
        [LAYOUT_ROSETTE] = draw_rosette, [LAYOUT_WAVES] = draw_waves, [LAYOUT_STAR] = draw_star,
    };
    if (!draw[item->kind] || (item->fill == LAYOUT_NO_COLOUR && item->stroke == LAYOUT_NO_COLOUR))
        return;
    layout_canvas_put(canvas, SPAN_LITERAL("/Artifact BMC\n"));
    set_pens(canvas->page, item);
    draw[item->kind](canvas, item);
    if (HPDF_Page_GetGMode(canvas->page) == HPDF_GMODE_PATH_OBJECT)
        paint(canvas->page, item);
    layout_canvas_put(canvas, SPAN_LITERAL("EMC\n"));
}
