#include "core/crypto/pubkey_pem.h"

#include <assert.h>
#include <string.h>

#include "core/crypto/hash.h"

#define BEGIN "-----BEGIN PUBLIC KEY-----"
#define END   "-----END PUBLIC KEY-----"

/* What stands before the key's own bytes: SEQUENCE { AlgorithmIdentifier, BIT STRING }. */
static const uint8_t p256_prefix[] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
};
static const uint8_t ed25519_prefix[] = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
};

static const struct kind {
    enum cose_alg alg;
    struct span prefix;
    size_t len; /* of the key's own bytes */
} kinds[] = {
    { ALG_ES256, { p256_prefix, sizeof p256_prefix }, (size_t)2 * EC_COORD_LEN },
    { ALG_EDDSA, { ed25519_prefix, sizeof ed25519_prefix }, ED25519_PUB_LEN },
};

static const uint8_t *find(struct span in, struct span what)
{
    for (size_t i = 0; i + what.len <= in.len; i++)
        if (memcmp(in.ptr + i, what.ptr, what.len) == 0)
            return in.ptr + i;
    return NULL;
}

static struct span behind(struct span in, const uint8_t *at, size_t len)
{
    return span_of(at + len, in.len - (size_t)(at - in.ptr) - len);
}

/* The base64 between the two lines. */
static enum rc find_body(struct span text, struct span *ret, struct diag *d)
{
    if (find(text, SPAN_LITERAL("PRIVATE KEY-----")))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "this is a private key: keep it, and hand in the public one (openssl pkey "
                        "-in KEY.pem -pubout)");
    const uint8_t *const begin = find(text, SPAN_LITERAL(BEGIN));
    if (!begin)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "no PUBLIC KEY in PEM");
    const struct span rest = behind(text, begin, sizeof BEGIN - 1);
    const uint8_t *const end = find(rest, SPAN_LITERAL(END));
    if (!end)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a PUBLIC KEY without its last line");
    if (find(behind(rest, end, sizeof END - 1), SPAN_LITERAL(BEGIN)))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "more than one PUBLIC KEY");
    *ret = span_of(rest.ptr, (size_t)(end - rest.ptr));
    return RC_OK;
}

static enum rc decode_body(struct span body, struct buf *der, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf joined = { 0 };
    for (size_t i = 0; i < body.len; i++)
        if (body.ptr[i] != '\r' && body.ptr[i] != '\n' && body.ptr[i] != ' ')
            buf_put_u8(&joined, body.ptr[i]);
    const bool good = base64_decode(buf_span(&joined), der);
    enum rc rc = buf_rc(&joined, d);
    if (rc == RC_OK)
        rc = buf_rc(der, d);
    if (rc == RC_OK && !good)
        rc = diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a PUBLIC KEY that is not base64");
    return rc;
}

static void fill(const struct kind *k, struct span der, struct public_numbers *ret)
{
    const uint8_t *const own = der.ptr + k->prefix.len;
    *ret = (struct public_numbers){ .alg = k->alg };
    memcpy(ret->x, own, EC_COORD_LEN);
    if (k->alg == ALG_ES256)
        memcpy(ret->y, own + EC_COORD_LEN, EC_COORD_LEN);
}

static enum rc read_der(struct span der, struct public_numbers *ret, struct diag *d)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct kind *const k = &kinds[i];
        if (der.len == k->prefix.len + k->len &&
            memcmp(der.ptr, k->prefix.ptr, k->prefix.len) == 0) {
            fill(k, der, ret);
            return RC_OK;
        }
    }
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    "neither an Ed25519 nor a P-256 key with an uncompressed point");
}

enum rc pubkey_pem_read(struct span text, struct public_numbers *ret, struct diag *d)
{
    assert(ret);

