/* What can be had of a certificate: its current token, a PDF. */
#pragma once

#include "issuer/reader/stock.h"

/* *ret borrows r. RC_BUSY: "signing". */
MUST_CHECK enum rc copy_token(struct reg *r, const struct reg_cert *c, struct span *ret,
                              struct diag *d);
/*
 * Draws and signs a copy as of home->now.
 *
 * e   may be another edition afterwards: stock_printing()
 * to  cleared after an error
 *
 * RC_BUSY       d is "signing", "not_published": no checkpoint covers it yet, "signer_gone",
 * "hsm_gone" or "signer_refuses" RC_NOT_FOUND  none is given out; d is its state, "suspended"
 */
MUST_CHECK enum rc copy_pdf(struct stock *s, struct edition **e, const struct home *home,
                            struct reg *r, const struct reg_cert *c, struct buf *to,
                            struct diag *d);

/* A failure with its cause, but for numbers of certificates and people: those are not logged. */
void log_unnumbered(const char *event, enum rc rc, const struct diag *d);
