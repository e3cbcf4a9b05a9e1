/*
 * A private key that never comes into this process's memory: whoever keeps it signs with it
 * (keys/pkcs11). Everything else is as for one from a file (keyfile.h).
 */
#pragma once

#include "keys/private/keyfile.h"

/* Threads: any, several at once. */
struct key_keeper {
    void *at;
    /*
     * what  ES256: the SHA-256 of the message; EdDSA: the message itself
     * ret   r ‖ s, whose s need not be the lower one; Ed25519's R ‖ S
     *
     * RC_BUSY       it cannot be reached now: the same may be asked again later
     * RC_NOT_FOUND  it does not keep this key
     * RC_CRYPTO     it would not sign
     */
    enum rc (*sign)(void *at, const struct public_numbers *key, struct span what,
                    uint8_t ret[SIGNATURE_LEN], struct diag *d);
    /* Whether it could sign with this key now. */
    bool (*has)(void *at, const struct public_numbers *key);
    const char *name; /* shown to people: "hsm:LABEL" */
};

/*
 * keeper  borrowed for the key's life
 * RC_REFUSED  SM2 and RSA keys are kept in files alone
 */
MUST_CHECK enum rc private_key_kept(const struct public_numbers *numbers,
                                    const struct key_keeper *keeper, struct private_key **ret,
                                    struct diag *d);
/* NULL: the key is in this process. */
const struct key_keeper *private_key_keeper(const struct private_key *key);
