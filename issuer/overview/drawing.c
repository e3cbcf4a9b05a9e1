#include "issuer/overview/drawing.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/text/html.h"
#include "issuer/overview/overview_words.h"

#define WIDTH 360u /* of every drawing, in its own units: as wide as a phone */

/* --- numbers --- */

static const struct scale {
    uint64_t from, one;
    const char *unit;
} scales[2][2] = {
    { { 100000000, 100000000, "亿" }, { 10000, 10000, "万" } },
    { { 1000000, 1000000, "M" }, { 10000, 1000, "k" } },
};

void drawing_compact(uint64_t value, bool english, char ret[COMPACT_LEN])
{
    for (size_t i = 0; i < 2; i++) {
        const struct scale *const s = &scales[english][i];
        if (value < s->from)
            continue;
        const uint64_t tenths = value / (s->one / 10);
        if (tenths >= 1000 || tenths % 10 == 0)
            (void)snprintf(ret, COMPACT_LEN, "%" PRIu64 "%s", tenths / 10, s->unit);
        else
            (void)snprintf(ret, COMPACT_LEN, "%" PRIu64 ".%" PRIu64 "%s", tenths / 10, tenths % 10,
                           s->unit);
        return;
    }
    (void)snprintf(ret, COMPACT_LEN, "%" PRIu64, value);
}

static uint64_t largest(const struct drawing *d)
{
    uint64_t most = 0;
    for (size_t i = 0; i < d->count; i++)
        most = d->items[i].value > most ? d->items[i].value : most;
    return most;
}

/* A length for a value, of `full` for the largest; what is not nothing is seen. */
static unsigned length_of(uint64_t value, uint64_t most, unsigned full)
{
    if (value == 0)
        return 0;
    const unsigned len = (unsigned)((double)value / (double)most * full);
    return len > 1 ? len : 1;
}

/* --- around every drawing --- */

static void put_lang(struct buf *to, const struct drawn *item)
{
    if (item->lang)
        buf_printf(to, " lang=\"%s\"", item->lang);
}

static void put_text(struct buf *to, unsigned x, unsigned y, const char *class,
                     const struct drawn *of, const char *text)
{
    buf_printf(to, "<text x=\"%u\" y=\"%u\" class=\"%s\"", x, y, class);
    if (of)
        put_lang(to, of);
    buf_put_text(to, ">");
    html_put(to, span_text(text));
    buf_put_text(to, "</text>");
}

static void put_compact(struct buf *to, unsigned x, unsigned y, const char *class, uint64_t value,
                        bool english)
{
    char text[COMPACT_LEN];
    drawing_compact(value, english, text);
    put_text(to, x, y, class, NULL, text);
}

static const char *short_of(const struct drawn *item)
{
    return item->short_label ? item->short_label : item->label;
}

static void begin(struct buf *to, const struct drawing *d, unsigned height)
{
    buf_printf(to, "<figure>\n<figcaption id=\"%s\">", d->id);
    html_put(to, span_text(d->title));
    buf_printf(to,
               "</figcaption>\n<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-labelledby=\"%s\">\n",
               WIDTH, height, d->id);
}

static void put_row(struct buf *to, const struct drawn *item)
{
    buf_put_text(to, "<tr><th scope=\"row\"");
    put_lang(to, item);
    buf_put_text(to, ">");
    html_put(to, span_text(item->label));
    buf_printf(to, "</th><td>%" PRIu64 "</td></tr>\n", item->value);
}

static void end(struct buf *to, const struct drawing *d)
{
    buf_printf(to, "</svg>\n<details><summary>%s</summary>\n<table><thead><tr><th scope=\"col\">",
               overview_word(SAY_FIGURES, d->english));
    html_put(to, span_text(d->head));
    buf_printf(to, "</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
               overview_word(SAY_FIGURE, d->english));
    for (size_t i = 0; i < d->count; i++)
        put_row(to, &d->items[i]);
    buf_put_text(to, "</tbody></table></details>\n</figure>\n");
}

/* --- columns --- */

#define COLUMN_HEIGHT 120u
#define COLUMN_TOP    20u /* room for the numbers above */
#define COLUMN_BOTTOM 20u

void drawing_columns(struct buf *to, const struct drawing *d)
{
    assert(d->count > 0 && d->count <= DRAWING_COLUMNS_MAX);

    const uint64_t most = largest(d);
    const unsigned step = WIDTH / (unsigned)d->count, base = COLUMN_TOP + COLUMN_HEIGHT;
    begin(to, d, base + COLUMN_BOTTOM);
    for (unsigned i = 0; i < d->count; i++) {
        const struct drawn *const item = &d->items[i];
        const unsigned len = length_of(item->value, most, COLUMN_HEIGHT), x = i * step;
        buf_printf(to, "<rect class=\"bar\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>", x + 3,
                   base - len, step - 6, len);
        put_compact(to, x + step / 2, base - len - 5, "mid", item->value, d->english);
        put_text(to, x + step / 2, base + 14, "mid soft", item, short_of(item));
        buf_put_text(to, "\n");
    }
    buf_printf(to, "<path class=\"axis\" d=\"M0 %uH%u\"/>\n", base, WIDTH);
    end(to, d);
}

