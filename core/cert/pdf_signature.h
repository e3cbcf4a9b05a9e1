/*
 * The signature in a PDF of ours: PAdES baseline (ETSI EN 319 142-1), a detached CMS
 * SignedData (RFC 5652) in exactly one DER profile (docs/pdf.md, "Signature"). Bytes
 * in, spans and an answer out; what the PDF around it says is another's work.
 *
 * Nothing of a message can be changed unnoticed but the bytes inside a time-stamp token: whom to
 * believe about the time is not in a trust list, so the token is handed out as it stands and is not
 * believed here.
 */
#pragma once

#include "core/crypto/hash.h"
#include "keys/trust/trust_list.h"

/*
 * /Contents has room for one of these numbers of bytes, twice as many hex digits, by what the
 * certificates and a time-stamp need; zeros follow the message.
 */
#define PDF_SIGNATURE_ROOMS                                                                        \
    {                                                                                              \
        4096, 16384                                                                                \
    }
#define PDF_SIGNATURE_ROOM_MAX 16384u
#define PDF_SIGNATURE_CERTS    4     /* certificates in one message */
#define PDF_SIGNATURE_CERT_MAX 4096u /* bytes of one */
#define PDF_TIMESTAMP_MAX      8192u /* bytes of a time-stamp token */

bool pdf_signature_room_valid(size_t len);

/* A message's parts. All borrow its bytes. */
struct pdf_signature {
    struct span message;           /* without the zeros behind it */
    struct span digest;            /* SHA256_LEN bytes: of the signed byte range */
    struct span signed_attributes; /* a [0] of the profile, head and all */
    struct span certificates;      /* a [0], head and all: by DER ascending */
    struct span certificate;       /* the signer's */
    struct span key_info;          /* its SubjectPublicKeyInfo, head and all */
    struct span signer_info;       /* content of the SignerInfo up to the signature */
    struct span signature_octets;  /* content of the SignerInfo's signature: what is time-stamped */
    struct span timestamp;         /* a TimeStampToken (RFC 3161), or empty: not believed */
    enum cose_alg alg;             /* as signatureAlgorithm says */
    uint8_t signature[RSA_N_LEN];  /* raw, as pubkey_check() takes it: copied */
    size_t signature_len;
};

/*
 * Reads what stands in /Contents.
 *
 * contents  one of PDF_SIGNATURE_ROOMS bytes: the message and zeros; borrowed, outlives *ret
 * ret       written only on RC_OK; nothing of it is checked yet but its form, and that each
 *           certificate is the one whose hash is among the signed attributes
 *
 * RC_FORMAT  not exactly a message of the profile; offset says where
 *
 * docs/pdf.md, "Signature"
 */
MUST_CHECK enum rc pdf_signature_parse(struct span contents, struct pdf_signature *ret,
                                       struct diag *d);

/*
 * Says whether a listed document key signed this digest.
 *
 * digest  SHA-256 of the bytes that the PDF's byte range names, made by the caller
 * time_s  a moment that the signed file states; the key's dates must hold it
 * ret     the key
 *
 * RC_NOT_FOUND      the signer's key is not listed
 * RC_BAD_SIGNATURE  another digest, or the signature does not hold
 * RC_REFUSED        it holds, but the key is for something else or time_s is outside its dates
 * RC_NOMEM, RC_CRYPTO
 */
MUST_CHECK enum rc pdf_signature_check(const struct pdf_signature *s, const struct trust_list *list,
                                       const uint8_t digest[SHA256_LEN], int64_t time_s,
                                       const struct trusted_key **ret, struct diag *d);

/* --- the writer's side: everything that has one form --- */

/* The key's SubjectPublicKeyInfo: ALG_ES256 or ALG_RS256. RFC 5480, RFC 8017 appendix A.1. */
void pdf_key_info_put(struct buf *to, const struct public_numbers *numbers);
/* The signed attributes as a SET OF. certs: SHA-256 of each, the signer's first. */
void pdf_signed_attributes_put(struct buf *to, const uint8_t digest[SHA256_LEN],
                               const uint8_t (*certs)[SHA256_LEN], size_t count);
/*
 * The content of a SignerInfo up to the signature.
 * issuer      its Name, head and all, of the signer's certificate; serial: that INTEGER, so too
 * attributes  as pdf_signed_attributes_put() made them
 * signature   raw: SIGNATURE_LEN or RSA_N_LEN bytes
 */
struct pdf_signer {
    struct span issuer, serial;
    enum cose_alg alg;
};
void pdf_signer_info_put(struct buf *to, const struct pdf_signer *signer, struct span attributes,
                         struct span signature);
/*
 * What stands in /Contents: the message, and zeros up to room bytes.
 * certificates  a [0], as in struct pdf_signature; signer_info likewise
 * timestamp     empty, or a token
 * RC_LIMIT      it does not fit
 */
MUST_CHECK enum rc pdf_signature_fill(size_t room, struct span certificates,
                                      struct span signer_info, struct span timestamp,
                                      struct buf *to, struct diag *d);
