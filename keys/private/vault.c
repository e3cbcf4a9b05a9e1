#include "keys/private/vault.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "core/crypto/hash.h"
#include "core/sys/file.h"
#include "keys/private/keyfile.h"

#define SIV_KEY_LEN    64 /* bytes: two AES-256 keys, RFC 5297 section 2.2 */
#define SIV_LEN        16
#define HMAC_BLOCK_LEN 64 /* bytes, RFC 2104 section 2 */
#define PLAIN_MAX      65536u
#define AD_MAX         64 /* bytes of table, its NUL and the record */
#define LABEL_MAX      64

DEFINE_ON_EXIT(EVP_CIPHER, EVP_CIPHER_free)
DEFINE_ON_EXIT(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

/* Contexts with the key in them. They are only ever copied, so threads share them. */
struct vault_key {
    EVP_CIPHER_CTX *seal, *unseal;
};

struct vault {
    uint8_t master[VAULT_MASTER_LEN]; /* of key id 1 */
    uint8_t find_inner[HMAC_BLOCK_LEN], find_outer[HMAC_BLOCK_LEN];
    size_t key_count;
    struct vault_key keys[VAULT_KEYS_MAX]; /* key id − 1 */
};

struct wiped64 {
    uint8_t bytes[64];
};

static void wiped64_at(struct wiped64 *w)
{
    OPENSSL_cleanse(w, sizeof *w);
}

static enum rc refused_by_library(const char *what, struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "OpenSSL cannot %s", what);
}

/* HKDF-SHA-256 without salt, RFC 5869; false when the library could not. */
static bool derive(const uint8_t master[VAULT_MASTER_LEN], const char *label, uint8_t ret[64])
{
    EVP_KDF *const kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
    EVP_KDF_CTX *const ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    union { /* the parameter list takes what it only reads as writable */
        const void *lent;
        void *own;
    } key = { .lent = master }, info = { .lent = label };
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.own, VAULT_MASTER_LEN),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.own, strlen(label)),
        OSSL_PARAM_construct_end(),
    };

    const bool done = ctx && EVP_KDF_derive(ctx, ret, 64, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    ERR_clear_error();
    return done;
}

static enum rc add_key(struct vault *v, const uint8_t master[VAULT_MASTER_LEN], struct diag *d)
{
    assert(v->key_count < VAULT_KEYS_MAX);

    ON_EXIT(wiped64_at) struct wiped64 key;
    ON_EXIT(EVP_CIPHER_free_at) EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-SIV", NULL);
    struct vault_key *const to = &v->keys[v->key_count++];
    to->seal = EVP_CIPHER_CTX_new();
    to->unseal = EVP_CIPHER_CTX_new();

    if (!cipher || !to->seal || !to->unseal || !derive(master, "vault seal", key.bytes) ||
        EVP_EncryptInit_ex2(to->seal, cipher, key.bytes, NULL, NULL) != 1 ||
        EVP_DecryptInit_ex2(to->unseal, cipher, key.bytes, NULL, NULL) != 1)
        return refused_by_library("set up AES-256-SIV", d);
    assert(EVP_CIPHER_CTX_get_key_length(to->seal) == SIV_KEY_LEN);
    return RC_OK;
}

/* RFC 2104 with the key's two pads kept, because one is asked for every row. */
static enum rc set_find_key(struct vault *v, struct diag *d)
{
    ON_EXIT(wiped64_at) struct wiped64 key;
    if (!derive(v->master, "vault find", key.bytes))
        return refused_by_library("derive a key", d);
    for (size_t i = 0; i < HMAC_BLOCK_LEN; i++) {
        v->find_inner[i] = key.bytes[i] ^ 0x36;
        v->find_outer[i] = key.bytes[i] ^ 0x5c;
    }
    return RC_OK;
}

/* "<path>.2" and so on: the masters that rotation has added. */
static enum rc load_later_masters(struct vault *v, const char *path, struct diag *d)
{
    while (v->key_count < VAULT_KEYS_MAX) {
        char later[PATH_LEN];
        const int n = snprintf(later, sizeof later, "%s.%zu", path, v->key_count + 1);
        if (n < 0 || (size_t)n >= sizeof later)
            return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);

