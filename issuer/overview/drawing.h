/*
 * Figures as inline SVG, each with its numbers in a table below it: for the operator's page. No
 * script, no colour that says anything alone. Pure.
 */
#pragma once

#include <stdint.h>

#include "core/base/buf.h"

/* One number of a drawing. */
struct drawn {
    const char *label;       /* text; borrowed */
    const char *lang;        /* of the label where it is not the page's: "zh-CN"; NULL: it is */
    const char *short_label; /* in the drawing; NULL: the same */
    uint64_t value;
    uint32_t unit; /* of a tile: an authority's id */
};

struct drawing {
    bool english;
    const char *title; /* of the drawing */
    const char *head;  /* of the table's first column; its second is called as SAY_FIGURE */
    const char *id;    /* a word, once on a page */
    const struct drawn *items;
    size_t count;
};

#define DRAWING_COLUMNS_MAX 12

/* At most DRAWING_COLUMNS_MAX columns side by side. */
void drawing_columns(struct buf *to, const struct drawing *d);
/* A bar for each, one below the other. */
void drawing_bars(struct buf *to, const struct drawing *d);
/* A tile for each authority, about where it lies; those without a place of their own stand below.
 */
void drawing_tiles(struct buf *to, const struct drawing *d);

#define COMPACT_LEN 24
/* "9,999", "12.3万" or "12.3k": at most five characters and a unit. */
void drawing_compact(uint64_t value, bool english, char ret[COMPACT_LEN]);
