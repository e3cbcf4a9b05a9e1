#include <assert.h>

#include "core/cert/der.h"
#include "core/cert/pdf_signature.h"
#include "core/cert/pdf_signature_der.h"

#define CERTIFICATE_ID_LEN 36u /* bytes of one ESSCertIDv2 */

void pdf_key_info_put(struct buf *to, const struct public_numbers *numbers)
{
    assert(numbers->alg == ALG_ES256 || numbers->alg == ALG_RS256);

    if (numbers->alg == ALG_ES256) {
        buf_put_span(to, PDF_KEY_ES256_BEGIN);
        buf_put(to, numbers->x, EC_COORD_LEN);
        buf_put(to, numbers->y, EC_COORD_LEN);
        return;
    }
    buf_put_span(to, PDF_KEY_RS256_BEGIN);
    buf_put(to, numbers->n, RSA_N_LEN);
    buf_put_span(to, PDF_KEY_RS256_END);
}

static size_t with_head(size_t len)
{
    return der_head_len(len) + len;
}

/* Heads from the outside in: what they hold is known beforehand. */
static void put_certificate_ids(struct buf *to, const uint8_t (*certs)[SHA256_LEN], size_t count)
{
    const size_t ids = count * CERTIFICATE_ID_LEN;
    const size_t list = with_head(ids), value = with_head(list), set = with_head(value);
    der_put_head(to, DER_SEQUENCE, PDF_OID_CERTIFICATES.len + set);
    buf_put_span(to, PDF_OID_CERTIFICATES);
    der_put_head(to, DER_SET, value);
    der_put_head(to, DER_SEQUENCE, list);
    der_put_head(to, DER_SEQUENCE, ids);
    for (size_t i = 0; i < count; i++) {
        buf_put_span(to, PDF_CERTIFICATE_ID_BEGIN);
        buf_put(to, certs[i], SHA256_LEN);
    }
}

void pdf_signed_attributes_put(struct buf *to, const uint8_t digest[SHA256_LEN],
                               const uint8_t (*certs)[SHA256_LEN], size_t count)
{
    assert(count >= 1 && count <= PDF_SIGNATURE_CERTS);

    const size_t set = with_head(with_head(with_head(count * CERTIFICATE_ID_LEN)));
    const size_t len = PDF_ATTRIBUTE_CONTENT_TYPE.len + PDF_ATTRIBUTE_DIGEST_BEGIN.len +
                       SHA256_LEN + with_head(PDF_OID_CERTIFICATES.len + set);
    der_put_head(to, DER_SET, len);
    buf_put_span(to, PDF_ATTRIBUTE_CONTENT_TYPE);
    buf_put_span(to, PDF_ATTRIBUTE_DIGEST_BEGIN);
    buf_put(to, digest, SHA256_LEN);
    put_certificate_ids(to, certs, count);
}

/* X.690 section 8.3: shortest, and never negative. */
static void put_number(struct buf *to, const uint8_t *number, size_t len)
{
    while (len > 1 && number[0] == 0) {
        number++;
        len--;
    }
    const bool pad = (number[0] & 0x80) != 0;
    der_put_head(to, DER_INTEGER, len + pad);
    if (pad)
        buf_put_u8(to, 0);
    buf_put(to, number, len);
}

static void put_signature(struct buf *to, enum cose_alg alg, struct span signature)
{
    if (alg == ALG_RS256) {
        assert(signature.len == RSA_N_LEN);
        der_put(to, DER_OCTETS, signature);
        return;
    }
    assert(signature.len == SIGNATURE_LEN);
    ON_EXIT(buf_free_at) struct buf numbers = { 0 };
    put_number(&numbers, signature.ptr, EC_COORD_LEN);
    put_number(&numbers, signature.ptr + EC_COORD_LEN, EC_COORD_LEN);
    to->failed |= !buf_ok(&numbers);
    der_put_head(to, DER_OCTETS, with_head(numbers.len));
    der_put(to, DER_SEQUENCE, buf_span(&numbers));
}

void pdf_signer_info_put(struct buf *to, const struct pdf_signer *signer, struct span attributes,
                         struct span signature)
{
    assert(attributes.len > 0 && attributes.ptr[0] == DER_SET);

    buf_put_span(to, PDF_VERSION_1);
    der_put_head(to, DER_SEQUENCE, signer->issuer.len + signer->serial.len);
    buf_put_span(to, signer->issuer);
    buf_put_span(to, signer->serial);
    buf_put_span(to, PDF_ALG_SHA256);
    buf_put_u8(to, DER_CONTEXT_0); /* what is signed says SET: RFC 5652 section 5.4 */
    buf_put(to, attributes.ptr + 1, attributes.len - 1);
    buf_put_span(to, signer->alg == ALG_RS256 ? PDF_ALG_RS256 : PDF_ALG_ES256);
    put_signature(to, signer->alg, signature);
}

static size_t timestamp_len(struct span token)
{
    return token.len == 0 ? 0 : with_head(PDF_OID_TIMESTAMP.len + with_head(token.len));
}

static void put_timestamp(struct buf *to, struct span token)
{
    if (token.len == 0)
        return;
    der_put_head(to, DER_CONTEXT_1, timestamp_len(token));
    der_put_head(to, DER_SEQUENCE, PDF_OID_TIMESTAMP.len + with_head(token.len));
    buf_put_span(to, PDF_OID_TIMESTAMP);
    der_put(to, DER_SET, token);
}

static void put_message(struct buf *to, struct span certificates, struct span signer_info,
                        struct span timestamp)
{
    const size_t stamp = timestamp_len(timestamp);
    const size_t info = signer_info.len + (stamp > 0 ? with_head(stamp) : 0);
    const size_t data = PDF_SIGNED_DATA_BEGIN.len + certificates.len + with_head(with_head(info));
    der_put_head(to, DER_SEQUENCE, PDF_OID_SIGNED_DATA.len + with_head(with_head(data)));
    buf_put_span(to, PDF_OID_SIGNED_DATA);
    der_put_head(to, DER_CONTEXT_0, with_head(data));
    der_put_head(to, DER_SEQUENCE, data);
    buf_put_span(to, PDF_SIGNED_DATA_BEGIN);
    buf_put_span(to, certificates);
    der_put_head(to, DER_SET, with_head(info));
    der_put_head(to, DER_SEQUENCE, info);
    buf_put_span(to, signer_info);
    put_timestamp(to, timestamp);
}

enum rc pdf_signature_fill(size_t room, struct span certificates, struct span signer_info,
                           struct span timestamp, struct buf *to, struct diag *d)
{
    assert(room <= PDF_SIGNATURE_ROOM_MAX && timestamp.len <= PDF_TIMESTAMP_MAX);

    ON_EXIT(buf_free_at) struct buf message = { 0 };
    put_message(&message, certificates, signer_info, timestamp);
    const enum rc rc = buf_rc(&message, d);
    if (rc != RC_OK)
        return rc;
    if (message.len > room)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET,
                        "a signature of %zu bytes does not fit into %zu", message.len, room);
    uint8_t *const at = buf_reserve(to, room);
    if (!at)
        return buf_rc(to, d);
    memcpy(at, message.ptr, message.len);
    memset(at + message.len, 0, room - message.len);
    to->len += room;
    return RC_OK;
}
