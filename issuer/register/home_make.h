/* How home_init() makes what stands in a home. For the files of issuer/register alone. */
#pragma once

#include "issuer/register/home.h"

/* Fills an existing empty folder with everything of a new deployment. */
MUST_CHECK enum rc home_fill(const char *folder, const struct home_choices *choices, int64_t now_s,
                             struct diag *d);

/* Makes a key and its file keys/FILE in the home at folder. */
MUST_CHECK enum rc home_make_key(const char *folder, const char *file, enum cose_alg alg,
                                 struct private_key **ret, struct diag *d);
/* A new file of the home at folder. RC_NOMEM: bytes are not whole. */
MUST_CHECK enum rc home_put_file(const char *folder, const char *name, const struct buf *bytes,
                                 unsigned mode, struct diag *d);

/*
 * Makes the document CA (keys/document-ca.pem, document-ca.crt) and by it the certificate of a
 * document key, keys/document-1.crt.
 *
 * list       whose deployment, host and first moment go into the certificates
 * not_after  of the key; the CA lasts longer
 */
MUST_CHECK enum rc home_make_document_ca(const char *folder, const struct trust_list *list,
                                         const struct private_key *key, int64_t not_after,
                                         struct diag *d);

#define HOME_DEFAULT_HOST "SITECERT.EXAMPLE"
