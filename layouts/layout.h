/*
 * A layout file as read: docs/layouts.md says what may stand in one. Lengths are thousandths of a
 * point from the upper left corner; texts borrow the JSON value that the layout owns.
 */
#pragma once

#include "core/json/json.h"

#define LAYOUT_FILE_MAX  (256u << 10) /* bytes */
#define LAYOUT_ITEMS_MAX 400
#define LAYOUT_FIELD_MAX 40 /* bytes of a field's name: a-z 0-9 . _ */
#define LAYOUT_NO_COLOUR (-1)
#define LAYOUT_LINES_MAX 6

enum layout_kind {
    LAYOUT_RECT,
    LAYOUT_LINE,
    LAYOUT_CIRCLE,
    LAYOUT_STAR,
    LAYOUT_ROSETTE,
    LAYOUT_WAVES,
    LAYOUT_TEXT,
    LAYOUT_ARC,
    LAYOUT_FIELD,
    LAYOUT_PHOTO,
    LAYOUT_QR,
    LAYOUT_SEAL,
    LAYOUT_KINDS
};

enum layout_align { LAYOUT_LEFT, LAYOUT_CENTRE, LAYOUT_RIGHT };
enum layout_tag { LAYOUT_P, LAYOUT_H1, LAYOUT_ARTIFACT };

struct layout_style {
    int32_t size, min_size, spacing;
    int32_t bold, leading; /* thousandths of the size */
    int32_t colour;        /* 0xRRGGBB */
    int32_t lines;         /* at most so many */
    int32_t align;         /* enum layout_align */
    const char *lang;      /* NULL: the layout's */
};

struct layout_item {
    enum layout_kind kind;
    unsigned line; /* of the file */
    bool demo;     /* drawn for a demonstration alone */
    int32_t x, y, width, height, x2, y2;
    int32_t radius, inner, corner, thick, dash, gap;
    int32_t stroke, fill;    /* 0xRRGGBB or LAYOUT_NO_COLOUR */
    int32_t angle, from, to; /* thousandths of a degree */
    int32_t count, periods;
    int32_t tag; /* enum layout_tag */
    const char *text, *field, *absent, *alt;
    struct layout_style style;
    int mcid; /* -1: an artifact */
};

struct layout {
    json_t *json; /* owned */
    const char *name, *title, *lang, *common;
    int32_t width, height;
    size_t count;
    struct layout_item *item; /* owned */
    unsigned mcids;
};

/* RC_FORMAT, RC_LIMIT: d names line and key. */
MUST_CHECK enum rc layout_read(struct span text, struct layout *ret, struct diag *d);
void layout_free(struct layout *layout); /* leaves it zeroed; for ON_EXIT too */

/* The line on which a key or element stands, from 1. path: "items[3].width"; text: valid JSON. What
 * is not there: the line of the last step that is. */
unsigned layout_line(struct span text, const char *path);
