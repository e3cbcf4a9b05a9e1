#include "layouts/pdf_text.h"

#include <math.h>

/* The middle of a Chinese character stands so far above its baseline, in thousandths of the size.
 */
#define MIDDLE 380

void pdf_put_colour(struct buf *to, int32_t colour, const char *op)
{
    for (int shift = 16; shift >= 0; shift -= 8) {
        pdf_put_mpt(to, (int32_t)((colour >> shift & 0xFF) * 1000 + 127) / 255);
        buf_put_u8(to, ' ');
    }
    buf_put_text(to, op);
    buf_put_u8(to, '\n');
}

static void put_pair(struct buf *to, int32_t x, int32_t y, const char *op)
{
    pdf_put_mpt(to, x);
    buf_put_u8(to, ' ');
    pdf_put_mpt(to, y);
    buf_put_text(to, op);
}

static void put_begin(struct buf *to, const struct layout_style *style, int32_t size)
{
    buf_put(to, "BT\n", 3);
    pdf_put_colour(to, style->colour, "rg");
    if (style->bold != 0) {
        pdf_put_colour(to, style->colour, "RG");
        pdf_put_mpt(to, (int32_t)((int64_t)size * style->bold / 1000));
        buf_put_text(to, " w 2 Tr\n");
    }
}

static void put_end(struct buf *to, const struct layout_style *style)
{
    if (style->spacing != 0)
        buf_put_text(to, "0 Tc\n");
    if (style->bold != 0)
        buf_put_text(to, "0 Tr\n");
    buf_put(to, "ET\n", 3);
}

static void put_font(struct buf *to, const struct pdf_char *c, const struct layout_style *style,
                     int32_t size)
{
    buf_put(to, c->fixed ? "/F" : "/G", 2);
    buf_put_u8(to, (uint8_t)('0' + c->face));
    buf_put_u8(to, ' ');
    pdf_put_mpt(to, size);
    buf_put(to, " Tf\n", 4);
    if (style->spacing != 0) {
        pdf_put_mpt(to, style->spacing);
        buf_put(to, " Tc\n", 4);
    }
}

static bool same_font(const struct pdf_char *a, const struct pdf_char *b)
{
    return a && a->face == b->face && a->fixed == b->fixed;
}

/* Strings of one font each; *now is the font that is set. */
static void put_strings(struct buf *to, const struct pdf_text *t, size_t from, size_t end,
                        const struct layout_style *style, const struct pdf_char **now)
{
    while (from < end) {
        if (!same_font(*now, t->at[from]))
            put_font(to, t->at[from], style, t->size);
        *now = t->at[from];
        buf_put_u8(to, '<');
        for (; from < end && same_font(*now, t->at[from]); from++)
            pdf_put_hex16(to, t->at[from]->cid);
        buf_put(to, "> Tj\n", 5);
    }
}

static int32_t line_start(const struct layout_item *item, int32_t width)
{
    const int32_t spare = item->width - width;
    return item->style.align == LAYOUT_LEFT    ? 0
           : item->style.align == LAYOUT_RIGHT ? spare
                                               : spare / 2;
}

/* A text turned about the middle of its box: the whole box turns. */
struct turn {
    double cos, sin, x, y; /* the middle, from the lower left */
};

static void put_place(struct buf *to, const struct turn *turn, int32_t dx, int32_t dy)
{
    const double x = turn->x + dx * turn->cos - dy * turn->sin;
    const double y = turn->y + dx * turn->sin + dy * turn->cos;
    put_pair(to, (int32_t)lround(turn->cos * 1000), (int32_t)lround(turn->sin * 1000), " ");
    put_pair(to, (int32_t)lround(-turn->sin * 1000), (int32_t)lround(turn->cos * 1000), " ");
    put_pair(to, (int32_t)lround(x), (int32_t)lround(y), " Tm\n");
}

/* Down from the middle of the box to the baseline of a line. */
static int32_t baseline(const struct pdf_text *t, const struct layout_style *style, size_t line)
{
    const int32_t step = (int32_t)((int64_t)t->size * style->leading / 1000);
    const int32_t first_middle = (int32_t)(t->lines - 1) * step / 2;
    return first_middle - (int32_t)line * step - (int32_t)((int64_t)t->size * MIDDLE / 1000);
}

void pdf_text_put(struct buf *to, const struct pdf_text *t, const struct layout_item *item,
                  int32_t page_height)
{
    const struct layout_style *style = &item->style;
    const struct pdf_char *now = NULL;
    const int32_t middle_y = page_height - item->y - item->height / 2;

    put_begin(to, style, t->size);
    for (size_t i = 0; i < t->lines; i++) {
        const int32_t x = line_start(item, t->line[i].width);
        const int32_t y = baseline(t, style, i);
        if (item->angle != 0) {
            const double angle = item->angle / 1000.0 * M_PI / 180;
            const struct turn turn = { cos(angle), sin(angle), item->x + item->width / 2.0,
                                       middle_y };
            put_place(to, &turn, x - item->width / 2, y);
        } else {
            buf_put(to, "1 0 0 1 ", 8);
            put_pair(to, item->x + x, middle_y + y, " Tm\n");
        }
        put_strings(to, t, t->line[i].from, t->line[i].end, style, &now);
    }
    put_end(to, style);
}

void pdf_arc_put(struct buf *to, const struct pdf_text *t, const struct layout_item *item,
                 int32_t page_height)
{
    const struct layout_style *style = &item->style;
    const struct pdf_char *now = NULL;
    const size_t gaps = t->count > 1 ? t->count - 1 : 1;

    put_begin(to, style, t->size);
    for (size_t i = 0; i < t->count; i++) {
        const double degrees =
            (item->from + (double)(item->to - item->from) * (double)i / (double)gaps) / 1000;
        const double angle = -degrees * M_PI / 180;
        const struct turn turn = { cos(angle), sin(angle), item->x - item->radius * sin(angle),
                                   page_height - item->y + item->radius * cos(angle) };
        const int32_t half = (int32_t)((int64_t)t->at[i]->advance * t->size / 2000);
        put_place(to, &turn, -half, -(int32_t)((int64_t)t->size * MIDDLE / 1000));
        put_strings(to, t, i, i + 1, style, &now);
    }
    put_end(to, style);
}
