/*
 * Reads a PDF of a certificate, a copy, in the one form of docs/pdf.md; anything else is not ours.
 * Bytes in, spans and texts out: no signature is checked here (core/cert/judge_pdf.h) and nothing
 * is inflated: what is compressed is either drawn alone or signed alone.
 */
#pragma once

#include "core/cert/photo.h"

#define PDF_COPY_MAX       (1u << 20) /* bytes of a file */
#define PDF_COPY_MCIDS_MAX 300u       /* marked contents: labels and fields */
#define PDF_COPY_NAME_MAX  40u        /* bytes of a field's name */

enum pdf_copy_shows { PDF_SHOWS_TEXT = 0, PDF_SHOWS_PHOTO, PDF_SHOWS_QR };

struct pdf_copy_field {
    struct span name;          /* borrows the file */
    enum pdf_copy_shows shows; /* an empty field shows an empty text */
    size_t at, len;            /* of its text in texts */
};

/* Spans borrow the file. */
struct pdf_copy {
    int64_t made_s;       /* Unix seconds: the document's date and the signature's */
    struct span before;   /* the signed bytes: up to /Contents' '<' … */
    struct span behind;   /* … and from behind its '>'; both empty: the file has no signature */
    struct span contents; /* hex digits, two for each byte of one of PDF_SIGNATURE_ROOMS */
    struct span token, proof; /* attached; empty: not there */
    struct photo photo;       /* as the file says it is; its bytes are empty: none */
    size_t field_count;       /* in the order of the page; no name twice */
    struct pdf_copy_field fields[PDF_COPY_MCIDS_MAX];
    struct buf texts; /* owned: UTF-8 without control characters */
};
void pdf_copy_free(struct pdf_copy *copy); /* leaves it zeroed; for ON_EXIT too */

/* Borrows copy. */
struct span pdf_copy_text(const struct pdf_copy *copy, const struct pdf_copy_field *field);

/*
 * file  borrowed, outlives *ret
 * ret   owned by the caller; written only on RC_OK
 *
 * RC_FORMAT  not ours: offset says where, d what it should have been
 * RC_LIMIT   longer than PDF_COPY_MAX
 * RC_NOMEM
 *
 * docs/pdf.md
 */
MUST_CHECK enum rc pdf_copy_read(struct span file, struct pdf_copy *ret, struct diag *d);
