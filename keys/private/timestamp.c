#include "keys/private/timestamp.h"

#include <assert.h>

#include <openssl/err.h>
#include <openssl/ts.h>

#include "core/cert/der.h"
#include "core/crypto/hash.h"
#include "keys/private/x509_care.h"

#define NONCE_LEN   8  /* bytes */
#define ANCHORS_MAX 64 /* certificates in a file of anchors */

DEFINE_ON_EXIT(TS_REQ, TS_REQ_free)
DEFINE_ON_EXIT(TS_RESP, TS_RESP_free)
DEFINE_ON_EXIT(TS_VERIFY_CTX, TS_VERIFY_CTX_free)
DEFINE_ON_EXIT(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
DEFINE_ON_EXIT(X509_ALGOR, X509_ALGOR_free)
DEFINE_ON_EXIT(ASN1_INTEGER, ASN1_INTEGER_free)
DEFINE_ON_EXIT(BIGNUM, BN_free)

static enum rc failed(const char *what, struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "OpenSSL cannot %s", what);
}

/* What stands in /Contents, and has no time-stamp yet. */
static enum rc parse_bare(struct span contents, struct pdf_signature *ret, struct diag *d)
{
    const enum rc rc = pdf_signature_parse(contents, ret, d);
    if (rc == RC_OK && ret->timestamp.len > 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the signature has a time-stamp already");
    return rc;
}

static bool put_imprint(TS_REQ *req, struct span signature)
{
    uint8_t digest[SHA256_LEN];
    sha256(signature, digest);
    ON_EXIT(TS_MSG_IMPRINT_free_at) TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    ON_EXIT(X509_ALGOR_free_at) X509_ALGOR *algor = X509_ALGOR_new();
    return imprint && algor &&
           X509_ALGOR_set0(algor, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
           TS_MSG_IMPRINT_set_algo(imprint, algor) == 1 &&
           TS_MSG_IMPRINT_set_msg(imprint, digest, sizeof digest) == 1 &&
           TS_REQ_set_msg_imprint(req, imprint) == 1;
}

static bool put_nonce(TS_REQ *req)
{
    uint8_t bytes[NONCE_LEN];
    random_bytes(bytes, sizeof bytes);
    ON_EXIT(BN_free_at) BIGNUM *v = BN_bin2bn(bytes, sizeof bytes, NULL);
    ON_EXIT(ASN1_INTEGER_free_at) ASN1_INTEGER *nonce = v ? BN_to_ASN1_INTEGER(v, NULL) : NULL;
    return nonce && TS_REQ_set_nonce(req, nonce) == 1;
}

enum rc timestamp_request_put(struct span contents, struct buf *to, struct diag *d)
{
    assert(to);

    struct pdf_signature s;
    const enum rc rc = parse_bare(contents, &s, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(TS_REQ_free_at) TS_REQ *req = TS_REQ_new();
    if (!req || TS_REQ_set_version(req, 1) != 1 || TS_REQ_set_cert_req(req, 1) != 1 ||
        !put_imprint(req, s.signature_octets) || !put_nonce(req))
        return failed("make a time-stamp request", d);
    const int len = i2d_TS_REQ(req, NULL);
    uint8_t *at = len > 0 ? buf_reserve(to, (size_t)len) : NULL;
    if (!at)
        return len > 0 ? buf_rc(to, d) : failed("write a time-stamp request", d);
    to->len += (size_t)i2d_TS_REQ(req, &at);
    return RC_OK;
}

/* The token as the authority signed it: written anew it might differ. RFC 3161 section 2.4.2. */
static enum rc find_token(struct span response, struct span *ret, struct diag *d)
{
    struct reader r = reader_over(response);
    struct span content, status;
    if (!der_take(&r, DER_SEQUENCE, &content) || !der_at_end(&r))
        return diag_set(d, RC_FORMAT, 0, "the answer is not a time-stamp response in DER");
    r = reader_over(content);
    if (!der_take(&r, DER_SEQUENCE, &status))
        return diag_set(d, RC_FORMAT, 0, "the answer is not a time-stamp response in DER");
    if (der_at_end(&r))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the time-stamp authority gives none");
    if (!der_take_whole(&r, DER_SEQUENCE, ret) || !der_at_end(&r))
        return diag_set(d, RC_FORMAT, 0, "the answer is not a time-stamp response in DER");
    if (ret->len > PDF_TIMESTAMP_MAX)
        return diag_set(d, RC_LIMIT, PDF_TIMESTAMP_MAX, "a time-stamp of over %u bytes",
                        PDF_TIMESTAMP_MAX);
    return RC_OK;
}

static bool add_all(X509_STORE *store, STACK_OF(X509) * certs)
{
    for (int i = 0; i < sk_X509_num(certs); i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(certs, i)) != 1)
            return false;
    }
    return true;
}

/* Without anchors of ours the token's own certificates must do. */
static enum rc fill_store(X509_STORE *store, TS_RESP *resp, struct span anchors, struct diag *d)
{
    if (anchors.len == 0) {
        PKCS7 *const token = TS_RESP_get_token(resp);
        if (!token || !PKCS7_type_is_signed(token) || sk_X509_num(token->d.sign->cert) < 1 ||
            !add_all(store, token->d.sign->cert))
            return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the time-stamp has no certificates");
        (void)X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
        return RC_OK;
    }
    ON_EXIT(x509_stack_free_at) STACK_OF(X509) *certs = NULL;
    const enum rc rc = x509_stack_read(anchors, ANCHORS_MAX, &certs, d);
    if (rc == RC_OK && !add_all(store, certs))
        return failed("take the time-stamp authority's certificates", d);
    return rc;
}

static enum rc verify(TS_REQ *req, TS_RESP *resp, struct span anchors, struct diag *d)
{
    ON_EXIT(TS_VERIFY_CTX_free_at) TS_VERIFY_CTX *ctx = TS_REQ_to_TS_VERIFY_CTX(req, NULL);
    ON_EXIT(X509_STORE_free_at) X509_STORE *store = X509_STORE_new();
    if (!ctx || !store)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "checking a time-stamp");
    const enum rc rc = fill_store(store, resp, anchors, d);
    if (rc != RC_OK)
        return rc;

