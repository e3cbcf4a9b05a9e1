/*
 * A log of many leaves: how long a proof of any of them takes, and how publishing grows with what
 * is new, not with what is there.
 *
 *   bench_log [LEAVES]     10 million when left out: some 3 GB below TMPDIR
 *
 * Prints; exit 1 when the median proof takes a millisecond or more.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "issuer/publication/log_files.h"
#include "tests/unit/register/home_scratch.h"

#define LEAVES      10000000u
#define LEAF_LEN    190u /* of a token */
#define GROUP       65536u
#define PROOFS      2001u
#define SCATTER     UINT64_C(2654435761)
#define PROOF_LIMIT 1e-3 /* s */

static void must(enum rc rc, const struct diag *d)
{
    if (rc == RC_OK)
        return;
    (void)fprintf(stderr, "bench_log: %s: %s\n", rc_name(rc), d->text);
    exit(1);
}

static void append(struct reg *r, uint64_t count)
{
    uint8_t leaf[LEAF_LEN] = { 0 };
    struct diag d = DIAG_INIT;
    const uint64_t first = register_log_size(r);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t n = first + i;
        memcpy(leaf, &n, sizeof n);
        struct reg_log_entry e = { .kind = LOG_VOID, .data = span_of(leaf, sizeof leaf) };
        must(register_log_append(r, &e, &d), &d);
        if (i % GROUP == GROUP - 1)
            must(register_commit(r, &d), &d);
    }
    must(register_commit(r, &d), &d);
}

/* --- proofs --- */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double prove(struct reg *r)
{
    static double seconds[PROOFS];
    const struct tlog_source source = register_log_source(r);
    const uint64_t size = register_log_settled(r);
    struct tlog_hash root, leaf, hashes[TLOG_PROOF_MAX];
    struct diag d = DIAG_INIT;
    size_t count = 0;
    must(tlog_root(&source, size, &root, &d), &d);
    for (size_t i = 0; i < PROOFS; i++) {
        const uint64_t index = (i + 1) * SCATTER % size;
        const double start = clock_elapsed();
        must(tlog_prove_inclusion(&source, index, size, hashes, &count, &d), &d);
        seconds[i] = clock_elapsed() - start;
        must(source.hash(source.ctx, 0, index, &leaf, &d), &d);
        if (!tlog_check_inclusion(&leaf, index, size, hashes, count, &root))
            must(RC_BAD_SIGNATURE, &d);
    }
    qsort(seconds, PROOFS, sizeof seconds[0], ascending);
    (void)printf("%llu leaves: a proof of %zu hashes: median %.0f us, p99 %.0f us (limit 1000)\n",
                 (unsigned long long)size, count, seconds[PROOFS / 2] * 1e6,
                 seconds[PROOFS * 99 / 100] * 1e6);
    return seconds[PROOFS / 2];
}

/* --- publishing --- */

static unsigned files;

static int count_file(const char *path, const struct stat *st, int type)
{
    (void)path;
    (void)st;
    files += type == FTW_F;
    return 0;
}

static void publish(struct reg *r, const struct home *h, const char *folder, uint64_t news)
{
    const struct tlog_source source = register_log_source(r);
    const uint8_t nobody[ED25519_PUB_LEN] = { 0 }, unsigned_note[SIGNATURE_LEN] = { 0 };
    const uint64_t size = register_log_settled(r);
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct tlog_hash root;
    struct diag d = DIAG_INIT;
    must(tlog_root(&source, size, &root, &d), &d);
    checkpoint_body_put(&note, h->trust->log_origin, size, &root);
    buf_put_text(&note, "\n");
    note_signature_put(&note, h->trust->log_origin, nobody, unsigned_note);
    files = 0;
    (void)ftw(folder, count_file, 16);
    const unsigned before = files;
    const double start = clock_elapsed();
    must(log_publish(r, h, buf_span(&note), folder, &d), &d);
    const double seconds = clock_elapsed() - start;
    files = 0;
    (void)ftw(folder, count_file, 16);
    (void)printf("published: %8llu new of %llu leaves: %8.2f ms, %u new files, %.1f us a leaf\n",
                 (unsigned long long)news, (unsigned long long)size, seconds * 1e3, files - before,
                 seconds * 1e6 / (double)news);
    (void)fflush(stdout);
}

static double run(const struct home *h, const struct vault *vault, const char *folder,
                  uint64_t leaves)
{
    static const uint64_t news[] = { 1000, 10000, 100000 };
    ON_EXIT(register_close_at) struct reg *r = NULL;
    struct diag d = DIAG_INIT;
    char published[PATH_LEN];
    must(path_join(folder, "pub", published, &d), &d);
    must(folder_make(published, 0755, &d), &d);
    must(register_open(h, vault, REG_WRITE, &r, &d), &d);
    const double start = clock_elapsed();
    append(r, leaves);
    (void)printf("appended: %.2f us a leaf\n", (clock_elapsed() - start) * 1e6 / (double)leaves);
    const double median = prove(r);
    publish(r, h, published, leaves);
    for (size_t i = 0; i < sizeof news / sizeof news[0]; i++) {
        append(r, news[i]);
        publish(r, h, published, news[i]);
    }
    return median;
}

int main(int argc, char **argv)
{
    const unsigned long leaves = argc > 1 ? strtoul(argv[1], NULL, 10) : LEAVES;
    char folder[PATH_LEN], path[PATH_LEN];
    struct diag d = DIAG_INIT;
    struct home home = { 0 };
    struct vault *vault = NULL;
    const struct home_choices choices = { .demo = true };
    if (leaves == 0 || !scratch_make(folder))
        return 1;
    must(path_join(folder, "home", path, &d), &d);
    must(home_init(path, &choices, &d), &d);
    must(home_open(path, &home, &d), &d);
    must(home_vault(&home, &vault, &d), &d);
    const double median = run(&home, vault, folder, leaves);
    vault_free(vault);
    home_close(&home);
    scratch_drop(folder);
    return median < PROOF_LIMIT ? 0 : 1;
}
