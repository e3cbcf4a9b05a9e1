/* Lines and shapes of a layout's fixed part, by libharu. */
#pragma once

#include "layouts/layout.h"

struct layout_canvas; /* a libharu document of one page, of which only the content is used */

MUST_CHECK enum rc layout_canvas_new(int32_t width, int32_t height, struct layout_canvas **ret,
                                     struct diag *d);
void layout_canvas_free(struct layout_canvas *canvas); /* NULL is fine */
DEFINE_ON_EXIT(struct layout_canvas, layout_canvas_free)

/* rect, line, circle, star, rosette, waves; other kinds draw nothing. */
void layout_canvas_draw(struct layout_canvas *canvas, const struct layout_item *item);
/* Operators of our own, between libharu's. */
void layout_canvas_put(struct layout_canvas *canvas, struct span operators);

/* Appends the page's content. RC_NOMEM: something of all this failed. */
MUST_CHECK enum rc layout_canvas_take(struct layout_canvas *canvas, struct buf *to, struct diag *d);
