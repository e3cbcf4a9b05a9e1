/* X.509 objects that free themselves, and certificates from PEM; for the files of keys/private. */
#pragma once

#include <openssl/x509v3.h>

#include "core/base/rc.h"
#include "core/base/span.h"

DEFINE_ON_EXIT(X509, X509_free)
DEFINE_ON_EXIT(X509_REQ, X509_REQ_free)
DEFINE_ON_EXIT(X509_STORE, X509_STORE_free)
DEFINE_ON_EXIT(X509_STORE_CTX, X509_STORE_CTX_free)

static inline void x509_stack_free_at(STACK_OF(X509) * *certs)
{
    sk_X509_pop_free(*certs, X509_free);
    *certs = NULL;
}

static inline void x509_bio_free_at(BIO **bio)
{
    (void)BIO_free(*bio);
    *bio = NULL;
}

/*
 * All certificates of a PEM text, in its order; remarks between them are skipped.
 * RC_FORMAT  none, or a block that is no certificate; RC_LIMIT: more than max
 */
MUST_CHECK enum rc x509_stack_read(struct span pem, int max, STACK_OF(X509) * *ret, struct diag *d);
