/*
 * Bytes as decimal digits, for QR codes in numeric mode (docs/formats.md, "QR text"):
 * 7 bytes are 17 digits, big endian, zero padded; a last group of 1 to 6 bytes
 * is 3, 5, 8, 10, 13, 15. And the text around them: HTTPS://HOST/V/DIGITS.
 */
#pragma once

#include "core/base/buf.h"

#define DIGITS_MAX 4096 /* digits; longer input is RC_LIMIT */

void digits_encode(struct span bytes, struct buf *to);

/*
 * RC_FORMAT  a character that is no digit, a length no encoder makes, a group of 256ⁿ or more;
 *            offset says where
 * RC_LIMIT   more than DIGITS_MAX
 */
MUST_CHECK enum rc digits_decode(struct span digits, struct buf *to, struct diag *d);

/* What a QR text says: host is empty when text is bare digits. Spans borrow text. */
struct qr_text {
    struct span host;
    struct span digits;
};
void qr_text_put(struct buf *b, const char *host, struct span token);

/*
 * Accepts HTTPS://HOST/V/DIGITS (scheme and host in any case, nothing behind the digits, no user,
 * no port but as part of the listed host) or bare digits, with white space around trimmed.
 * RC_FORMAT  neither
 */
MUST_CHECK enum rc qr_text_parse(struct span text, struct qr_text *ret, struct diag *d);