/* --- bars --- */

#define BAR_STEP   34u
#define BAR_HEIGHT 12u
#define BAR_TOP    16u /* of a bar below its label */
#define BAR_RIGHT  52u /* for the numbers */

void drawing_bars(struct buf *to, const struct drawing *d)
{
    const uint64_t most = largest(d);
    begin(to, d, BAR_STEP * (unsigned)d->count);
    for (unsigned i = 0; i < d->count; i++) {
        const struct drawn *const item = &d->items[i];
        const unsigned y = i * BAR_STEP + BAR_TOP;
        const unsigned len = length_of(item->value, most, WIDTH - BAR_RIGHT);
        put_text(to, 0, y - 4, "left", item, short_of(item));
        buf_printf(to, "<rect class=\"bar\" x=\"0\" y=\"%u\" width=\"%u\" height=\"%u\"/>", y, len,
                   BAR_HEIGHT);
        put_compact(to, len + 5, y + BAR_HEIGHT - 2, "left", item->value, d->english);
        buf_put_text(to, "\n");
    }
    end(to, d);
}

/* --- tiles --- */

#define TILE_STEP 40u
#define TILE_SIZE 37u
#define TILE_ROWS 8u
#define TILE_WIDE 9u /* tiles in a row */
#define SHADES    4u /* of what is more than nothing */

/* Where the authorities of the notice lie, roughly: column and row. The two enterprises stand
 * below. */
static const struct tile_place {
    uint32_t unit;
    uint8_t column, row;
} places[] = {
    { 23, 8, 0 }, { 15, 6, 1 }, { 22, 8, 1 }, { 65, 0, 1 }, { 66, 0, 2 }, { 62, 3, 1 },
    { 64, 4, 1 }, { 13, 6, 2 }, { 11, 7, 2 }, { 21, 8, 2 }, { 63, 2, 2 }, { 61, 4, 2 },
    { 14, 5, 2 }, { 12, 7, 3 }, { 54, 1, 4 }, { 51, 3, 3 }, { 50, 4, 3 }, { 41, 5, 3 },
    { 37, 6, 3 }, { 42, 5, 4 }, { 34, 6, 4 }, { 32, 7, 4 }, { 31, 8, 4 }, { 53, 3, 5 },
    { 52, 4, 4 }, { 43, 5, 5 }, { 36, 6, 5 }, { 33, 7, 5 }, { 45, 4, 6 }, { 44, 5, 6 },
    { 35, 6, 6 }, { 46, 4, 7 },
};

static const struct tile_place *place_of(uint32_t unit)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (places[i].unit == unit)
            return &places[i];
    return NULL;
}

static unsigned shade_of(uint64_t value, uint64_t most)
{
    return value == 0 ? 0 : 1 + (unsigned)((double)(value - 1) / (double)most * SHADES);
}

static void put_tile(struct buf *to, const struct drawing *d, const struct drawn *item,
                     unsigned column, unsigned row, uint64_t most)
{
    const unsigned x = column * TILE_STEP, y = row * TILE_STEP;
    buf_printf(to, "<g class=\"tile t%u\"><rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>",
               shade_of(item->value, most), x, y, TILE_SIZE, TILE_SIZE);
    put_text(to, x + TILE_SIZE / 2, y + 16, "mid", item, short_of(item));
    put_compact(to, x + TILE_SIZE / 2, y + 30, "mid", item->value, d->english);
    buf_put_text(to, "</g>\n");
}

static unsigned tile_rows(const struct drawing *d)
{
    unsigned others = 0;
    for (size_t i = 0; i < d->count; i++)
        others += place_of(d->items[i].unit) == NULL;
    return TILE_ROWS + (others + TILE_WIDE - 1) / TILE_WIDE;
}

void drawing_tiles(struct buf *to, const struct drawing *d)
{
    const uint64_t most = largest(d);
    unsigned others = 0;
    begin(to, d, tile_rows(d) * TILE_STEP);
    for (size_t i = 0; i < d->count; i++) {
        const struct drawn *const item = &d->items[i];
        const struct tile_place *const place = place_of(item->unit);
        if (place) {
            put_tile(to, d, item, place->column, place->row, most);
            continue;
        }
        put_tile(to, d, item, others % TILE_WIDE, TILE_ROWS + others / TILE_WIDE, most);
        others++;
    }
    end(to, d);
}
