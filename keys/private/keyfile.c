#include "keys/private/keyfile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/crypto/hash.h"
#include "core/sys/file.h"
#include "keys/private/private_file.h"
#include "keys/private/private_key.h"

DEFINE_ON_EXIT(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)

static void bio_free_at(BIO **bio)
{
    (void)BIO_free(*bio);
    *bio = NULL;
}

/* One PEM block as OpenSSL hands it out. */
struct pem {
    char *name, *header;
    unsigned char *data;
    long len;
};

static void pem_wipe_at(struct pem *p)
{
    OPENSSL_secure_free(p->name);
    OPENSSL_secure_free(p->header);
    OPENSSL_secure_clear_free(p->data, p->len > 0 ? (size_t)p->len : 0);
}

/* What people have instead of a PKCS#8 key, and what to do about it. */
static const struct {
    const char *name, *advice;
} other_forms[] = {
    { "ENCRYPTED PRIVATE KEY", "it is encrypted; run: openssl pkcs8 -in OLD -out NEW" },
    { "EC PRIVATE KEY", "it is not PKCS#8; run: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW" },
    { "EC PARAMETERS", "it is not PKCS#8; run: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW" },
    { "PUBLIC KEY", "it holds a public key" },
    { "CERTIFICATE", "it holds an X.509 certificate" },
};

static enum rc not_a_key(const char *path, const char *advice, struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.80s' is not a PEM private key: %s", path,
                    advice);
}

static enum rc read_pem(const char *path, const struct private_bytes *file, struct pem *ret,
                        struct diag *d)
{
    ON_EXIT(bio_free_at) BIO *bio = BIO_new_mem_buf(file->bytes, (int)file->len);
    if (!bio)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "reading '%.80s'", path);
    /* Secure, because the plain form leaves the key in memory that it frees. */
    if (PEM_read_bio_ex(bio, &ret->name, &ret->header, &ret->data, &ret->len, PEM_FLAG_SECURE) != 1)
        return not_a_key(path, "no PEM block in it", d);

    for (size_t i = 0; i < sizeof other_forms / sizeof other_forms[0]; i++) {
        if (strcmp(ret->name, other_forms[i].name) == 0)
            return not_a_key(path, other_forms[i].advice, d);
    }
    if (strcmp(ret->name, PEM_STRING_PKCS8INF) != 0 || ret->header[0] != '\0')
        return not_a_key(path, "its block is of another kind", d);
    return RC_OK;
}

/* Exactly one PKCS#8 structure: bytes behind it are refused. */
static enum rc read_pkcs8(const char *path, const struct pem *pem, EVP_PKEY **ret, struct diag *d)
{
    const unsigned char *at = pem->data;
    ON_EXIT(PKCS8_PRIV_KEY_INFO_free_at)
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, pem->len);
    if (!info || at != pem->data + pem->len)
        return not_a_key(path, "its block is not PKCS#8", d);

    *ret = EVP_PKCS82PKEY(info);
    return *ret ? RC_OK : not_a_key(path, "its key is damaged or of a kind we do not use", d);
}

enum rc private_key_load(const char *path, struct private_key **ret, struct diag *d)
{
    assert(path && ret);

    ON_EXIT(private_bytes_wipe_at) struct private_bytes file = { .len = 0 };
    enum rc rc = private_file_read(path, &file, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(pem_wipe_at) struct pem pem = { 0 };
    ON_EXIT(EVP_PKEY_free_at) EVP_PKEY *pkey = NULL;
    rc = read_pem(path, &file, &pem, d);
    if (rc == RC_OK)
        rc = read_pkcs8(path, &pem, &pkey, d);
    if (rc != RC_OK)
        return rc;

    struct diag why = DIAG_INIT;
    rc = private_key_new(&pkey, ret, &why);
    return rc == RC_OK ? RC_OK
                       : diag_set(d, rc, DIAG_NO_OFFSET, "the key in '%.80s': %s", path, why.text);
}

enum rc private_key_save(const struct private_key *key, const char *path, struct diag *d)
{
    assert(key && !key->keeper && path);

    ON_EXIT(bio_free_at) BIO *bio = BIO_new(BIO_s_secmem());
    const char *text = NULL;
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1) {
        ERR_clear_error();
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "cannot write the key '%.120s' as PKCS#8",
                        path);
    }
    const long len = BIO_get_mem_data(bio, &text);
    return file_create(path, span_of(text, (size_t)len), 0600, d);
}

enum rc secret_load(const char *path, uint8_t *ret, size_t len, struct diag *d)
{
    assert(path && ret && len > 0);

    ON_EXIT(private_bytes_wipe_at) struct private_bytes file = { .len = 0 };
    const enum rc rc = private_file_read(path, &file, d);
    if (rc != RC_OK)
        return rc;
    if (file.len != len)
        return diag_set(d, RC_FORMAT, file.len, "'%.120s' has %zu bytes, not %zu", path, file.len,
                        len);

    memcpy(ret, file.bytes, len);
    return RC_OK;
}

enum rc secret_create(const char *path, size_t len, struct diag *d)
{
    assert(path && len > 0 && len <= PRIVATE_FILE_MAX);

    ON_EXIT(private_bytes_wipe_at) struct private_bytes fresh = { .len = len };
    random_bytes(fresh.bytes, len);
    return file_create(path, span_of(fresh.bytes, len), 0600, d);
}
