/*
 * What a bundle costs in memory already read: to open it, and to look up one row whose block is not
 * cached. Medians, processor time.
 *
 *   bench_bundle BUNDLE     prints: rows N bytes N open_us X find_us X
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/cert/bundle.h"
#include "core/sys/file.h"
#include "tests/unit/dice.h"

#define ROUNDS 41

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_us(double *v)
{
    qsort(v, ROUNDS, sizeof *v, by_size);
    return v[ROUNDS / 2] * 1e6;
}

static void must(enum rc rc, const struct diag *d)
{
    if (rc == RC_OK)
        return;
    (void)fprintf(stderr, "bench_bundle: %s\n", d->text);
    exit(1);
}

static double time_open(struct span file)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    const double start = seconds();
    must(bundle_open(file, NULL, &b, &d), &d);
    return seconds() - start;
}

static double time_find(const struct bundle *b, uint64_t row)
{
    struct diag d = DIAG_INIT;
    struct column_row found;
    ON_EXIT(bundle_free_at) struct bundle *fresh = NULL;
    must(bundle_share(b, &fresh, &d), &d);
    const double start = seconds();
    must(bundle_find(fresh, row, &found, &d), &d);
    return seconds() - start;
}

int main(int argc, char *argv[])
{
    struct diag d = DIAG_INIT;
    double open[ROUNDS], find[ROUNDS];
    struct dice dice = { 1 };
    if (argc != 2)
        return 2;
    ON_EXIT(mapping_close) struct mapping file = { 0 };
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    must(file_map(argv[1], &file, &d), &d);
    must(bundle_open(file.bytes, NULL, &b, &d), &d);
    const uint32_t rows = bundle_times(b).rows;
    for (int i = 0; i < ROUNDS; i++) {
        open[i] = time_open(file.bytes);
        find[i] = time_find(b, dice_between(&dice, 0, rows - 1));
    }
    (void)printf("rows %u bytes %zu open_us %.1f find_us %.1f\n", rows, file.bytes.len,
                 median_us(open), median_us(find));
    return 0;
}
