/*
 * The token: the certificate itself, a COSE_Sign1 over a CWT claims map
 * (docs/formats.md, "Token"). Reading checks form and ranges, never a signature:
 * for that see core/cert/judge.h.
 */
#pragma once

#include "core/cose/cose.h"

#define TOKEN_MAX_LEN     768 /* bytes of the whole COSE_Sign1 */
#define TOKEN_NUMBER_MAX  40  /* bytes of a certificate number: 0-9 A-Z - */
#define TOKEN_NAME_MAX    400 /* bytes of UTF-8: 100 characters */
#define TOKEN_PHOTO_LEN   8   /* bytes of claim 13 */
#define TOKEN_CE_YEARS    2
#define TOKEN_VERSION_MAX 65535

struct ce_hours {
    uint32_t k;          /* CE year, from 1 */
    uint32_t hours;      /* whole hours that count, at most 64 */
    uint32_t post_hours; /* of these post-specific */
};

/* Dates are days since 1970-01-01, UTC+8. Spans borrow the input. */
struct token {
    struct cose_sign1 cose; /* as parsed; zero when being made */
    struct span number;
    int64_t iat; /* Unix seconds */
    struct span name;
    uint32_t id_type;              /* GB/T 36903 */
    struct span id_tail;           /* last four characters of the document's number */
    uint32_t post, unit, provider; /* post code 1.., unit id, index in the directory */
    int32_t issued, deadline;
    uint32_t version; /* from 1 */
    uint32_t status_index;
    uint64_t log_index;
    size_t ce_count;
    struct ce_hours ce[TOKEN_CE_YEARS]; /* ascending k */
    struct span photo;                  /* TOKEN_PHOTO_LEN bytes, or empty */
};

/*
 * Reads one token.
 *
 * bytes   a whole COSE_Sign1, at most TOKEN_MAX_LEN bytes; borrowed, must outlive *ret
 * ret     fields as signed, spans into bytes; written only on RC_OK
 *
 * RC_FORMAT  not deterministic CBOR, a header other than {1: alg, 4: kid}, or a claim missing,
 *            unknown, out of range; deadline before issued; offset says where
 * RC_LIMIT   longer than TOKEN_MAX_LEN
 *
 * RFC 9052 section 4.2, RFC 8392 section 3, RFC 8949 section 4.2.1
 */
MUST_CHECK enum rc token_parse(struct span bytes, struct token *ret, struct diag *d);
/* The same for the payload alone (a signer looks at what it is asked to sign); cose stays zero. */
MUST_CHECK enum rc token_payload_parse(struct span payload, struct token *ret, struct diag *d);

/* The claims map of t; the caller has kept the ranges above. */
void token_payload_put(struct buf *b, const struct token *t);

/* Claim 13: first 8 bytes of SHA-256(number ‖ iat, 8 bytes ‖ log index, 8 bytes ‖ photo file), big
 * endian. */
void token_photo_digest(struct span number, int64_t iat, uint64_t log_index, struct span photo_file,
                        uint8_t ret[TOKEN_PHOTO_LEN]);
