/*
 * What the signer signs of documents: one PDF of one certificate, by record and digest, never bytes
 * that somebody sends. The signature is PAdES baseline B-B in the one form of docs/pdf.md.
 */
#pragma once

#include "core/cert/pdf_signature.h"
#include "core/cert/state.h"
#include "keys/signer/signer.h"

struct document_request {
    struct span number;         /* the certificate's: 1 to TOKEN_NUMBER_MAX of 0-9 A-Z - */
    uint32_t version;           /* from 1 */
    enum state state;           /* of the register, at now_s */
    uint8_t digest[SHA256_LEN]; /* of the two ranges of the PDF around /Contents */
    size_t room;                /* bytes of /Contents: signer_document_room() */
};

/*
 * How much room the next signature wants: one of PDF_SIGNATURE_ROOMS.
 * timed  true: a time-stamp will be added
 * RC_NOT_FOUND, RC_REFUSED  as signer_document()
 */
MUST_CHECK enum rc signer_document_room(struct signer *s, bool timed, int64_t now_s, size_t *ret,
                                        struct diag *d);

/* Many at once, in one question to the process; each job has its own answer. */
struct document_job {
    struct document_request request;
    struct buf contents; /* owned by the job: request.room bytes; empty on failure */
    enum rc rc;
    struct diag diag;
};
void signer_documents(struct signer *s, struct document_job *jobs, size_t count, int64_t now_s);

/*
 * Signs with the newest document key whose dates and certificate hold now_s.
 *
 * to   gets exactly r->room bytes: the message and zeros; appended only on RC_OK, after the
 *      verifiers' code has taken it
 *
 * RC_NOT_FOUND  no document key here, or none with a certificate (NAME.crt beside NAME.pem)
 * RC_REFUSED    not a certificate's record; its state is not one in which copies are given out
 *               (valid, due, lapsed); no certificate that holds now_s
 * RC_LIMIT      r->room is not one of ours, or too small
 */
MUST_CHECK enum rc signer_document(struct signer *s, const struct document_request *r,
                                   int64_t now_s, struct buf *to, struct diag *d);
