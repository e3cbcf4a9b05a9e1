/*
 * From what somebody hands in to a verdict: the same code as the offline tool's, with what is
 * published now. Threads: any.
 */
#pragma once

#include "core/cert/judge_pdf.h"
#include "verifier/daemon/publication.h"

struct checked {
    struct publication *of; /* whose lists the verdict borrows */
    struct buf token;       /* its bytes, which the verdict borrows */
    struct buf staple;      /* of the live code that came beside it */
    struct verdict v;
};
void checked_free(struct checked *c); /* for ON_EXIT too */

/*
 * digits  of a QR code; host: in which address they stood, empty: none
 * ret     zeroed; whatever is wrong with the digits is a verdict
 *
 * RC_OK  *ret holds the answer. Anything else: we could not judge
 */
MUST_CHECK enum rc check_digits(struct store *s, struct span digits, struct span host,
                                struct checked *ret, struct diag *d);
/* The same of a QR code's text, with its address or without. live: the text of a live code beside
 * it; ptr NULL: none. */
MUST_CHECK enum rc check_text(struct store *s, struct span text, struct span live,
                              struct checked *ret, struct diag *d);
/* The same of a QR code's text, a token's bytes, a picture, a PDF. A picture blocks until its
 * process has read it. */
MUST_CHECK enum rc check_bytes(struct store *s, struct span bytes, struct checked *ret,
                               struct diag *d);
/* The same of a token's bytes, which are copied. */
MUST_CHECK enum rc check_token(struct store *s, struct span token, struct checked *ret,
                               struct diag *d);
/* The answer to who has asked by number, name and document, and there is no such certificate. */
MUST_CHECK enum rc check_no_match(struct store *s, struct checked *ret, struct diag *d);
