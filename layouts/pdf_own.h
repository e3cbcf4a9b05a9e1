/* The parts of one certificate's PDF that pdf_render() puts together. */
#pragma once

#include "layouts/pdf_layout.h"
#include "layouts/pdf_photo.h"

/* The work on one file. */
struct pdf_work {
    const struct pdf_layout *layout;
    const struct pdf_font_set *fonts;
    const struct pdf_fields *fields;
    struct pdf_out out;
    struct pdf_chars own;
    bool has_photo;
    struct photo photo;
    struct buf content; /* object 5 */
    struct buf said;    /* what /ID is made of: docs/pdf.md section 10 */
};

/* The fields' content stream, and what it says. */
MUST_CHECK enum rc pdf_own_content(struct pdf_work *w, struct diag *d);
void pdf_own_xmp(struct pdf_work *w);

/* RC_LIMIT: its modules would be smaller than half a millimetre. */
MUST_CHECK enum rc pdf_qr_put(struct buf *to, const struct qr *qr, const struct layout_item *item,
                              int32_t page_height, struct diag *d);
