/*
 * QR codes (ISO/IEC 18004) of certificates, by libqrencode: error correction M,
 * the address in alphanumeric mode and the digits in numeric mode, quiet zone of
 * four modules (docs/formats.md, "QR").
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define QR_QUIET_ZONE 4 /* modules */
#define QR_WIDTH_MAX  177

struct qr {
    unsigned version;                          /* 1 to 40 */
    unsigned width;                            /* modules, without the quiet zone */
    uint8_t dark[QR_WIDTH_MAX * QR_WIDTH_MAX]; /* row by row; 1: dark */
};

/*
 * text  HTTPS://HOST/V/DIGITS as qr_text_put() writes it, or bare digits
 * RC_FORMAT  a character that alphanumeric mode does not have
 * RC_LIMIT   more than a QR code holds
 */
MUST_CHECK enum rc qr_encode(struct span text, struct qr *ret, struct diag *d);

/* One path of dark runs, one unit a module; print it with modules of 0.5 mm or more. */
void qr_svg_put(struct buf *to, const struct qr *qr);
/* Black on white PNG, `scale` pixels a module (1 to 64). */
MUST_CHECK enum rc qr_png_put(struct buf *to, const struct qr *qr, unsigned scale, struct diag *d);
/* Two modules a character by half blocks; with colours set, light themes do not invert it. */
void qr_terminal_put(struct buf *to, const struct qr *qr, bool colours);
