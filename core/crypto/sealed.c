#include "core/crypto/sealed.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#define NONCE_LEN 12
#define TAG_LEN   16
#define BLOCK_LEN 64 /* bytes of SHA-256's block */

void hmac_sha256(const uint8_t key[32], struct span a, struct span b, uint8_t ret[SHA256_LEN])
{
    uint8_t inner[BLOCK_LEN], outer[BLOCK_LEN];
    for (size_t i = 0; i < BLOCK_LEN; i++) {
        const uint8_t k = i < 32 ? key[i] : 0;
        inner[i] = k ^ 0x36;
        outer[i] = k ^ 0x5c;
    }
    const struct span parts[] = { span_of(inner, sizeof inner), a, b };
    sha256_parts(parts, sizeof parts / sizeof parts[0], ret);
    sha256_2(span_of(outer, sizeof outer), span_of(ret, SHA256_LEN), ret);
    explicit_bzero(inner, sizeof inner);
    explicit_bzero(outer, sizeof outer);
}

static void context_free_at(EVP_CIPHER_CTX **c)
{
    EVP_CIPHER_CTX_free(*c);
}

static enum rc refused(struct diag *d)
{
    return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "not sealed with this key, or altered");
}

enum rc sealed_put(const uint8_t key[SEALED_KEY_LEN], struct span plain, struct buf *to,
                   struct diag *d)
{
    assert(plain.len > 0 && plain.len <= INT_MAX && to);

    uint8_t nonce[SHA256_LEN];
    int n = 0;
    ON_EXIT(context_free_at) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    uint8_t *const at = buf_reserve(to, plain.len + SEALED_OVERHEAD);
    if (!c || !at)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "sealing");
    hmac_sha256(key, SPAN_LITERAL("nonce"), plain, nonce);
    memcpy(at, nonce, NONCE_LEN);
    if (EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce) != 1 ||
        EVP_EncryptUpdate(c, at + NONCE_LEN, &n, plain.ptr, (int)plain.len) != 1 ||
        n != (int)plain.len || EVP_EncryptFinal_ex(c, at + NONCE_LEN + n, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_LEN, at + NONCE_LEN + plain.len) != 1)
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "AES-256-GCM does not seal");
    to->len += plain.len + SEALED_OVERHEAD;
    return RC_OK;
}

enum rc sealed_open(const uint8_t key[SEALED_KEY_LEN], struct span sealed, struct buf *to,
                    struct diag *d)
{
    assert(to);

    uint8_t tag[TAG_LEN];
    int n = 0;
    if (sealed.len <= SEALED_OVERHEAD || sealed.len > INT_MAX)
        return refused(d);
    const size_t len = sealed.len - SEALED_OVERHEAD;
    ON_EXIT(context_free_at) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    uint8_t *const at = buf_reserve(to, len);
    if (!c || !at)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "opening what is sealed");
    memcpy(tag, sealed.ptr + NONCE_LEN + len, TAG_LEN);
    if (EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, sealed.ptr) != 1 ||
        EVP_DecryptUpdate(c, at, &n, sealed.ptr + NONCE_LEN, (int)len) != 1 || n != (int)len ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) != 1 ||
        EVP_DecryptFinal_ex(c, at + n, &n) != 1)
        return refused(d);
    to->len += len;
    return RC_OK;
}
