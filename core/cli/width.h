/* How many columns of a terminal a text takes: Chinese characters take two. Pure. */
#pragma once

#include "core/base/buf.h"

/* Columns of well-formed UTF-8 (Unicode standard annex 11: wide and full width are 2, combining
 * marks 0). */
size_t text_width(struct span text);

/* Appends text and then spaces up to `columns`; at least one space. */
void text_pad(struct buf *to, const char *text, size_t columns);
