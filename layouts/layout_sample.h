/*
 * Invented certificates, for trying a layout: an ordinary one, one whose every text is as long as
 * it may get (a name of 50 characters), and one with rare characters, no photo and no hours. They
 * hold every field of docs/pdf.md section 6. Nobody's data.
 */
#pragma once

#include "layouts/pdf.h"

#define LAYOUT_SAMPLES      3
#define LAYOUT_SAMPLE_WORDS "usual|long|sparse"

struct layout_sample {
    struct pdf_fields fields; /* its photo and QR code borrow the rest */
    struct qr qr;
    struct buf photo;
};

/* kind: below LAYOUT_SAMPLES. ret must stay where it is until layout_sample_free(). */
MUST_CHECK enum rc layout_sample_make(unsigned kind, struct layout_sample *ret, struct diag *d);
void layout_sample_free(struct layout_sample *sample); /* leaves it zeroed; for ON_EXIT too */
const char *layout_sample_name(unsigned kind);         /* static storage */
