/* What HTML makes of text. Pure. */
#pragma once

#include "core/base/buf.h"

/* The text with & < > " ' as references: fit for content and for quoted attributes. Controls but
 * for the line end, which no page needs, become U+FFFD. */
void html_put(struct buf *to, struct span text);
