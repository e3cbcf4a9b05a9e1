#include "core/crypto/hash.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

/* A context that is kept costs a third of one made for each hash: one a thread, freed with it. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t context_key;
static EVP_MD *sha256_md;
static pthread_once_t sm3_once = PTHREAD_ONCE_INIT;
static EVP_MD *sm3_md; /* NULL: this OpenSSL has none */
static _Thread_local EVP_MD_CTX *context;

struct sha256_stream {
    EVP_MD_CTX *ctx;
};

/* Nothing that we could say would be true without a hash: the core file is the message. */
static _Noreturn void give_up(void)
{
    abort();
}

static void free_context(void *ctx)
{
    EVP_MD_CTX_free(ctx);
}

static void fetch(void)
{
    sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!sha256_md || pthread_key_create(&context_key, free_context) != 0)
        give_up();
}

static const EVP_MD *sha256_algorithm(void)
{
    if (pthread_once(&once, fetch) != 0)
        give_up();
    return sha256_md;
}

static void fetch_sm3(void)
{
    sm3_md = EVP_MD_fetch(NULL, "SM3", NULL);
    ERR_clear_error();
}

static const EVP_MD *sm3_algorithm(void)
{
    if (pthread_once(&sm3_once, fetch_sm3) != 0)
        give_up();
    return sm3_md;
}

static EVP_MD_CTX *thread_context(void)
{
    if (context)
        return context;
    (void)sha256_algorithm(); /* makes context_key */
    context = EVP_MD_CTX_new();
    if (!context || pthread_setspecific(context_key, context) != 0)
        give_up();
    return context;
}

static void start(EVP_MD_CTX *ctx, const EVP_MD *algorithm)
{
    if (EVP_DigestInit_ex2(ctx, algorithm, NULL) != 1)
        give_up();
}

static void add(EVP_MD_CTX *ctx, struct span bytes)
{
    if (EVP_DigestUpdate(ctx, bytes.ptr, bytes.len) != 1)
        give_up();
}

/* Both algorithms have 32 bytes. */
static void finish(EVP_MD_CTX *ctx, uint8_t ret[SHA256_LEN])
{
    unsigned len = 0;
    if (EVP_DigestFinal_ex(ctx, ret, &len) != 1 || len != SHA256_LEN)
        give_up();
}

void sha256(struct span bytes, uint8_t ret[SHA256_LEN])
{
    sha256_parts(&bytes, 1, ret);
}

static void digest(const EVP_MD *algorithm, const struct span *parts, size_t count, uint8_t *ret)
{
    EVP_MD_CTX *ctx = thread_context();
    start(ctx, algorithm);
    for (size_t i = 0; i < count; i++)
        add(ctx, parts[i]);
    finish(ctx, ret);
}

void sha256_parts(const struct span *parts, size_t count, uint8_t ret[SHA256_LEN])
{
    digest(sha256_algorithm(), parts, count, ret);
}

void sha256_2(struct span a, struct span b, uint8_t ret[SHA256_LEN])
{
    sha256_parts((const struct span[]){ a, b }, 2, ret);
}

bool sm3_2(struct span a, struct span b, uint8_t ret[SM3_LEN])
{
    const EVP_MD *algorithm = sm3_algorithm();
    if (!algorithm)
        return false;
    digest(algorithm, (const struct span[]){ a, b }, 2, ret);
    return true;
}

static struct sha256_stream *bare_stream(void)
{
    struct sha256_stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->ctx = EVP_MD_CTX_new();
    if (!s->ctx) {
        free(s);
        return NULL;
    }
    return s;
}

struct sha256_stream *sha256_new(void)
{
    struct sha256_stream *const s = bare_stream();
    if (s)
        start(s->ctx, sha256_algorithm());
    return s;
}

struct sha256_stream *sha256_copy(const struct sha256_stream *from)
{
    struct sha256_stream *const s = bare_stream();
    if (s && EVP_MD_CTX_copy_ex(s->ctx, from->ctx) != 1) {
        sha256_free(s);
        return NULL;
    }
    return s;
}

void sha256_add(struct sha256_stream *s, struct span bytes)
{
    add(s->ctx, bytes);
}

void sha256_end(struct sha256_stream *s, uint8_t ret[SHA256_LEN])
{
    finish(s->ctx, ret);
    start(s->ctx, sha256_algorithm());
}

void sha256_free(struct sha256_stream *s)
{
    if (!s)
        return;
    EVP_MD_CTX_free(s->ctx);
    free(s);
}

bool bytes_equal_secret(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void random_bytes(uint8_t *ret, size_t len)
{
    while (len > 0) {
        const int part = len > 4096 ? 4096 : (int)len;
        if (RAND_bytes(ret, part) != 1)
            give_up();
        ret += part;
        len -= (size_t)part;
    }
}
