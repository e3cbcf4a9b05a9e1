/*
 * Keys in a PKCS#11 token (an HSM, a smart card; softhsm2 in the tests), used where they are: P-256
 * by CKM_ECDSA over the digest, Ed25519 by CKM_EDDSA. They are found by their public halves, a
 * private object's being the public object of the same CKA_ID.
 *
 * The module is loaded once; sessions are opened when a thread needs one and kept. When the token
 * fails, all is opened and logged in anew, at once and then once a second with whatever is asked,
 * so that one that was away needs nobody's hand. A PIN that was refused is not tried again before
 * its file has changed, and never when the token says that one more wrong one would lock it.
 *
 * The module is asked by threads of its own, within a limit of time: an HSM that hangs is one that
 * is not there, and is asked again when the call that hangs has come back.
 *
 * Threads: any. Nothing is logged, and the PIN is in memory for one login alone.
 */
#pragma once

#include "keys/private/kept_key.h"
#include "keys/signer/signer.h"

#define PKCS11_WORDS SIGNER_HSM /* how d begins when the token is what failed */

struct pkcs11;

struct pkcs11_options {
    const char *module;   /* path of the shared library */
    const char *token;    /* its CKA_LABEL, at most 32 bytes */
    uint32_t limit_ms;    /* for one thing that is asked of it; over 0 */
    const char *pin_file; /* with the care of keyfile.h; a line end behind the PIN is fine */
};

/*
 * Loads the module and logs in. A token that is not there, or refuses the PIN, is no failure here:
 * pkcs11_ready() tells.
 *
 * RC_NOT_FOUND, RC_IO  the module cannot be loaded
 */
MUST_CHECK enum rc pkcs11_open(const struct pkcs11_options *o, struct pkcs11 **ret, struct diag *d);
void pkcs11_close(struct pkcs11 *p); /* after every key of it; NULL is fine */
DEFINE_ON_EXIT(struct pkcs11, pkcs11_close)

/* For how long a call has hung, from when it was made, ms; 0: none does. */
int64_t pkcs11_hangs_ms(struct pkcs11 *p);
/* One was closed while a call hung: a thread is still inside its module, and the process has to end
 * by _exit(2). */
bool pkcs11_left_hanging(void);

/*
 * Looks whether the token is there, and opens it again when it is back.
 * RC_BUSY       it is not there, or does not answer in time
 * RC_REFUSED    the PIN, its file, or one more try
 * RC_NOT_FOUND  no token of that label, or no PIN file
 */
MUST_CHECK enum rc pkcs11_ready(struct pkcs11 *p, struct diag *d);

/* For private_key_kept(). Lives as long as p. */
const struct key_keeper *pkcs11_keeper(const struct pkcs11 *p);

/*
 * Makes a key that the token never gives out.
 * alg    ALG_ES256 or ALG_EDDSA
 * label  of both its objects, 1 to 32 bytes
 * RC_EXISTS   it has a private key of that label
 * RC_REFUSED  another algorithm; else as pkcs11_ready(), RC_CRYPTO
 */
MUST_CHECK enum rc pkcs11_make(struct pkcs11 *p, enum cose_alg alg, const char *label,
                               struct public_numbers *ret, struct diag *d);
