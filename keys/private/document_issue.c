#include <assert.h>
#include <time.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/crypto/hash.h"
#include "keys/private/document_chain.h"
#include "keys/private/private_key.h"
#include "keys/private/x509_care.h"

#define SERIAL_LEN 16 /* bytes; RFC 5280 section 4.1.2.2 allows 20 */

DEFINE_ON_EXIT(BIGNUM, BN_free)
DEFINE_ON_EXIT(ECDSA_SIG, ECDSA_SIG_free)

struct extension {
    int nid;
    const char *value;
};

/* RFC 5280 section 4.2.1; the CA may sign no other CA. */
static const struct extension ca_extensions[] = {
    { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
    { NID_key_usage, "critical,keyCertSign,cRLSign" },
    { NID_subject_key_identifier, "hash" },
};
static const struct extension key_extensions[] = {
    { NID_basic_constraints, "critical,CA:FALSE" },
    { NID_key_usage, "critical,digitalSignature,nonRepudiation" },
    { NID_subject_key_identifier, "hash" },
    { NID_authority_key_identifier, "keyid:always" },
};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static enum rc failed(const char *what, struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "OpenSSL cannot make %s", what);
}

static bool put_name_part(X509_NAME *name, const char *field, const char *value)
{
    union { /* the library declares text as bytes */
        const char *text;
        const unsigned char *bytes;
    } at = { .text = value };
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, at.bytes, -1, -1, 0) == 1;
}

static bool put_subject(X509_NAME *name, const struct document_subject *subject)
{
    return put_name_part(name, "O", subject->organization) &&
           put_name_part(name, "CN", subject->name);
}

static bool put_serial(X509 *cert)
{
    uint8_t bytes[SERIAL_LEN];
    random_bytes(bytes, sizeof bytes);
    bytes[0] = (uint8_t)((bytes[0] & 0x3f) | 0x40); /* positive, and always of one length */
    ON_EXIT(BN_free_at) BIGNUM *v = BN_bin2bn(bytes, sizeof bytes, NULL);
    return v && BN_to_ASN1_INTEGER(v, X509_get_serialNumber(cert)) != NULL;
}

static bool put_extensions(X509 *cert, X509 *issuer, const struct extension *list, size_t count)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        X509_EXTENSION *const e = X509V3_EXT_conf_nid(NULL, &ctx, list[i].nid, list[i].value);
        const bool added = e && X509_add_ext(cert, e, -1) == 1;
        X509_EXTENSION_free(e);
        if (!added)
            return false;
    }
    return true;
}

/* All of it but what differs between a CA's and a key's. issuer may be cert. */
static bool put_body(X509 *cert, X509 *issuer, const struct document_subject *subject,
                     EVP_PKEY *key)
{
    return X509_set_version(cert, X509_VERSION_3) == 1 && put_serial(cert) &&
           put_subject(X509_get_subject_name(cert), subject) &&
           X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)subject->not_before) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)subject->not_after) != NULL &&
           X509_set_pubkey(cert, key) == 1;
}

static enum rc put_pem(BIO *bio, struct buf *to, struct diag *d)
{
    const char *text = NULL;
    const long len = BIO_get_mem_data(bio, &text);
    buf_put(to, text, len > 0 ? (size_t)len : 0);
    return buf_rc(to, d);
}

enum rc document_ca_make(const struct private_key *ca, const struct document_subject *subject,
                         struct buf *to, struct diag *d)
{
    assert(ca && subject && to);

    ON_EXIT(X509_free_at) X509 *cert = X509_new();
    ON_EXIT(x509_bio_free_at) BIO *bio = BIO_new(BIO_s_mem());
    if (!cert || !bio || !put_body(cert, cert, subject, ca->pkey) ||
        !put_extensions(cert, cert, ca_extensions, COUNT(ca_extensions)) ||
        X509_sign(cert, ca->pkey, EVP_sha256()) <= 0 || PEM_write_bio_X509(bio, cert) != 1)
        return failed("a CA's certificate", d);
    return put_pem(bio, to, d);
}

enum rc document_certificate_make(const struct private_key *ca, struct span ca_pem,
                                  const struct private_key *key,
                                  const struct document_subject *subject, struct buf *to,
                                  struct diag *d)
{
    assert(ca && key && subject && to);

    ON_EXIT(x509_stack_free_at) STACK_OF(X509) *issuers = NULL;
    const enum rc rc = x509_stack_read(ca_pem, 1, &issuers, d);
    if (rc != RC_OK)
        return rc;

