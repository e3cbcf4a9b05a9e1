/*
 * Decides what to think of a PDF of a certificate (docs/verification.md, "PDF"). In two steps,
 * since the first needs no list: what the file is, and then what its token is, as any token
 * (core/cert/judge.h). Pure, fail-closed.
 */
#pragma once

#include "core/cert/judge.h"

#define PDF_NOTES_MAX 6

/* What the file itself came to. A zeroed one is undecided. */
struct pdf_finding {
    enum authenticity authentic; /* AUTH_TRUE: signed, and it says what its token says */
    enum problem why;            /* when not AUTH_TRUE */
    size_t offset;               /* AUTH_UNREADABLE: where reading failed, or DIAG_NO_OFFSET */
    struct span token;           /* borrows the file; when AUTH_TRUE */
    enum tristate log_included;
    bool proven; /* under the root of the cut-off of the token's key */
    struct verdict_copy copy;
    bool doubtful; /* it cannot be said from it that the certificate is in force */
    size_t note_count;
    enum problem notes[PDF_NOTES_MAX];
};

/*
 * Reads the file, checks its signature, its proof, and its fields against its token.
 *
 * file     borrowed by *ret
 * at_hand  the directory of its bundle is looked at, no row
 *
 * RC_OK  *ret is the answer, whatever it is; d then says more about why. Anything else: we could
 * not judge
 */
MUST_CHECK enum rc judge_pdf_file(struct span file, const struct evidence *at_hand,
                                  struct pdf_finding *ret, struct diag *d);

/*
 * The whole verdict.
 *
 * token  the bytes of f->token, or a copy of them; borrowed by ret
 */
MUST_CHECK enum rc judge_pdf_token(struct span token, const struct pdf_finding *f,
                                   const struct evidence *at_hand, struct verdict *ret,
                                   struct diag *d);

/* Both. file is borrowed by ret. */
MUST_CHECK enum rc judge_pdf(struct span file, const struct evidence *at_hand, struct verdict *ret,
                             struct diag *d);
