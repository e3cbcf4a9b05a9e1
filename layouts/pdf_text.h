/* A text measured into its box, and the operators that show it. */
#pragma once

#include "layouts/layout.h"
#include "layouts/pdf_write.h"

#define PDF_TEXT_MAX 1200 /* characters of one text */

struct pdf_text {
    size_t count;
    const struct pdf_char *at[PDF_TEXT_MAX];
    int32_t size; /* thousandths of a point */
    size_t lines;
    struct {
        size_t from, end;
        int32_t width; /* without a space at the end */
    } line[LAYOUT_LINES_MAX];
};

/*
 * Finds the characters of a text: in fixed, else in own (where they are added). own NULL: adds to
 * fixed.
 * RC_LIMIT: more than PDF_TEXT_MAX characters; RC_REFUSED as pdf_chars_add().
 */
MUST_CHECK enum rc pdf_text_read(struct pdf_text *ret, struct span text,
                                 const struct pdf_font_set *fonts, struct pdf_chars *fixed,
                                 struct pdf_chars *own, struct diag *d);

/*
 * The largest size from style->size down to min_size at which the text, broken into at most
 * style->lines lines, stays inside width and height. Lines break between Chinese characters, behind
 * spaces and hyphens; never before closing marks. RC_LIMIT: it does not fit.
 */
MUST_CHECK enum rc pdf_text_fit(struct pdf_text *text, const struct layout_style *style,
                                int32_t width, int32_t height, struct diag *d);

/* BT … ET for a fitted text in the item's box; page_height turns the layout's y round. */
void pdf_text_put(struct buf *to, const struct pdf_text *text, const struct layout_item *item,
                  int32_t page_height);

/* One line, its middle at the item's circle, from item->from to item->to degrees (0: the top,
 * clockwise). */
void pdf_arc_put(struct buf *to, const struct pdf_text *text, const struct layout_item *item,
                 int32_t page_height);

void pdf_put_colour(struct buf *to, int32_t colour, const char *op); /* "0.5 0 0 rg" */