    X509 *const issuer = sk_X509_value(issuers, 0);
    ON_EXIT(X509_free_at) X509 *cert = X509_new();
    ON_EXIT(x509_bio_free_at) BIO *bio = BIO_new(BIO_s_mem());
    if (!cert || !bio || !put_body(cert, issuer, subject, key->pkey) ||
        !put_extensions(cert, issuer, key_extensions, COUNT(key_extensions)) ||
        X509_sign(cert, ca->pkey, EVP_sha256()) <= 0 || PEM_write_bio_X509(bio, cert) != 1 ||
        PEM_write_bio_X509(bio, issuer) != 1)
        return failed("a document key's certificate", d);
    return put_pem(bio, to, d);
}

static void extensions_free_at(STACK_OF(X509_EXTENSION) * *list)
{
    sk_X509_EXTENSION_pop_free(*list, X509_EXTENSION_free);
    *list = NULL;
}

/* What we ask for; a CA may know better. */
static bool ask_for_usage(X509_REQ *req)
{
    ON_EXIT(extensions_free_at)
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *const e =
        X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "critical,digitalSignature,nonRepudiation");
    if (!list || !e || sk_X509_EXTENSION_push(list, e) <= 0) {
        X509_EXTENSION_free(e);
        return false;
    }
    return X509_REQ_add_extensions(req, list) == 1;
}

static bool put_der_signature(X509_REQ *req, const uint8_t raw[SIGNATURE_LEN])
{
    ON_EXIT(ECDSA_SIG_free_at) ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *const r = BN_bin2bn(raw, EC_COORD_LEN, NULL);
    BIGNUM *const s = BN_bin2bn(raw + EC_COORD_LEN, EC_COORD_LEN, NULL);
    if (!sig || !r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return false;
    }
    unsigned char *der = NULL;
    const int len = i2d_ECDSA_SIG(sig, &der);
    ASN1_BIT_STRING *const bits = ASN1_BIT_STRING_new();
    X509_ALGOR *const how = X509_ALGOR_new();
    bool good = len > 0 && bits && how && ASN1_STRING_set(bits, der, len) == 1 &&
                X509_ALGOR_set0(how, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF, NULL) == 1 &&
                X509_REQ_set1_signature_algo(req, how) == 1;
    if (good) {
        bits->flags &= ~(long)(ASN1_STRING_FLAG_BITS_LEFT | 0x07); /* of whole bytes */
        bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;
        X509_REQ_set0_signature(req, bits);
    } else {
        ASN1_BIT_STRING_free(bits);
    }
    X509_ALGOR_free(how);
    OPENSSL_free(der);
    return good;
}

/* By whoever keeps the key: OpenSSL has its public half alone. */
static enum rc sign_by_keeper(X509_REQ *req, const struct private_key *key, struct diag *d)
{
    uint8_t raw[SIGNATURE_LEN];
    unsigned char *body = NULL;
    const int len = i2d_re_X509_REQ_tbs(req, &body);
    if (len <= 0)
        return failed("a request for a certificate", d);
    const enum rc rc = private_key_sign(key, span_of(body, (size_t)len), raw, d);
    OPENSSL_free(body);
    if (rc != RC_OK)
        return rc;
    return put_der_signature(req, raw) && X509_REQ_verify(req, key->pkey) == 1
               ? RC_OK
               : failed("a request for a certificate", d);
}

static enum rc sign_request(X509_REQ *req, const struct private_key *key, struct diag *d)
{
    if (key->keeper)
        return sign_by_keeper(req, key, d);
    return X509_REQ_sign(req, key->pkey, EVP_sha256()) > 0
               ? RC_OK
               : failed("a request for a certificate", d);
}

enum rc document_csr_make(const struct private_key *key, const struct document_subject *subject,
                          struct buf *to, struct diag *d)
{
    assert(key && subject && to);

    ON_EXIT(X509_REQ_free_at) X509_REQ *req = X509_REQ_new();
    ON_EXIT(x509_bio_free_at) BIO *bio = BIO_new(BIO_s_mem());
    if (!req || !bio || X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
        !put_subject(X509_REQ_get_subject_name(req), subject) ||
        X509_REQ_set_pubkey(req, key->pkey) != 1 || !ask_for_usage(req))
        return failed("a request for a certificate", d);
    const enum rc rc = sign_request(req, key, d);
    if (rc != RC_OK)
        return rc;
    return PEM_write_bio_X509_REQ(bio, req) == 1 ? put_pem(bio, to, d)
                                                 : failed("a request for a certificate", d);
}
