/* Whether a PDF is, byte for byte, what we would draw: `sitecert pdf --compare`. */
#pragma once

#include "core/cert/pdf_copy.h"
#include "issuer/rendering/press.h"

/* The part of a copy in which the first difference lies. */
enum copy_part {
    PART_NONE = 0, /* they are the same */
    PART_FIXED,    /* what all copies of a layout share: another layout, other fonts */
    PART_TOKEN,
    PART_PROOF,
    PART_PHOTO,
    PART_PAGE, /* anything else of it: names, dates, fonts of its own */
};

struct proof_reading {
    bool same;
    enum copy_part part;
    size_t offset; /* of the first byte that differs */
};

/*
 * The signature itself is not compared (docs/pdf.md: ES256 gives another each time), nor checked:
 * that is certcheck's.
 *
 * file   the PDF that copy was read from
 * sheet  of the version that its token names
 */
MUST_CHECK enum rc proof_read(const struct press *p, const struct sheet *sheet, struct span file,
                              const struct pdf_copy *copy, struct proof_reading *ret,
                              struct diag *d);
