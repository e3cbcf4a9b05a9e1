#include "keys/private/document_chain.h"

#include <assert.h>
#include <limits.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/cert/der.h"
#include "keys/private/x509_care.h"

/* Extended uses under which readers take a signature on a document; a certificate without the
 * extension is for any. RFC 9336, RFC 5280 section 4.2.1.12, Adobe, Microsoft. */
static const char *const document_uses[] = {
    "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4",       "1.2.840.113583.1.1.5",
    "2.5.29.37.0",        "1.3.6.1.4.1.311.10.3.12",
};

static enum rc refused(const char *why, struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "%s", why);
}

void document_chain_free(struct document_chain *chain)
{
    if (!chain)
        return;
    buf_free(&chain->certificates);
    buf_free(&chain->issuer);
    buf_free(&chain->serial);
    *chain = (struct document_chain){ 0 };
}

enum rc document_chain_path(const char *key_path, char ret[PATH_LEN], struct diag *d)
{
    const size_t len = strlen(key_path);
    const char *const ending = key_path + (len < 5 ? len : len - 4);
    if (len >= PATH_LEN || (strcmp(ending, ".pem") != 0 && strcmp(ending, ".pub") != 0))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "'%.120s' is named neither NAME.pem nor NAME.pub", key_path);
    memcpy(ret, key_path, len - 4);
    memcpy(ret + len - 4, ".crt", sizeof ".crt");
    return RC_OK;
}

enum rc x509_stack_read(struct span pem, int max, STACK_OF(X509) * *ret, struct diag *d)
{
    ON_EXIT(x509_bio_free_at) BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    ON_EXIT(x509_stack_free_at) STACK_OF(X509) *certs = sk_X509_new_null();
    if (!bio || !certs)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "certificates");

    for (;;) {
        ON_EXIT(X509_free_at) X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (!cert)
            break;
        if (sk_X509_num(certs) >= max)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %d certificates", max);
        if (sk_X509_push(certs, cert) <= 0)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "certificates");
        (void)TAKE(cert);
    }
    /* The end is an error too: the one that says that no other block begins. */
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!at_end || sk_X509_num(certs) == 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not a file of certificates in PEM");
    *ret = TAKE(certs);
    return RC_OK;
}

static enum rc check_key(X509 *cert, const struct public_numbers *key, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf want = { 0 };
    ON_EXIT(buf_free_at) struct buf have = { 0 };
    if (key->alg != ALG_ES256 && key->alg != ALG_RS256)
        return refused("a document key is P-256 or RSA-3072", d);
    pdf_key_info_put(&want, key);
    X509_PUBKEY *const info = X509_get_X509_PUBKEY(cert);
    const int len = i2d_X509_PUBKEY(info, NULL);
    uint8_t *at = len > 0 ? buf_reserve(&have, (size_t)len) : NULL;
    if (at)
        have.len += (size_t)i2d_X509_PUBKEY(info, &at);
    const enum rc rc = buf_rc(&want, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(buf_span(&want), buf_span(&have)))
        return refused("the first certificate is of another key", d);
    return RC_OK;
}

static bool is_document_use(const ASN1_OBJECT *use)
{
    char text[64];
    if (OBJ_obj2txt(text, sizeof text, use, 1) <= 0)
        return false;
    for (size_t i = 0; i < sizeof document_uses / sizeof document_uses[0]; i++) {
        if (strcmp(text, document_uses[i]) == 0)
            return true;
    }
    return false;
}

static bool may_sign_documents(X509 *cert)
{
    if ((X509_get_key_usage(cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
        return false;
    if ((X509_get_extension_flags(cert) & EXFLAG_XKUSAGE) == 0)
        return true;

    EXTENDED_KEY_USAGE *const uses = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(uses); i++)
        found = found || is_document_use(sk_ASN1_OBJECT_value(uses, i));
    EXTENDED_KEY_USAGE_free(uses);
    return found;
}

static enum rc check_use(X509 *cert, struct diag *d)
{
    if (X509_get_version(cert) != X509_VERSION_3)
        return refused("the first certificate is not of version 3", d);
    if (X509_check_ca(cert) != 0)
        return refused("the first certificate is a CA's", d);
    if (!may_sign_documents(cert))
        return refused(
            "the first certificate is not for signing documents: its key usage has neither "
            "digitalSignature nor nonRepudiation, or its extended key usage names other "
            "uses alone",
            d);
    return RC_OK;
}

/* Each by the next, and the last believed for this once: whether it is a root is not our question.
 */
static enum rc check_links(STACK_OF(X509) * certs, struct diag *d)
{
    const int count = sk_X509_num(certs);
    ON_EXIT(X509_STORE_free_at) X509_STORE *store = X509_STORE_new();
    ON_EXIT(X509_STORE_CTX_free_at) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (!store || !ctx || X509_STORE_add_cert(store, sk_X509_value(certs, count - 1)) != 1 ||
        X509_STORE_CTX_init(ctx, store, sk_X509_value(certs, 0), certs) != 1)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a chain of certificates");
    X509_VERIFY_PARAM *const param = X509_STORE_CTX_get0_param(ctx);
    (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    X509_VERIFY_PARAM_set_auth_level(param, 2); /* 112 bits: no SHA-1, no RSA-1024 */

    if (X509_verify_cert(ctx) != 1) {
        ERR_clear_error();
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the chain does not hold: %s",
                        X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
    }
    STACK_OF(X509) *const chain = X509_STORE_CTX_get0_chain(ctx);
    bool same = sk_X509_num(chain) == count;
    for (int i = 0; same && i < count; i++)
        same = X509_cmp(sk_X509_value(chain, i), sk_X509_value(certs, i)) == 0;
    return same ? RC_OK : refused("the certificates are not a chain in its order", d);
}

static bool time_of(const ASN1_TIME *t, int64_t *ret)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(t, &tm) != 1)
        return false;
    *ret = (int64_t)timegm(&tm);
    return true;
}

static enum rc narrow_dates(X509 *cert, struct document_chain *chain, struct diag *d)
{
    int64_t from, until;
    if (!time_of(X509_get0_notBefore(cert), &from) || !time_of(X509_get0_notAfter(cert), &until))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a certificate without proper dates");
    if (from > chain->not_before)
        chain->not_before = from;
    if (until < chain->not_after)
        chain->not_after = until;
    return RC_OK;
}

/* One certificate as it stands: a copy made anew might differ from what its CA signed. */
struct der_cert {
    uint8_t *ptr;
    int len;
};

static void der_certs_free_at(struct der_cert (*all)[PDF_SIGNATURE_CERTS])
{
    for (size_t i = 0; i < PDF_SIGNATURE_CERTS; i++)
        OPENSSL_free((*all)[i].ptr);
}

static bool sorts_before(const struct der_cert *a, const struct der_cert *b)
{
    const int shorter = a->len < b->len ? a->len : b->len;
    const int order = memcmp(a->ptr, b->ptr, (size_t)shorter);
    return order < 0 || (order == 0 && a->len < b->len);
}

/* X.690 section 11.6: the parts of a SET OF ascend. */
static void put_sorted(const struct der_cert *certs, size_t count, struct buf *to)
{
    const struct der_cert *order[PDF_SIGNATURE_CERTS] = { 0 };
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && sorts_before(&certs[i], order[at - 1]); at--)
            order[at] = order[at - 1];
        order[at] = &certs[i];
        len += (size_t)certs[i].len;
    }
    der_put_head(to, DER_CONTEXT_0, len);
    for (size_t i = 0; i < count; i++)
        buf_put(to, order[i]->ptr, (size_t)order[i]->len);
}

