/*
 * How much of OpenSSL's bare signing rate is left when the signer signs, with ES256 and with SM2.
 * Every figure is the median of rounds in which all ways take turns; only the ratios mean anything.
 *
 *   bench_sign                    every way, as rates
 *   bench_sign --seconds-for N    the seconds that bare signing of N messages takes on one
 *                                 processor, by the measured rate
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/cert/token.h"
#include "core/sys/clock.h"
#include "issuer/register/home.h"
#include "tests/unit/register/home_scratch.h"

#define ROUNDS     9
#define SIGNATURES 2000 /* of one way in one round */

struct bench {
    const char *alg;
    EVP_PKEY_CTX *bare;
    struct private_key *key;
    struct signer *signer;
    unsigned threads;
    struct buf payloads[SIGNATURES];
    struct token_job jobs[SIGNATURES];
};

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "bench_sign: %s failed\n", what);
    exit(1);
}

static void by_openssl(struct bench *b)
{
    for (size_t i = 0; i < SIGNATURES; i++) {
        uint8_t digest[32], der[80];
        size_t len = sizeof der;
        memset(digest, (int)(i & 0xff), sizeof digest);
        must(EVP_PKEY_sign(b->bare, der, &len, digest, sizeof digest) == 1, "EVP_PKEY_sign");
    }
}

static void by_private_key(struct bench *b)
{
    for (size_t i = 0; i < SIGNATURES; i++) {
        uint8_t signature[SIGNATURE_LEN];
        must(private_key_sign(b->key, buf_span(&b->payloads[i]), signature, NULL) == RC_OK,
             "private_key_sign");
    }
}

static void by_signer(struct bench *b, unsigned threads)
{
    for (size_t i = 0; i < SIGNATURES; i++)
        b->jobs[i] = (struct token_job){ .payload = buf_span(&b->payloads[i]) };
    signer_tokens(b->signer, b->jobs, SIGNATURES, threads);
    for (size_t i = 0; i < SIGNATURES; i++) {
        must(b->jobs[i].rc == RC_OK, "signer_tokens");
        buf_free(&b->jobs[i].cose);
    }
}

static void by_signer_alone(struct bench *b)
{
    by_signer(b, 1);
}

static void by_signer_on_threads(struct bench *b)
{
    by_signer(b, b->threads);
}

static const struct {
    const char *name;
    void (*run)(struct bench *b);
} ways[] = {
    { "bare EVP_PKEY_sign, one thread", by_openssl },
    { "private_key_sign, one thread", by_private_key },
    { "signer_tokens (each one checked), one thread", by_signer_alone },
    { "signer_tokens (each one checked), all processors", by_signer_on_threads },
};
#define WAYS (sizeof ways / sizeof ways[0])

static int by_size(const void *a, const void *b)
{
    const double *const x = a;
    const double *const y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *seconds, size_t count)
{
    qsort(seconds, count, sizeof *seconds, by_size);
    return seconds[count / 2];
}

static int print_seconds_for(const char *count)
{
    double seconds[ROUNDS];
    static struct bench b;
    EVP_PKEY *const pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    b.bare = EVP_PKEY_CTX_new(pkey, NULL);
    must(b.bare && EVP_PKEY_sign_init(b.bare) == 1, "EVP_PKEY_sign_init");
    for (size_t r = 0; r < ROUNDS; r++) {
        const double start = clock_elapsed();
        by_openssl(&b);
        seconds[r] = clock_elapsed() - start;
    }
    EVP_PKEY_CTX_free(b.bare);
    EVP_PKEY_free(pkey);
    (void)printf("%.6f\n",
                 median(seconds, ROUNDS) / SIGNATURES * (double)strtoull(count, NULL, 10));
    return 0;
}

static void measure(struct bench *b)
{
    double seconds[WAYS][ROUNDS];
    for (size_t r = 0; r < ROUNDS; r++) {
        for (size_t w = 0; w < WAYS; w++) {
            const double start = clock_elapsed();
            ways[w].run(b);
            seconds[w][r] = clock_elapsed() - start;
        }
    }
    const double bare = median(seconds[0], ROUNDS);
    for (size_t w = 0; w < WAYS; w++) {
        const double s = median(seconds[w], ROUNDS);
        (void)printf("%s, %-50s %8.0f/s  %5.2f of bare\n", b->alg, ways[w].name, SIGNATURES / s,
                     bare / s);
    }
}

static void make_payloads(struct bench *b, int64_t now_s)
{
    for (size_t i = 0; i < SIGNATURES; i++) {
        const struct token t = {
            .number = SPAN_LITERAL("03301202300000017"),
            .iat = now_s,
            .name = SPAN_LITERAL("张示例"),
            .id_type = 111,
            .id_tail = SPAN_LITERAL("123X"),
            .post = 1,
            .unit = 33,
            .issued = 19675,
            .deadline = 20770,
            .version = 1,
            .status_index = (uint32_t)i,
            .log_index = i,
        };
        token_payload_put(&b->payloads[i], &t);
        must(buf_ok(&b->payloads[i]), "token_payload_put");
    }
}

static const struct kind {
    const char *alg;
    enum cose_alg cose;
    enum home_alg home;
    const char *type, *curve; /* for OpenSSL alone */
} kinds[] = {
    { "ES256", ALG_ES256, HOME_ES256, "EC", "P-256" },
    { "SM2", ALG_SM2, HOME_SM2, "SM2", NULL },
};

static void run(const char *folder, const struct kind *kind)
{
    static struct bench b;
    ON_EXIT(home_close) struct home h = { 0 };
    const struct home_choices choices = { .demo = false, .alg = kind->home };
    char path[PATH_LEN];
    b = (struct bench){ .alg = kind->alg };
    must(path_join(folder, kind->alg, path, NULL) == RC_OK, "path_join");
    must(home_init(path, &choices, NULL) == RC_OK, "home_init");
    must(home_open(path, &h, NULL) == RC_OK, "home_open");
    must(home_signer(&h, &b.signer, NULL) == RC_OK, "home_signer");
    must(private_key_generate(kind->cose, &b.key, NULL) == RC_OK, "private_key_generate");
    b.threads = h.settings.sign_threads;
    make_payloads(&b, h.now);

    EVP_PKEY *const pkey = EVP_PKEY_Q_keygen(NULL, NULL, kind->type, kind->curve);
    b.bare = EVP_PKEY_CTX_new(pkey, NULL);
    must(b.bare && EVP_PKEY_sign_init(b.bare) == 1, "EVP_PKEY_sign_init");
    measure(&b);

    EVP_PKEY_CTX_free(b.bare);
    EVP_PKEY_free(pkey);
    private_key_free(b.key);
    signer_free(b.signer);
    for (size_t i = 0; i < SIGNATURES; i++)
        buf_free(&b.payloads[i]);
}

int main(int argc, char *argv[])
{
    char folder[PATH_LEN];
    if (argc == 3 && strcmp(argv[1], "--seconds-for") == 0)
        return print_seconds_for(argv[2]);
    if (argc != 1)
        return 2;
    must(scratch_make(folder), "making a folder");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        run(folder, &kinds[i]);
    scratch_drop(folder);
    return 0;
}
