/*
 * X.509 around a document key: the deployment's own document CA, a request to an outside one, and
 * the chain that goes into each signature. None of it is a trust root: whom to believe stands in
 * the trust list; the certificates are there for PDF readers that know nothing of it.
 */
#pragma once

#include "core/cert/pdf_signature.h"
#include "core/sys/file.h"
#include "keys/private/keyfile.h"

#define DOCUMENT_CHAIN_PEM_MAX 32768u /* bytes of a file of certificates */

/* Bytes of a message beside certificates, their issuer's name and number, and a time-stamp, at
 * most; and what is left for those: so that each document may get a time-stamp. */
#define DOCUMENT_MESSAGE_REST 900u
#define DOCUMENT_CHAIN_MAX    (PDF_SIGNATURE_ROOM_MAX - PDF_TIMESTAMP_MAX - DOCUMENT_MESSAGE_REST)

/* Who a certificate names, and for how long it holds: Unix seconds, both inside. */
struct document_subject {
    const char *organization, *name; /* UTF-8, 1 to 64 bytes each */
    int64_t not_before, not_after;
};

/* A self-signed CA certificate for keys that sign documents. Appends PEM. */
MUST_CHECK enum rc document_ca_make(const struct private_key *ca,
                                    const struct document_subject *subject, struct buf *to,
                                    struct diag *d);
/* A document key's certificate by that CA, and the CA's behind it. ca_pem: what document_ca_make()
 * made. */
MUST_CHECK enum rc document_certificate_make(const struct private_key *ca, struct span ca_pem,
                                             const struct private_key *key,
                                             const struct document_subject *subject, struct buf *to,
                                             struct diag *d);
/* PKCS#10 (RFC 2986), PEM; the subject's dates are not asked for. */
MUST_CHECK enum rc document_csr_make(const struct private_key *key,
                                     const struct document_subject *subject, struct buf *to,
                                     struct diag *d);

/* All of a signature that does not depend on the document. */
struct document_chain {
    int64_t not_before, not_after; /* in which all the certificates hold */
    size_t count;
    uint8_t ids[PDF_SIGNATURE_CERTS][SHA256_LEN]; /* the signer's first */
    struct buf certificates;                      /* as struct pdf_signature has them */
    struct buf issuer, serial;                    /* of the signer's certificate, DER */
};
void document_chain_free(struct document_chain *chain); /* leaves it zeroed; for ON_EXIT too */

/* "…/NAME.pem" or "…/NAME.pub" to "…/NAME.crt", where a document key's chain stands. RC_FORMAT: no
 * such name. */
MUST_CHECK enum rc document_chain_path(const char *key_path, char ret[PATH_LEN], struct diag *d);

/*
 * Reads 1 to PDF_SIGNATURE_CERTS certificates, the signer's first, each issued by the next; the
 * last need not be a root.
 *
 * key  whose certificate the first must be
 * ret  owned by the caller; written only on RC_OK. Its dates are not compared with the present
 *
 * RC_FORMAT   not such a file
 * RC_REFUSED  of another key; not for signing documents; a chain that does not hold; d says which
 * RC_LIMIT    more certificates, or longer ones, than a signature has room for
 */
MUST_CHECK enum rc document_chain_read(struct span pem, const struct public_numbers *key,
                                       struct document_chain *ret, struct diag *d);