    if (text.len > PUBKEY_PEM_MAX)
        return diag_set(d, RC_LIMIT, PUBKEY_PEM_MAX, "over %u bytes, too long for a public key",
                        PUBKEY_PEM_MAX);
    struct span body = { 0 };
    struct public_numbers numbers = { 0 };
    ON_EXIT(buf_free_at) struct buf der = { 0 };
    ON_EXIT(pubkey_free_at) struct pubkey *key = NULL;
    enum rc rc = find_body(text, &body, d);
    if (rc == RC_OK)
        rc = decode_body(body, &der, d);
    if (rc == RC_OK)
        rc = read_der(buf_span(&der), &numbers, d);
    if (rc == RC_OK)
        rc = pubkey_new(&numbers, &key, d); /* is it a point? */
    if (rc == RC_OK)
        *ret = numbers;
    return rc;
}

void pubkey_pem_put(struct buf *to, const struct public_numbers *numbers)
{
    const struct kind *const k = &kinds[numbers->alg == ALG_EDDSA];
    assert(numbers->alg == k->alg);

    uint8_t der[sizeof p256_prefix + (size_t)2 * EC_COORD_LEN] = { 0 };
    memcpy(der, k->prefix.ptr, k->prefix.len);
    memcpy(der + k->prefix.len, numbers->x, EC_COORD_LEN);
    if (k->alg == ALG_ES256)
        memcpy(der + k->prefix.len + EC_COORD_LEN, numbers->y, EC_COORD_LEN);

    ON_EXIT(buf_free_at) struct buf text = { 0 };
    base64_encode(span_of(der, k->prefix.len + k->len), &text);
    buf_put_text(to, BEGIN "\n");
    for (size_t i = 0; i < text.len; i += 64) {
        buf_put(to, text.ptr + i, text.len - i < 64 ? text.len - i : 64);
        buf_put_u8(to, '\n');
    }
    buf_put_text(to, END "\n");
    to->failed = to->failed || text.failed;
}

void base64url_encode(struct span bytes, struct buf *to)
{
    const size_t start = to->len;
    base64_encode(bytes, to);
    while (to->len > start && to->ptr[to->len - 1] == '=')
        to->len--;
    for (size_t i = start; i < to->len; i++)
        to->ptr[i] = to->ptr[i] == '+' ? '-' : to->ptr[i] == '/' ? '_' : to->ptr[i];
}

bool base64url_decode(struct span text, struct buf *to)
{
    ON_EXIT(buf_free_at) struct buf standard = { 0 };
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        if (c == '+' || c == '/' || c == '=')
            return false;
        buf_put_u8(&standard, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (buf_ok(&standard) && standard.len % 4 != 0)
        buf_put_u8(&standard, '=');
    if (!buf_ok(&standard))
        to->failed = true;
    return base64_decode(buf_span(&standard), to);
}

/* RFC 7638 section 3.2: required members alone, in the order of their names. */
bool pubkey_thumbprint(const struct public_numbers *numbers, char ret[PUBKEY_THUMBPRINT_LEN + 1])
{
    const bool ed25519 = numbers->alg == ALG_EDDSA;
    assert(ed25519 || numbers->alg == ALG_ES256);
    ON_EXIT(buf_free_at) struct buf jwk = { 0 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    uint8_t digest[SHA256_LEN];

    buf_put_text(&jwk, ed25519 ? "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\""
                               : "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"");
    base64url_encode(span_of(numbers->x, EC_COORD_LEN), &jwk);
    if (!ed25519) {
        buf_put_text(&jwk, "\",\"y\":\"");
        base64url_encode(span_of(numbers->y, EC_COORD_LEN), &jwk);
    }
    buf_put_text(&jwk, "\"}");
    sha256(buf_span(&jwk), digest);
    base64url_encode(span_of(digest, sizeof digest), &text);
    if (!buf_ok(&jwk) || !buf_ok(&text))
        return false;
    memcpy(ret, buf_cstr(&text), PUBKEY_THUMBPRINT_LEN + 1);
    return true;
}
