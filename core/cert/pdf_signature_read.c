#include <assert.h>

#include "core/cert/der.h"
#include "core/cert/pdf_signature.h"
#include "core/cert/pdf_signature_der.h"

/* What is put together while a message is read; ids are of its certificates, in their order. */
struct reading {
    struct span contents;
    struct diag *d;
    struct span issuer_and_serial; /* content */
    size_t count;
    struct span certs[PDF_SIGNATURE_CERTS];
    uint8_t ids[PDF_SIGNATURE_CERTS][SHA256_LEN];
};

bool pdf_signature_room_valid(size_t len)
{
    static const size_t rooms[] = PDF_SIGNATURE_ROOMS;
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        if (len == rooms[i])
            return true;
    }
    return false;
}

static enum rc not_ours(const struct reading *w, const struct reader *at, const char *what)
{
    const size_t offset = (size_t)(at->in.ptr - w->contents.ptr) + at->pos;
    return diag_set(w->d, RC_FORMAT, offset, "%s of the signature is not as ours has it", what);
}

static enum rc read_timestamp(const struct reading *w, struct reader *r, struct pdf_signature *s)
{
    struct span attribute, set;
    if (der_at_end(r))
        return RC_OK;
    struct reader in = *r;
    if (!der_take(r, DER_CONTEXT_1, &attribute) || !der_at_end(r))
        return not_ours(w, &in, "what follows the SignerInfo's signature");
    struct reader a = reader_over(attribute);
    if (!der_take(&a, DER_SEQUENCE, &attribute) || !der_at_end(&a))
        return not_ours(w, &in, "the unsigned attribute");
    a = reader_over(attribute);
    if (!der_take_exact(&a, PDF_OID_TIMESTAMP) || !der_take(&a, DER_SET, &set) || !der_at_end(&a))
        return not_ours(w, &in, "the time-stamp's attribute");
    a = reader_over(set);
    if (!der_take_whole(&a, DER_SEQUENCE, &s->timestamp) || !der_at_end(&a) ||
        s->timestamp.len > PDF_TIMESTAMP_MAX)
        return not_ours(w, &in, "the time-stamp");
    return RC_OK;
}

static bool read_ecdsa(struct span value, struct pdf_signature *s)
{
    struct reader r = reader_over(value);
    struct span numbers;
    if (!der_take(&r, DER_SEQUENCE, &numbers) || !der_at_end(&r))
        return false;
    r = reader_over(numbers);
    s->signature_len = SIGNATURE_LEN;
    return der_take_number(&r, s->signature, EC_COORD_LEN) &&
           der_take_number(&r, s->signature + EC_COORD_LEN, EC_COORD_LEN) && der_at_end(&r);
}

static bool read_rsa(struct span value, struct pdf_signature *s)
{
    if (value.len != RSA_N_LEN)
        return false;
    memcpy(s->signature, value.ptr, RSA_N_LEN);
    s->signature_len = RSA_N_LEN;
    return true;
}

static bool read_signature(struct reader *r, struct pdf_signature *s)
{
    struct span value;
    s->alg = der_take_exact(r, PDF_ALG_ES256)   ? ALG_ES256
             : der_take_exact(r, PDF_ALG_RS256) ? ALG_RS256
                                                : ALG_NONE;
    if (s->alg == ALG_NONE || !der_take(r, DER_OCTETS, &value))
        return false;
    s->signature_octets = value;
    return s->alg == ALG_RS256 ? read_rsa(value, s) : read_ecdsa(value, s);
}

static enum rc read_signer_info(struct reading *w, struct span content, struct pdf_signature *s)
{
    struct reader r = reader_over(content);
    if (!der_take_exact(&r, PDF_VERSION_1) || !der_take(&r, DER_SEQUENCE, &w->issuer_and_serial) ||
        !der_take_exact(&r, PDF_ALG_SHA256))
        return not_ours(w, &r, "the SignerInfo's beginning");
    if (!der_take_whole(&r, DER_CONTEXT_0, &s->signed_attributes))
        return not_ours(w, &r, "the block of signed attributes");
    if (!read_signature(&r, s))
        return not_ours(w, &r, "the SignerInfo's signature");
    s->signer_info = span_of(content.ptr, r.pos);
    return read_timestamp(w, &r, s);
}