    (void)TS_VERIFY_CTX_set_store(ctx, TAKE(store)); /* which frees it */
    (void)TS_VERIFY_CTX_add_flags(ctx, TS_VFY_SIGNATURE);
    if (TS_RESP_verify_response(ctx, resp) == 1)
        return RC_OK;
    const char *const why = ERR_reason_error_string(ERR_peek_error());
    (void)diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the time-stamp does not hold: %s",
                   why ? why : "unknown reason");
    ERR_clear_error();
    return RC_REFUSED;
}

static enum rc check_response(struct span request, struct span response, struct span anchors,
                              struct diag *d)
{
    const unsigned char *at = request.ptr;
    ON_EXIT(TS_REQ_free_at) TS_REQ *req = d2i_TS_REQ(NULL, &at, (long)request.len);
    if (!req || at != request.ptr + request.len)
        return failed("read a time-stamp request", d);
    at = response.ptr;
    ON_EXIT(TS_RESP_free_at) TS_RESP *resp = d2i_TS_RESP(NULL, &at, (long)response.len);
    if (!resp || at != response.ptr + response.len) {
        ERR_clear_error();
        return diag_set(d, RC_FORMAT, 0, "the answer is not a time-stamp response");
    }
    return verify(req, resp, anchors, d);
}

enum rc timestamp_embed(struct span contents, struct span request, struct span response,
                        struct span anchors, struct buf *to, struct diag *d)
{
    assert(to);

    struct pdf_signature s, own;
    struct span token = { 0 };
    ON_EXIT(buf_free_at) struct buf stamped = { 0 };
    enum rc rc = parse_bare(contents, &s, d);
    if (rc == RC_OK)
        rc = find_token(response, &token, d);
    if (rc == RC_OK)
        rc = check_response(request, response, anchors, d);
    if (rc == RC_OK)
        rc = pdf_signature_fill(contents.len, s.certificates, s.signer_info, token, &stamped, d);
    if (rc == RC_OK)
        rc = pdf_signature_parse(buf_span(&stamped), &own, d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&stamped));
    return buf_rc(to, d);
}
