/* A new key in the HSM, and what of it stands in the home. */
#pragma once

#include "core/base/rc.h"
#include "core/crypto/pubkey.h"

struct make_key_options {
    const char *home;
    const char *name;   /* 1 to 32 of a-z, 0-9 and '-' */
    const char *output; /* NULL: keys/NAME in the home */
    enum cose_alg alg;
};

/*
 * Makes the key NAME in the HSM of sitecert.ini, and writes its public half, OUTPUT.pub; of a name
 * that begins with "document-" also OUTPUT.csr, a request for its certificate. The trust list is
 * not changed.
 *
 * RC_USAGE    no such name
 * RC_EXISTS   the HSM has a key of that name, or a file is there
 * RC_REFUSED  sitecert.ini names no HSM; else as pkcs11_make()
 */
MUST_CHECK enum rc make_key(const struct make_key_options *o, struct diag *d);
