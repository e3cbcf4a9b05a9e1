/* Whether a file is a holder's photo: JPEG (ITU-T T.81) or PNG (ISO/IEC 15948) by its frame. Pure.
 */
#pragma once

#include "core/base/span.h"

/*
 * True: a PNG signature with an IHDR of at least one pixel each way and an IEND at the end; or a
 * JPEG that begins with SOI and segments up to a frame header of at least one pixel each way, and
 * ends with EOI. Pixels are not decoded: that is for who draws them.
 */
bool photo_is_picture(struct span file);
