/* Whether a PDF says what its token says: a part of core/cert/judge_pdf.h. */
#pragma once

#include "core/cert/judge_pdf.h"
#include "core/cert/pdf_copy.h"

/*
 * Compares every field, and the photo, with the token. Sets f->why and f->authentic when one says
 * no, else f->copy and notes.
 *
 * RC_NOMEM
 */
MUST_CHECK enum rc judge_pdf_fields(const struct pdf_copy *copy, const struct token *token,
                                    const struct evidence *at_hand, struct pdf_finding *f,
                                    struct diag *d);

/* For both files of this part. */
void pdf_finding_deny(struct pdf_finding *f, enum authenticity authentic, enum problem why);
void pdf_finding_note(struct pdf_finding *f, enum problem note);