/* By DER ascending, so that they have one order and none is there twice. */
static bool ascends(struct span before, struct span cert)
{
    const size_t shorter = before.len < cert.len ? before.len : cert.len;
    const int order = memcmp(before.ptr, cert.ptr, shorter);
    return order < 0 || (order == 0 && before.len < cert.len);
}

static enum rc read_certificates(struct reading *w, struct span block)
{
    struct reader r = reader_over(block);
    struct span content;
    if (!der_take(&r, DER_CONTEXT_0, &content))
        return not_ours(w, &r, "the block of certificates");
    r = reader_over(content);
    while (!der_at_end(&r)) {
        const struct reader here = r;
        struct span cert;
        if (w->count == PDF_SIGNATURE_CERTS || !der_take_whole(&r, DER_SEQUENCE, &cert) ||
            cert.len > PDF_SIGNATURE_CERT_MAX ||
            (w->count > 0 && !ascends(w->certs[w->count - 1], cert)))
            return not_ours(w, &here, "a certificate");
        sha256(cert, w->ids[w->count]);
        w->certs[w->count++] = cert;
    }
    return RC_OK;
}

static enum rc read_signed_data(struct reading *w, struct span content, struct pdf_signature *s)
{
    struct reader r = reader_over(content);
    struct span infos, info;
    if (!der_take_exact(&r, PDF_SIGNED_DATA_BEGIN) ||
        !der_take_whole(&r, DER_CONTEXT_0, &s->certificates) || !der_take(&r, DER_SET, &infos) ||
        !der_at_end(&r))
        return not_ours(w, &r, "the SignedData");
    r = reader_over(infos);
    if (!der_take(&r, DER_SEQUENCE, &info) || !der_at_end(&r))
        return not_ours(w, &r, "the one SignerInfo");
    const enum rc rc = read_certificates(w, s->certificates);
    return rc == RC_OK ? read_signer_info(w, info, s) : rc;
}

static enum rc read_message(struct reading *w, struct pdf_signature *s)
{
    struct reader r = reader_over(w->contents);
    struct span content, inner;
    if (!der_take_whole(&r, DER_SEQUENCE, &s->message))
        return not_ours(w, &r, "the beginning");
    for (size_t i = r.pos; i < w->contents.len; i++) {
        if (w->contents.ptr[i] != 0)
            return diag_set(w->d, RC_FORMAT, i, "something other than zeros behind the signature");
    }
    r = reader_over(s->message);
    if (!der_take(&r, DER_SEQUENCE, &content))
        return not_ours(w, &r, "the beginning");
    r = reader_over(content);
    if (!der_take_exact(&r, PDF_OID_SIGNED_DATA) || !der_take(&r, DER_CONTEXT_0, &content) ||
        !der_at_end(&r))
        return not_ours(w, &r, "the ContentInfo");
    r = reader_over(content);
    if (!der_take(&r, DER_SEQUENCE, &inner) || !der_at_end(&r))
        return not_ours(w, &r, "the ContentInfo");
    return read_signed_data(w, inner, s);
}

/* The certificate of this hash; NULL: none that is not named before. */
static const struct span *find_certificate(const struct reading *w, const uint8_t *id,
                                           bool named[PDF_SIGNATURE_CERTS])
{
    for (size_t i = 0; i < w->count; i++) {
        if (!named[i] && memcmp(w->ids[i], id, SHA256_LEN) == 0) {
            named[i] = true;
            return &w->certs[i];
        }
    }
    return NULL;
}

