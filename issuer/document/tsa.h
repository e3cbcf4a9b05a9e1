/*
 * The one place of the issuer that asks another server: a time-stamp authority (RFC 3161 section
 * 3.4) over HTTP or HTTPS, when sitecert.ini names one. It holds no key; keys/private makes the
 * request and checks the answer.
 */
#pragma once

#include "core/base/buf.h"
#include "issuer/register/home.h"

#define TSA_TIMEOUT_S 15 /* for one request as a whole */

/*
 * Sends a request and appends the body of the answer to *to. Blocks for up to TSA_TIMEOUT_S.
 *
 * url  http or https; no redirection is followed
 *
 * RC_IO      no answer, or not HTTP 200: d says so
 * RC_FORMAT  the answer is not application/timestamp-reply
 * RC_LIMIT   it is longer than a time-stamp of ours may be
 */
MUST_CHECK enum rc tsa_ask(const char *url, struct span request, struct buf *to, struct diag *d);

/* True: this deployment's documents carry time-stamps. */
bool tsa_wanted(const struct home *home);

/*
 * Adds the time-stamp of the authority that sitecert.ini names to a signature.
 *
 * contents  as signer_document() gave it, with room for a time-stamp
 * to        gets contents.len bytes, appended on RC_OK alone
 *
 * As tsa_ask() and timestamp_embed(); RC_NOT_FOUND: the file of `tsa_ca` is not there
 */
MUST_CHECK enum rc tsa_stamp(const struct home *home, struct span contents, struct buf *to,
                             struct diag *d);
