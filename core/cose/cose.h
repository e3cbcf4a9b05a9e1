/*
 * COSE_Sign1 (tag 18) and COSE_Sign (tag 98) as our formats allow them
 * (RFC 9052 sections 4.1 and 4.2): protected headers 1 alg, 4 kid and 16 typ
 * alone, nothing unprotected, no external data, payload inside. Bytes in,
 * spans out; no keys here.
 */
#pragma once

#include "core/base/buf.h"
#include "core/cose/cbor.h"
#include "core/crypto/pubkey.h"

#define KID_LEN 8 /* bytes: the first of the COSE key thumbprint, RFC 9679 */

/* The types in header 16 (RFC 9596). A token has none. */
#define TYP_STATUS    "application/statuslist+cwt"
#define TYP_DEADLINES "application/sitecert-deadlines+cwt"
#define TYP_DIRECTORY "application/sitecert-directory+cbor"
#define TYP_TRUST     "application/sitecert-trust+cbor"
#define TYP_BUNDLE    "application/sitecert-bundle+cbor"
#define TYP_DELTA     "application/sitecert-delta+cbor"
#define TYP_ORDER     "application/sitecert-order+cbor"
#define TYP_VOID      "application/sitecert-void+cbor"
#define TYP_ANSWER    "application/sitecert-answer+cbor"
#define TYP_KEYS      "application/sitecert-keys+cbor"

struct cose_header {
    struct span raw; /* the protected header's bytes, without the string head */
    int64_t alg;
    struct span kid; /* KID_LEN bytes, or empty when absent */
    struct span typ; /* text, or empty when absent */
};

struct cose_sign1 {
    struct cose_header header;
    struct span payload;
    struct span signature; /* SIGNATURE_LEN bytes */
};

/*
 * All spans of *ret borrow bytes, which must be the whole message and nothing more.
 * RC_FORMAT  not exactly such a message; offset says where
 */
MUST_CHECK enum rc cose_sign1_parse(struct span bytes, struct cose_sign1 *ret, struct diag *d);

/* The protected header {1: alg, 4: kid, 16: typ}; kid may be empty and typ NULL. */
void cose_header_put(struct buf *b, enum cose_alg alg, struct span kid, const char *typ);

/* Sig_structure "Signature1" (RFC 9052 section 4.4): what is signed. */
void cose_sign1_to_be_signed(struct buf *b, struct span header, struct span payload);
/* The message from its parts. */
void cose_sign1_put(struct buf *b, struct span header, struct span payload, struct span signature);

/*
 * Checks the signature of a parsed message with one key; the header's alg must be the key's.
 * RC_OK  *ret says whether it holds. RC_NOMEM, RC_CRYPTO: we could not tell.
 */
MUST_CHECK enum rc cose_sign1_check(const struct cose_sign1 *m, const struct pubkey *key,
                                    enum check *ret, struct diag *d);

#define COSE_SIGNERS_MAX 16

struct cose_sign {
    struct span body_header; /* raw */
    struct span typ;
    struct span payload;
    size_t count;
    struct cose_signer {
        struct cose_header header;
        struct span signature;
    } signers[COSE_SIGNERS_MAX];
};

MUST_CHECK enum rc cose_sign_parse(struct span bytes, struct cose_sign *ret, struct diag *d);
/* Sig_structure "Signature". */
void cose_sign_to_be_signed(struct buf *b, struct span body_header, struct span signer_header,
                            struct span payload);
void cose_sign_body_header_put(struct buf *b, const char *typ);
/* signers: header.raw and signature of each are used. */
void cose_sign_put(struct buf *b, struct span body_header, struct span payload,
                   const struct cose_signer *signers, size_t count);

/* As cose_sign1_check(), for one of the signers. */
MUST_CHECK enum rc cose_sign_check(const struct cose_sign *m, const struct cose_signer *signer,
                                   const struct pubkey *key, enum check *ret, struct diag *d);

/* COSE_Key (RFC 9053 section 7): {1: kty, -1: crv, -2: x, -3: y}, of RSA (RFC 8230 section 4)
 * {1: 3, -1: n, -2: e}, exactly these. */
void cose_key_put(struct buf *b, const struct public_numbers *key);
MUST_CHECK enum rc cose_key_parse(struct span bytes, struct public_numbers *ret, struct diag *d);
/* The same inside a larger item; false as of core/cose/cbor.h. */
MUST_CHECK bool cose_key_read(struct cbor_reader *c, struct public_numbers *ret);
/* RFC 9679 section 3 over SHA-256, its first KID_LEN bytes. */
void cose_key_id(const struct public_numbers *key, uint8_t ret[KID_LEN]);