        ON_EXIT(wiped64_at) struct wiped64 master;
        struct diag why = DIAG_INIT;
        enum rc rc = secret_load(later, master.bytes, VAULT_MASTER_LEN, &why);
        if (rc == RC_NOT_FOUND)
            return RC_OK;
        if (rc != RC_OK)
            return diag_set(d, rc, why.offset, "%s", why.text);
        rc = add_key(v, master.bytes, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

enum rc vault_open(const char *master_key_path, struct vault **ret, struct diag *d)
{
    assert(master_key_path && ret);

    ON_EXIT(vault_free_at) struct vault *v = calloc(1, sizeof *v);
    if (!v)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the vault");

    enum rc rc = secret_load(master_key_path, v->master, VAULT_MASTER_LEN, d);
    if (rc == RC_OK)
        rc = add_key(v, v->master, d);
    if (rc == RC_OK)
        rc = set_find_key(v, d);
    if (rc == RC_OK)
        rc = load_later_masters(v, master_key_path, d);
    if (rc != RC_OK)
        return rc;

    *ret = TAKE(v);
    return RC_OK;
}

void vault_free(struct vault *v)
{
    if (!v)
        return;
    for (size_t i = 0; i < v->key_count; i++) {
        EVP_CIPHER_CTX_free(v->keys[i].seal);
        EVP_CIPHER_CTX_free(v->keys[i].unseal);
    }
    OPENSSL_cleanse(v, sizeof *v);
    free(v);
}

/* What a value is bound to: table ‖ 0x00 ‖ record. */
static int associated_data(const char *table, uint64_t record, uint8_t ret[AD_MAX])
{
    const size_t len = strlen(table) + 1;
    assert(len > 1 && len + 8 <= AD_MAX);
    memcpy(ret, table, len);
    for (size_t i = 0; i < 8; i++)
        ret[len + i] = (uint8_t)(record >> (56 - 8 * i));
    return (int)(len + 8);
}

/* A context of our own, since one SIV context works once. */
static EVP_CIPHER_CTX *context_copy(const EVP_CIPHER_CTX *from)
{
    ON_EXIT(EVP_CIPHER_CTX_free_at) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (!ctx || EVP_CIPHER_CTX_copy(ctx, from) != 1)
        return NULL;
    return TAKE(ctx);
}

enum rc vault_seal(const struct vault *v, const char *table, uint64_t record, struct span plain,
                   struct buf *to, struct diag *d)
{
    assert(v && table && to);

    if (plain.len == 0 || plain.len > PLAIN_MAX)
        return diag_set(d, RC_LIMIT, plain.len, "a sealed value has 1 to %u bytes", PLAIN_MAX);
    uint8_t *const at = buf_reserve(to, VAULT_OVERHEAD + plain.len);
    if (!at)
        return buf_rc(to, d);

    uint8_t ad[AD_MAX];
    const int ad_len = associated_data(table, record, ad);
    int len = 0;
    ON_EXIT(EVP_CIPHER_CTX_free_at)
    EVP_CIPHER_CTX *ctx = context_copy(v->keys[v->key_count - 1].seal);
    at[0] = (uint8_t)v->key_count;
    if (!ctx || EVP_EncryptUpdate(ctx, NULL, &len, ad, ad_len) != 1 ||
        EVP_EncryptUpdate(ctx, at + VAULT_OVERHEAD, &len, plain.ptr, (int)plain.len) != 1 ||
        (size_t)len != plain.len ||
        EVP_EncryptFinal_ex(ctx, at + VAULT_OVERHEAD + len, &len) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SIV_LEN, at + 1) != 1)
        return refused_by_library("seal a value", d);

    to->len += VAULT_OVERHEAD + plain.len;
    return RC_OK;
}

static bool open_value(EVP_CIPHER_CTX *ctx, struct span ad, struct span sealed, uint8_t *to)
{
    uint8_t siv[SIV_LEN];
    memcpy(siv, sealed.ptr + 1, sizeof siv);
    const struct span body = { sealed.ptr + VAULT_OVERHEAD, sealed.len - VAULT_OVERHEAD };
    int len = 0, rest = 0;

    /* SIV decrypts before it can know; nothing counts before both calls say so. */
    return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SIV_LEN, siv) == 1 &&
           EVP_DecryptUpdate(ctx, NULL, &len, ad.ptr, (int)ad.len) == 1 &&
           EVP_DecryptUpdate(ctx, to, &len, body.ptr, (int)body.len) == 1 &&
           (size_t)len == body.len && EVP_DecryptFinal_ex(ctx, to + len, &rest) == 1 && rest == 0;
}

enum rc vault_unseal(const struct vault *v, const char *table, uint64_t record, struct span sealed,
                     struct buf *to, struct diag *d)
{
    assert(v && table && to);

    if (sealed.len <= VAULT_OVERHEAD || sealed.len > VAULT_OVERHEAD + PLAIN_MAX)
        return diag_set(d, RC_CRYPTO, sealed.len, "not a sealed value");
    const size_t id = sealed.ptr[0];
    if (id == 0 || id > v->key_count)
        return diag_set(d, RC_CRYPTO, 0, "a value is sealed with key %zu, which is not here", id);
    const size_t plain_len = sealed.len - VAULT_OVERHEAD;
    uint8_t *const at = buf_reserve(to, plain_len);
    if (!at)
        return buf_rc(to, d);

    uint8_t ad[AD_MAX];
    const int ad_len = associated_data(table, record, ad);
    ON_EXIT(EVP_CIPHER_CTX_free_at) EVP_CIPHER_CTX *ctx = context_copy(v->keys[id - 1].unseal);
    if (!ctx)
        return refused_by_library("open a sealed value", d);
    if (!open_value(ctx, span_of(ad, (size_t)ad_len), sealed, at)) {
        OPENSSL_cleanse(at, plain_len);
        ERR_clear_error();
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "altered, or not sealed for '%s' %llu", table,
                        (unsigned long long)record);
    }
    to->len += plain_len;
    return RC_OK;
}

void vault_find_key(const struct vault *v, unsigned id_type, struct span id_number,
                    uint8_t ret[VAULT_FIND_LEN])
{
    assert(v && ret);

    uint8_t msg[4 + SHA256_LEN], digest[SHA256_LEN];
    for (size_t i = 0; i < 4; i++)
        msg[i] = (uint8_t)(id_type >> (24 - 8 * i));
    sha256(id_number, msg + 4);

    sha256_2(span_of(v->find_inner, HMAC_BLOCK_LEN), span_of(msg, sizeof msg), digest);
    sha256_2(span_of(v->find_outer, HMAC_BLOCK_LEN), span_of(digest, sizeof digest), digest);
    memcpy(ret, digest, VAULT_FIND_LEN);
    OPENSSL_cleanse(msg, sizeof msg);
    OPENSSL_cleanse(digest, sizeof digest);
}

void vault_derive(const struct vault *v, const char *label, uint8_t ret[64])
{
    assert(v && label && ret);

    /* A prefix of its own, so that no label gives the vault's own keys. */
    char text[LABEL_MAX];
    const int n = snprintf(text, sizeof text, "derive %s", label);
    assert(n > 0 && (size_t)n < sizeof text);
    if (!derive(v->master, text, ret))
        abort(); /* as for hashes: nothing we could write with another key would be right */
}
