/* The claims of a token by number (docs/formats.md, "Token"), for the files that read and write
 * them. */
#pragma once

#define CLAIM_SUB  2 /* RFC 8392 section 3.1 */
#define CLAIM_IAT  6
#define CLAIM_CERT (-65537)

enum cert_claim {
    CERT_NAME = 1,
    CERT_ID_TYPE,
    CERT_ID_TAIL,
    CERT_POST,
    CERT_UNIT,
    CERT_PROVIDER,
    CERT_ISSUED,
    CERT_DEADLINE,
    CERT_VERSION,
    CERT_STATUS_INDEX,
    CERT_LOG_INDEX,
    CERT_CE,
    CERT_PHOTO,
};
#define CERT_CLAIMS_NEEDED 11 /* 1 to 11; 12 and 13 may be absent */

#define CE_FIELDS    3 /* k, hours, post-specific hours */
#define CE_HOURS_MAX 64