/* The hashes name each certificate once, so the signature covers every byte of them all. */
static enum rc match_certificates(const struct reading *w, struct span ids, struct pdf_signature *s)
{
    struct reader r = reader_over(ids);
    bool named[PDF_SIGNATURE_CERTS] = { false };
    for (size_t i = 0; i < w->count; i++) {
        const struct reader here = r;
        struct span id = { 0 };
        const struct span *cert = NULL;
        if (der_take_exact(&r, PDF_CERTIFICATE_ID_BEGIN) && reader_take(&r, SHA256_LEN, &id))
            cert = find_certificate(w, id.ptr, named);
        if (!cert)
            return not_ours(w, &here, "a certificate's hash");
        if (i == 0)
            s->certificate = *cert;
    }
    return w->count > 0 && der_at_end(&r) ? RC_OK : not_ours(w, &r, "the list of hashes");
}

static enum rc read_attributes(const struct reading *w, struct pdf_signature *s)
{
    struct reader r = reader_over(s->signed_attributes);
    struct span content, ids;
    if (!der_take(&r, DER_CONTEXT_0, &content))
        return not_ours(w, &r, "the block of signed attributes");
    r = reader_over(content);
    if (!der_take_exact(&r, PDF_ATTRIBUTE_CONTENT_TYPE) ||
        !der_take_exact(&r, PDF_ATTRIBUTE_DIGEST_BEGIN) || !reader_take(&r, SHA256_LEN, &s->digest))
        return not_ours(w, &r, "the message digest");
    if (!der_take(&r, DER_SEQUENCE, &ids) || !der_at_end(&r))
        return not_ours(w, &r, "the signing certificate's attribute");
    r = reader_over(ids);
    if (!der_take_exact(&r, PDF_OID_CERTIFICATES) || !der_take(&r, DER_SET, &ids) ||
        !der_at_end(&r))
        return not_ours(w, &r, "the signing certificate's attribute");
    for (int depth = 0; depth < 2; depth++) { /* SigningCertificateV2, then its certs */
        r = reader_over(ids);
        if (!der_take(&r, DER_SEQUENCE, &ids) || !der_at_end(&r))
            return not_ours(w, &r, "the signing certificate's attribute");
    }
    return match_certificates(w, ids, s);
}

/* RFC 5280 section 4.1, as far as the key; the rest is behind the hash. */
static enum rc read_certificate(const struct reading *w, struct pdf_signature *s)
{
    struct reader r = reader_over(s->certificate);
    struct span content, serial, issuer, skipped;
    if (!der_take(&r, DER_SEQUENCE, &content) || !der_at_end(&r))
        return not_ours(w, &r, "the signer's certificate");
    r = reader_over(content);
    if (!der_take(&r, DER_SEQUENCE, &content))
        return not_ours(w, &r, "the signer's certificate");
    r = reader_over(content);
    if (!der_take_exact(&r, PDF_BYTES(0xa0, 3, 2, 1, 2)) ||
        !der_take_whole(&r, DER_INTEGER, &serial) || !der_take(&r, DER_SEQUENCE, &skipped) ||
        !der_take_whole(&r, DER_SEQUENCE, &issuer) || !der_take(&r, DER_SEQUENCE, &skipped) ||
        !der_take(&r, DER_SEQUENCE, &skipped) || !der_take_whole(&r, DER_SEQUENCE, &s->key_info))
        return not_ours(w, &r, "the signer's certificate");

    r = reader_over(w->issuer_and_serial);
    if (!der_take_exact(&r, issuer) || !der_take_exact(&r, serial) || !der_at_end(&r))
        return not_ours(w, &r, "the signer's name and number");
    return RC_OK;
}

enum rc pdf_signature_parse(struct span contents, struct pdf_signature *ret, struct diag *d)
{
    assert(ret);

    struct reading w = { .contents = contents, .d = d };
    struct pdf_signature s = { .alg = ALG_NONE };
    if (!pdf_signature_room_valid(contents.len))
        return diag_set(d, RC_FORMAT, 0, "a signature of ours has no room of %zu bytes",
                        contents.len);
    enum rc rc = read_message(&w, &s);
    if (rc == RC_OK)
        rc = read_attributes(&w, &s);
    if (rc == RC_OK)
        rc = read_certificate(&w, &s);
    if (rc == RC_OK)
        *ret = s;
    return rc;
}
