/*
 * How large the published columns are, against the entropy of what they say. Prints one line a
 * case: bench_columns [ROWS]       default 10000000 The rows are invented by a fixed generator, so
 * two runs print the same sizes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/cert/status_list.h"
#include "tests/bench/invented_rows.h"

#define ROWS_DEFAULT 10000000u
#define DAYS         INVENTED_DAYS
#define FIRST_DAY    20000 /* 2024-10-04 */
#define VERSIONS     INVENTED_VERSIONS
#define STATUSES     3u

/* Deadlines spread over all days in every block, or as a register fills: a block is issued in some
 * weeks. */
enum spread { SPREAD_EVEN, SPREAD_BY_ISSUE };

static void fill(struct columns *c, enum spread spread)
{
    uint64_t state = 1;
    for (uint32_t i = 0; i < c->count; i++) {
        const unsigned even = invented_below(&state, DAYS);
        const uint64_t start = (uint64_t)(i / COLUMN_BLOCK) * DAYS * COLUMN_BLOCK / c->count;
        const unsigned by_issue = ((unsigned)start + invented_below(&state, 30)) % DAYS;
        c->rows[i] = (struct column_row){
            .status = invented_status(&state),
            .version = invented_version(&state),
            .deadline = FIRST_DAY + (int32_t)(spread == SPREAD_EVEN ? even : by_issue),
        };
    }
}

/* Shannon's bound in bytes for count draws that fell into these bins. */
static double bound_of(const uint64_t *bins, size_t n, uint64_t count)
{
    double bits = 0;
    for (size_t i = 0; i < n; i++) {
        if (bins[i] > 0)
            bits += (double)bins[i] * log2((double)count / (double)bins[i]);
    }
    return bits / 8;
}

/* Of version and deadline together; each block by itself, as a block says when it was issued. */
static double deadlines_bound(const struct columns *c, enum spread spread)
{
    static uint64_t bins[(VERSIONS + 1) * DAYS];
    const uint32_t step = spread == SPREAD_EVEN ? c->count : COLUMN_BLOCK;
    double bytes = 0;
    for (uint32_t first = 0; first < c->count; first += step) {
        const uint32_t end = c->count - first < step ? c->count : first + step;
        memset(bins, 0, sizeof bins);
        for (uint32_t i = first; i < end; i++)
            bins[c->rows[i].version * DAYS + (unsigned)(c->rows[i].deadline - FIRST_DAY)]++;
        bytes += bound_of(bins, sizeof bins / sizeof *bins, end - first);
    }
    return bytes;
}

static double status_bound(const struct columns *c)
{
    uint64_t bins[STATUSES] = { 0 };
    for (uint32_t i = 0; i < c->count; i++)
        bins[c->rows[i].status]++;
    return bound_of(bins, STATUSES, c->count);
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

struct measured {
    size_t bytes;
    unsigned codings[CODING_RUNS + 1]; /* of the set's first column (versions, or status) */
    double code_s, decode_s;
};

static void must(enum rc rc, const struct diag *d)
{
    if (rc == RC_OK)
        return;
    (void)fprintf(stderr, "bench_columns: %s\n", d->text);
    exit(1);
}

static struct measured measure_set(const struct columns *c, enum column_set set)
{
    struct measured m = { .bytes = 0 };
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf plain = { 0 }, coded = { 0 }, again = { 0 };
    for (uint32_t i = 0; i < columns_block_count(c->count); i++) {
        const uint32_t rows = columns_block_rows(c->count, i);
        struct timespec start;
        buf_clear(&plain);
        buf_clear(&coded);
        buf_clear(&again);
        column_block_plain(c, i, set, &plain);
        (void)clock_gettime(CLOCK_MONOTONIC, &start);
        must(column_block_code(buf_span(&plain), rows, set, &coded, &d), &d);
        m.code_s += seconds_since(&start);
        (void)clock_gettime(CLOCK_MONOTONIC, &start);
        must(column_block_decode(buf_span(&coded), rows, set, &again, &d), &d);
        m.decode_s += seconds_since(&start);
        if (!span_equal(buf_span(&plain), buf_span(&again)))
            abort();
        m.codings[coded.ptr[0]]++;
        m.bytes += coded.len;
    }
    return m;
}

static void print_set(const char *name, const struct measured *m, double bound, uint32_t blocks)
{
    (void)printf(
        "%-34s %11zu bytes  bound %11.0f  ratio %.3f  code %.1f s  decode %.2f ms a block\n", name,
        m->bytes, bound, (double)m->bytes / bound, m->code_s, m->decode_s * 1000 / blocks);
}

static void measure_status_list(const struct columns *c)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    must(status_list_payload_put(&payload, c, "https://example.invalid/publish/status.cwt", 0,
                                 604800, 3600, &d),
         &d);
    (void)printf("%-34s %11zu bytes  bound %11.0f  ratio %.3f\n", "status.cwt payload", payload.len,
                 status_bound(c), (double)payload.len / status_bound(c));
}

static void columns_free_at(struct columns *c)
{
    columns_free(c);
}

int main(int argc, char *argv[])
{
    const unsigned long rows = argc > 1 ? strtoul(argv[1], NULL, 10) : ROWS_DEFAULT;
    struct diag d = DIAG_INIT;
    ON_EXIT(columns_free_at) struct columns c = { 0 };
    if (rows == 0 || rows > COLUMN_ROWS_MAX)
        return 2;
    must(columns_resize(&c, (uint32_t)rows, &d), &d);
    const uint32_t blocks = columns_block_count(c.count);
    (void)printf("%u rows in %u blocks, 1 %% not valid\n", c.count, blocks);

    fill(&c, SPREAD_EVEN);
    measure_status_list(&c);
    const struct measured status = measure_set(&c, COLUMN_STATUS);
    print_set("status blocks", &status, status_bound(&c), blocks);
    const struct measured even = measure_set(&c, COLUMN_DEADLINES);
    const double even_bound = deadlines_bound(&c, SPREAD_EVEN);
    print_set("deadlines, even over 730 days", &even, even_bound, blocks);
    (void)printf("%-34s %11zu bytes  bound %11.0f  ratio %.3f\n", "both sets and the block table",
                 status.bytes + even.bytes + (size_t)blocks * 2 * 44, status_bound(&c) + even_bound,
                 (double)(status.bytes + even.bytes + (size_t)blocks * 2 * 44) /
                     (status_bound(&c) + even_bound));

    fill(&c, SPREAD_BY_ISSUE);
    const struct measured by_issue = measure_set(&c, COLUMN_DEADLINES);
    print_set("deadlines, 30 days a block", &by_issue, deadlines_bound(&c, SPREAD_BY_ISSUE),
              blocks);
    return 0;
}
