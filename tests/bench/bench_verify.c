/*
 * How much of OpenSSL's own verify rate pubkey_check() keeps. Bare: one context
 * set up for the key and used again, and the same hash of the same message;
 * rounds take turns, so that drift of the machine falls on both. Processor time.
 *
 *   bench_verify           all algorithms
 *   bench_verify --bare    microseconds of one bare ES256 check alone
 */
#include "tests/unit/signing.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/crypto/sm2.h"

#define ROUNDS 21
#define CHECKS 500

static uint8_t message[300], signature[64], der[80];
static size_t der_len;

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static double time_ours(const struct pubkey *key)
{
    const double start = seconds();
    for (int i = 0; i < CHECKS; i++) {
        enum check ret = CHECK_BAD;
        must(pubkey_check(key, span_of(message, sizeof message), span_of(signature, 64), &ret,
                          NULL) == RC_OK &&
             ret == CHECK_GOOD);
    }
    return seconds() - start;
}

/* SM2's digest needs the id and the key: for it that part is ours too. */
static void digest_of(const struct test_key *k, uint8_t ret[32])
{
    static uint8_t z[SM3_LEN];
    static const struct test_key *of;
    if (k->numbers.alg == ALG_ES256) {
        sha256(span_of(message, sizeof message), ret);
        return;
    }
    if (of != k)
        must(sm2_identity(&k->numbers, z, NULL) == RC_OK);
    of = k;
    must(sm2_digest(z, span_of(message, sizeof message), ret, NULL) == RC_OK);
}

static double time_bare_prehashed(const struct test_key *k)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->pkey, NULL);
    must(EVP_PKEY_verify_init(ctx) == 1);
    const double start = seconds();
    for (int i = 0; i < CHECKS; i++) {
        uint8_t digest[32];
        digest_of(k, digest);
        must(EVP_PKEY_verify(ctx, der, der_len, digest, sizeof digest) == 1);
    }
    const double spent = seconds() - start;
    EVP_PKEY_CTX_free(ctx);
    return spent;
}

static double time_bare_digest_verify(const struct test_key *k)
{
    const bool sm2 = k->numbers.alg == ALG_SM2, ec = sm2 || k->numbers.alg == ALG_ES256;
    const EVP_MD *const md = sm2 ? EVP_sm3() : ec ? EVP_sha256() : NULL;
    const double start = seconds();
    for (int i = 0; i < CHECKS; i++) {
        EVP_PKEY_CTX *by = NULL;
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        must(EVP_DigestVerifyInit(ctx, &by, md, NULL, k->pkey) == 1);
        must(!sm2 || EVP_PKEY_CTX_set1_id(by, TEST_SM2_ID, (int)strlen(TEST_SM2_ID)) == 1);
        must(EVP_DigestVerify(ctx, ec ? der : signature, ec ? der_len : 64, message,
                              sizeof message) == 1);
        EVP_MD_CTX_free(ctx);
    }
    return seconds() - start;
}

static void sign(const struct test_key *k)
{
    test_sign(k, span_of(message, sizeof message), signature);
    if (k->numbers.alg == ALG_EDDSA)
        return;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    must(ECDSA_SIG_set0(sig, BN_bin2bn(signature, 32, NULL), BN_bin2bn(signature + 32, 32, NULL)) ==
         1);
    uint8_t *to = der;
    der_len = (size_t)i2d_ECDSA_SIG(sig, &to);
    ECDSA_SIG_free(sig);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v)
{
    qsort(v, ROUNDS, sizeof *v, by_size);
    return v[ROUNDS / 2];
}

static void compare(const char *name, enum cose_alg alg)
{
    struct test_key k = test_key_new(alg, 1);
    struct pubkey *key = test_pubkey(&k);
    double ours[ROUNDS], kept[ROUNDS], each[ROUNDS];
    sign(&k);
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = time_ours(key);
        kept[i] = alg == ALG_EDDSA ? time_bare_digest_verify(&k) : time_bare_prehashed(&k);
        each[i] = time_bare_digest_verify(&k);
    }
    const double us = median(ours) / CHECKS * 1e6;
    (void)printf("%s: %.1f us a check; rate %.3f of bare OpenSSL, %.3f of EVP_DigestVerify set up "
                 "each time\n",
                 name, us, median(kept) / median(ours), median(each) / median(ours));
    pubkey_free(key);
    test_key_free(&k);
}

/* Processor time of one bare ES256 check, in microseconds. */
static int print_bare(void)
{
    double kept[ROUNDS];
    struct test_key k = test_key_new(ALG_ES256, 1);
    sign(&k);
    for (int i = 0; i < ROUNDS; i++)
        kept[i] = time_bare_prehashed(&k);
    (void)printf("%.3f\n", median(kept) / CHECKS * 1e6);
    test_key_free(&k);
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--bare") == 0)
        return print_bare();
    if (argc != 1)
        return 2;
    compare("ES256", ALG_ES256);
    compare("EdDSA", ALG_EDDSA);
    compare("SM2", ALG_SM2);
    return 0;
}
