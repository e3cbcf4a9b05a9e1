/*
 * The step from PAdES B-B to B-T: a time-stamp (RFC 3161) over the signature, as an unsigned
 * attribute (ETSI EN 319 122-1 section 5.3). No private key and no socket here: the caller carries
 * request and response (issuer/document).
 */
#pragma once

#include "core/base/buf.h"
#include "core/cert/pdf_signature.h"

#define TIMESTAMP_RESPONSE_MAX (PDF_TIMESTAMP_MAX + 1024u) /* bytes */

/*
 * A TimeStampReq for the signature in contents: SHA-256, a random nonce, certificates wanted.
 * RC_FORMAT  contents are no signature of ours, or one that has a time-stamp
 */
MUST_CHECK enum rc timestamp_request_put(struct span contents, struct buf *to, struct diag *d);

/*
 * Checks a response and puts its token into the signature.
 *
 * request   what timestamp_request_put() made
 * response  from anywhere
 * anchors   PEM: the authorities that are believed. Empty: the certificates that the token itself
 *           carries are taken, so that the chain holds together but says nothing of who it is
 * to        gets contents.len bytes, appended on RC_OK alone
 *
 * RC_REFUSED  the authority says no; or nonce, imprint, signature or chain are wrong: d says which
 * RC_FORMAT   not a TimeStampResp, or anchors that are no certificates
 * RC_LIMIT    the token is over PDF_TIMESTAMP_MAX bytes, or contents have no room for it
 */
MUST_CHECK enum rc timestamp_embed(struct span contents, struct span request, struct span response,
                                   struct span anchors, struct buf *to, struct diag *d);
