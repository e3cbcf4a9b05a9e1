/* Compares what a font program of ours draws with what the face that it came from draws, by
 * HarfBuzz. */
#pragma once

#include "layouts/pdf_fonts.h"

/* The first of this face's characters whose outline or width is not the face's own, or that is
 * blank; 0: none. 0xFFFFFFFF: no font program could be made. */
uint32_t outline_first_other(const struct pdf_font_set *fonts, unsigned face,
                             const struct pdf_chars *chars);
