/*
 * QR codes in a picture, by zbar (included from this folder alone). zbar misses
 * about one clean code in a thousand, so the picture is shown to it in several
 * forms until it sees one.
 */
#pragma once

#include "core/picture/picture.h"

#define CODE_TEXT_MAX 8192 /* bytes of one text; longer ones are left out */

/*
 * Appends the text of each QR code found, each with a newline behind it. Texts that are not
 * printable ASCII are none of ours and left out. RC_OK with nothing appended: none was found.
 */
MUST_CHECK enum rc codes_find(const struct picture *p, struct buf *to, struct diag *d);