static enum rc put_certificates(STACK_OF(X509) * certs, struct document_chain *chain,
                                struct diag *d)
{
    ON_EXIT(der_certs_free_at) struct der_cert all[PDF_SIGNATURE_CERTS] = { 0 };
    chain->count = (size_t)sk_X509_num(certs);
    for (size_t i = 0; i < chain->count; i++) {
        X509 *const cert = sk_X509_value(certs, (int)i);
        all[i].len = i2d_X509(cert, &all[i].ptr);
        if (all[i].len <= 0)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a certificate");
        if ((unsigned)all[i].len > PDF_SIGNATURE_CERT_MAX)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a certificate is over %u bytes",
                            PDF_SIGNATURE_CERT_MAX);
        sha256(span_of(all[i].ptr, (size_t)all[i].len), chain->ids[i]);
        const enum rc rc = narrow_dates(cert, chain, d);
        if (rc != RC_OK)
            return rc;
    }
    put_sorted(all, chain->count, &chain->certificates);
    return buf_rc(&chain->certificates, d);
}

static enum rc put_name(X509 *cert, struct document_chain *chain, struct diag *d)
{
    uint8_t *issuer = NULL, *serial = NULL;
    const int issuer_len = i2d_X509_NAME(X509_get_issuer_name(cert), &issuer);
    const int serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &serial);
    if (issuer_len > 0)
        buf_put(&chain->issuer, issuer, (size_t)issuer_len);
    if (serial_len > 0)
        buf_put(&chain->serial, serial, (size_t)serial_len);
    OPENSSL_free(issuer);
    OPENSSL_free(serial);
    if (issuer_len <= 0 || serial_len <= 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a certificate's name");
    const enum rc rc = buf_rc(&chain->issuer, d);
    return rc == RC_OK ? buf_rc(&chain->serial, d) : rc;
}

enum rc document_chain_read(struct span pem, const struct public_numbers *key,
                            struct document_chain *ret, struct diag *d)
{
    assert(key && ret);

    ON_EXIT(x509_stack_free_at) STACK_OF(X509) *certs = NULL;
    ON_EXIT(document_chain_free)
    struct document_chain chain = { .not_before = INT64_MIN, .not_after = INT64_MAX };
    if (pem.len > DOCUMENT_CHAIN_PEM_MAX)
        return diag_set(d, RC_LIMIT, DOCUMENT_CHAIN_PEM_MAX, "certificates of over %u bytes",
                        DOCUMENT_CHAIN_PEM_MAX);
    enum rc rc = x509_stack_read(pem, PDF_SIGNATURE_CERTS, &certs, d);
    if (rc == RC_OK)
        rc = check_key(sk_X509_value(certs, 0), key, d);
    if (rc == RC_OK)
        rc = check_use(sk_X509_value(certs, 0), d);
    if (rc == RC_OK)
        rc = check_links(certs, d);
    if (rc == RC_OK)
        rc = put_certificates(certs, &chain, d);
    if (rc == RC_OK)
        rc = put_name(sk_X509_value(certs, 0), &chain, d);
    if (rc != RC_OK)
        return rc;
    if (chain.certificates.len + chain.issuer.len + chain.serial.len > DOCUMENT_CHAIN_MAX)
        return diag_set(d, RC_LIMIT, DOCUMENT_CHAIN_MAX,
                        "the certificates are over %u bytes together; the last may be left out",
                        DOCUMENT_CHAIN_MAX);
    *ret = chain;
    chain = (struct document_chain){ 0 };
    return RC_OK;
}
