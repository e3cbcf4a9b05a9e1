#include "layouts/layout_keys.h"

#define B(kind)   LAYOUT_BIT(LAYOUT_##kind)
#define TEXTS     (B(TEXT) | B(ARC) | B(FIELD))
#define BOXES     (B(RECT) | B(WAVES) | B(PHOTO) | B(SEAL) | B(FIELD) | B(TEXT))
#define ROUND     (B(CIRCLE) | B(STAR) | B(ROSETTE) | B(ARC))
#define STROKED   (B(RECT) | B(LINE) | B(CIRCLE) | B(ROSETTE) | B(WAVES))
#define FILLED    (B(RECT) | B(CIRCLE) | B(STAR))
#define AT(field) offsetof(struct layout_item, field)
#define OF(field) offsetof(struct layout_style, field)

const char *const layout_kind_names[LAYOUT_KINDS] = {
    [LAYOUT_RECT] = "rect",   [LAYOUT_LINE] = "line",       [LAYOUT_CIRCLE] = "circle",
    [LAYOUT_STAR] = "star",   [LAYOUT_ROSETTE] = "rosette", [LAYOUT_WAVES] = "waves",
    [LAYOUT_TEXT] = "text",   [LAYOUT_ARC] = "arc",         [LAYOUT_FIELD] = "field",
    [LAYOUT_PHOTO] = "photo", [LAYOUT_QR] = "qr",           [LAYOUT_SEAL] = "seal",
};

const struct layout_key layout_item_keys[] = {
    { "x", LAYOUT_MM, LAYOUT_ANY, LAYOUT_ANY, AT(x), -200, 1200, NULL },
    { "y", LAYOUT_MM, LAYOUT_ANY, LAYOUT_ANY, AT(y), -200, 1200, NULL },
    { "width", LAYOUT_MM, BOXES | B(QR), BOXES | B(QR), AT(width), 0.1, 1200, NULL },
    { "height", LAYOUT_MM, BOXES, BOXES, AT(height), 0.1, 1200, NULL },
    { "x2", LAYOUT_MM, B(LINE), B(LINE), AT(x2), -200, 1200, NULL },
    { "y2", LAYOUT_MM, B(LINE), B(LINE), AT(y2), -200, 1200, NULL },
    { "radius", LAYOUT_MM, ROUND, ROUND, AT(radius), 0.1, 1200, NULL },
    { "inner", LAYOUT_MM, B(ROSETTE), B(ROSETTE), AT(inner), 0.1, 1200, NULL },
    { "corner", LAYOUT_MM, B(RECT), 0, AT(corner), 0, 100, NULL },
    { "thick", LAYOUT_PT, STROKED, 0, AT(thick), 0.05, 50, NULL },
    { "dash", LAYOUT_PT, STROKED, 0, AT(dash), 1, 100, NULL },
    { "gap", LAYOUT_PT, STROKED, 0, AT(gap), 1, 100, NULL },
    { "stroke", LAYOUT_COLOUR_, STROKED, B(LINE) | B(ROSETTE) | B(WAVES), AT(stroke), 0, 0, NULL },
    { "fill", LAYOUT_COLOUR_, FILLED | B(SEAL), B(STAR) | B(SEAL), AT(fill), 0, 0, NULL },
    { "angle", LAYOUT_RATIO, B(TEXT) | B(STAR), 0, AT(angle), -360, 360, NULL },
    { "from", LAYOUT_RATIO, B(ARC), B(ARC), AT(from), -720, 720, NULL },
    { "to", LAYOUT_RATIO, B(ARC), B(ARC), AT(to), -720, 720, NULL },
    { "count", LAYOUT_INT, B(ROSETTE) | B(WAVES), B(ROSETTE) | B(WAVES), AT(count), 1, 200, NULL },
    { "periods", LAYOUT_INT, B(ROSETTE) | B(WAVES), B(ROSETTE) | B(WAVES), AT(periods), 1, 100,
      NULL },
    { "tag", LAYOUT_WORDS, B(TEXT), 0, AT(tag), 0, 0, "p|h1|artifact" },
    { "text", LAYOUT_STRING, B(TEXT) | B(ARC), B(TEXT) | B(ARC), AT(text), 1, 400, NULL },
    { "field", LAYOUT_NAME, B(FIELD), B(FIELD), AT(field), 0, 0, NULL },
    { "absent", LAYOUT_STRING, B(FIELD) | B(PHOTO), 0, AT(absent), 0, 400, NULL },
    { "alt", LAYOUT_STRING, B(PHOTO) | B(QR), B(PHOTO) | B(QR), AT(alt), 1, 400, NULL },
    { "when", LAYOUT_WHEN, LAYOUT_ANY & ~(B(FIELD) | B(PHOTO) | B(QR)), 0, AT(demo), 0, 0, "demo" },
    { "style", LAYOUT_STYLE_, TEXTS | B(PHOTO), TEXTS | B(PHOTO), AT(style), 0, 0, NULL },
    { .name = NULL },
};

const struct layout_key layout_style_keys[] = {
    { "size", LAYOUT_PT, LAYOUT_ANY, LAYOUT_ANY, OF(size), 1, 400, NULL },
    { "min_size", LAYOUT_PT, LAYOUT_ANY, 0, OF(min_size), 1, 400, NULL },
    { "spacing", LAYOUT_PT, LAYOUT_ANY, 0, OF(spacing), -10, 100, NULL },
    { "bold", LAYOUT_RATIO, LAYOUT_ANY, 0, OF(bold), 0, 0.1, NULL },
    { "leading", LAYOUT_RATIO, LAYOUT_ANY, 0, OF(leading), 1, 3, NULL },
    { "colour", LAYOUT_COLOUR_, LAYOUT_ANY, LAYOUT_ANY, OF(colour), 0, 0, NULL },
    { "lines", LAYOUT_INT, LAYOUT_ANY, 0, OF(lines), 1, LAYOUT_LINES_MAX, NULL },
    { "align", LAYOUT_WORDS, LAYOUT_ANY, 0, OF(align), 0, 0, "left|centre|right" },
    { "lang", LAYOUT_LANG, LAYOUT_ANY, 0, OF(lang), 2, 35, NULL },
    { .name = NULL },
};

const struct layout_key layout_page_keys[] = {
    { "width", LAYOUT_MM, LAYOUT_ANY, LAYOUT_ANY, offsetof(struct layout, width), 20, 1200, NULL },
    { "height", LAYOUT_MM, LAYOUT_ANY, LAYOUT_ANY, offsetof(struct layout, height), 20, 1200,
      NULL },
    { .name = NULL },
};

const struct layout_key layout_top_keys[] = {
    { "name", LAYOUT_NAME, LAYOUT_ANY, LAYOUT_ANY, offsetof(struct layout, name), 0, 0, NULL },
    { "title", LAYOUT_STRING, LAYOUT_ANY, LAYOUT_ANY, offsetof(struct layout, title), 1, 200,
      NULL },
    { "lang", LAYOUT_LANG, LAYOUT_ANY, LAYOUT_ANY, offsetof(struct layout, lang), 2, 35, NULL },
    { "common", LAYOUT_STRING, LAYOUT_ANY, 0, offsetof(struct layout, common), 0, 4000, NULL },
    { .name = NULL },
};
