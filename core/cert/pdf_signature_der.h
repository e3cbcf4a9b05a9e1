/* The parts of a PDF signature that never change (docs/pdf.md, "Signature"), for its reader and its
 * writer alone. */
#pragma once

#include "core/base/span.h"

#define PDF_BYTES(...)                                                                             \
    ((struct span){ (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) })

/* 1.2.840.113549.1.7: PKCS#7. */
#define PDF_OID_DATA        PDF_BYTES(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1)
#define PDF_OID_SIGNED_DATA PDF_BYTES(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2)

/* SHA-256 without parameters: RFC 5754 section 2. */
#define PDF_ALG_SHA256 PDF_BYTES(0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1)
/* ecdsa-with-SHA256: RFC 5754 section 3.3; sha256WithRSAEncryption, with NULL: section 3.2. */
#define PDF_ALG_ES256 PDF_BYTES(0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)
#define PDF_ALG_RS256 PDF_BYTES(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0)

/* What begins SignedData: version 1, digestAlgorithms, and id-data without content. */
#define PDF_SIGNED_DATA_BEGIN                                                                      \
    PDF_BYTES(2, 1, 1, 0x31, 13, 0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 0x30, 11,  \
              6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1)
#define PDF_VERSION_1 PDF_BYTES(2, 1, 1)

/* Attributes: RFC 5652 sections 11.1 and 11.2; RFC 5035 section 3; RFC 3161 appendix A. */
#define PDF_ATTRIBUTE_CONTENT_TYPE                                                                 \
    PDF_BYTES(0x30, 24, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3, 0x31, 11, 6, 9, 0x2a,   \
              0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1)
/* Up to the digest. */
#define PDF_ATTRIBUTE_DIGEST_BEGIN                                                                 \
    PDF_BYTES(0x30, 47, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4, 0x31, 34, 4, 32)
#define PDF_OID_CERTIFICATES PDF_BYTES(6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47)
#define PDF_OID_TIMESTAMP    PDF_BYTES(6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14)
/* An ESSCertIDv2 up to the hash: SHA-256 is the default and stays out, as does issuerSerial. */
#define PDF_CERTIFICATE_ID_BEGIN PDF_BYTES(0x30, 34, 4, 32)

/* A SubjectPublicKeyInfo up to the point, and up to the modulus. */
#define PDF_KEY_ES256_BEGIN                                                                        \
    PDF_BYTES(0x30, 89, 0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86,      \
              0x48, 0xce, 0x3d, 3, 1, 7, 3, 66, 0, 4)
#define PDF_KEY_RS256_BEGIN                                                                        \
    PDF_BYTES(0x30, 0x82, 1, 0xa2, 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, \
              0, 3, 0x82, 1, 0x8f, 0, 0x30, 0x82, 1, 0x8a, 2, 0x82, 1, 0x81, 0)
#define PDF_KEY_RS256_END PDF_BYTES(2, 3, 1, 0, 1)
