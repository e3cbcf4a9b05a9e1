/*
 * Private keys and secrets on disk, and the care they need: a file that we own,
 * mode 0600 or less, one link, no symbolic link, in a folder that others cannot write.
 */
#pragma once

#include "core/base/buf.h"
#include "core/crypto/pubkey.h"

struct private_key; /* a key ready to sign; contexts are per thread */

/*
 * RC_REFUSED  owner, mode, link count or folder are not safe: d names file, what is wrong and what
 * to do RC_FORMAT   not a PEM private key of a kind that we use
 */
MUST_CHECK enum rc private_key_load(const char *path, struct private_key **ret, struct diag *d);
MUST_CHECK enum rc private_key_generate(enum cose_alg alg, struct private_key **ret,
                                        struct diag *d);
/* PKCS#8 PEM, mode 0600, never over an existing file. */
MUST_CHECK enum rc private_key_save(const struct private_key *key, const char *path,
                                    struct diag *d);
void private_key_free(struct private_key *key); /* wiped; NULL is fine */
DEFINE_ON_EXIT(struct private_key, private_key_free)
const struct public_numbers *private_key_public(const struct private_key *key);

/*
 * Raw signature, of ECDSA the one with low s; self-contained, thread-safe. Before each SM2
 * signature the thread's private random generator is reseeded with msg.
 * RC_REFUSED  an RSA key
 */
MUST_CHECK enum rc private_key_sign(const struct private_key *key, struct span msg,
                                    uint8_t ret[SIGNATURE_LEN], struct diag *d);

/*
 * What a document needs: as private_key_sign(), but an RSA key signs too (RS256).
 * ret_len  SIGNATURE_LEN or RSA_N_LEN
 */
MUST_CHECK enum rc private_key_sign_document(const struct private_key *key, struct span msg,
                                             uint8_t ret[RSA_N_LEN], size_t *ret_len,
                                             struct diag *d);

/* A secret of exactly len random bytes, with the same care. */
MUST_CHECK enum rc secret_load(const char *path, uint8_t *ret, size_t len, struct diag *d);
MUST_CHECK enum rc secret_create(const char *path, size_t len, struct diag *d);
