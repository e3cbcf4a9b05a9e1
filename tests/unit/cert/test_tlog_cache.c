#include "core/cert/tlog_cache.h"
#include "tests/unit/check.h"

#define LEAVES 2000u

/* A log that counts how often it is asked, and fails when it is told to. */
struct counted {
    unsigned asked;
    bool broken;
};

static enum rc counted_hash(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret,
                            struct diag *d)
{
    struct counted *const c = ctx;
    c->asked++;
    if (c->broken)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "broken");
    if (level == 0) {
        const uint8_t data[2] = { (uint8_t)(n >> 8), (uint8_t)n };
        *ret = tlog_leaf(span_of(data, sizeof data));
        return RC_OK;
    }
    struct tlog_hash left, right;
    (void)counted_hash(ctx, level - 1, 2 * n, &left, d);
    (void)counted_hash(ctx, level - 1, 2 * n + 1, &right, d);
    *ret = tlog_node(&left, &right);
    return RC_OK;
}

static struct tlog_cache cache;

static void every_proof_is_the_one_without_a_cache(void **state)
{
    (void)state;
    struct counted log = { 0 };
    const struct tlog_source plain = { counted_hash, &log };
    tlog_cache_begin(&cache, plain);
    const struct tlog_source cached = tlog_cache_source(&cache);
    for (uint64_t index = 0; index < LEAVES; index += 7) {
        struct tlog_hash a[TLOG_PROOF_MAX], b[TLOG_PROOF_MAX];
        size_t count_a = 0, count_b = 1;
        assert_int_equal(tlog_prove_inclusion(&plain, index, LEAVES, a, &count_a, NULL), RC_OK);
        assert_int_equal(tlog_prove_inclusion(&cached, index, LEAVES, b, &count_b, NULL), RC_OK);
        assert_int_equal(count_a, count_b);
        assert_memory_equal(a, b, count_a * sizeof *a);
    }
}

static void what_was_asked_once_is_not_asked_again(void **state)
{
    (void)state;
    struct counted log = { 0 };
    struct tlog_hash hash;
    tlog_cache_begin(&cache, (struct tlog_source){ counted_hash, &log });
    const struct tlog_source cached = tlog_cache_source(&cache);
    for (int round = 0; round < 3; round++)
        for (uint64_t n = 0; n < 256; n++)
            assert_int_equal(cached.hash(cached.ctx, 0, n, &hash, NULL), RC_OK);
    assert_int_equal(log.asked, 256);
}

static void a_failure_is_not_remembered_as_a_hash(void **state)
{
    (void)state;
    struct counted log = { .broken = true };
    struct tlog_hash hash;
    tlog_cache_begin(&cache, (struct tlog_source){ counted_hash, &log });
    const struct tlog_source cached = tlog_cache_source(&cache);
    assert_int_equal(cached.hash(cached.ctx, 0, 5, &hash, NULL), RC_IO);
    log.broken = false;
    assert_int_equal(cached.hash(cached.ctx, 0, 5, &hash, NULL), RC_OK);
    const uint8_t data[2] = { 0, 5 };
    const struct tlog_hash want = tlog_leaf(span_of(data, sizeof data));
    assert_memory_equal(&hash, &want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_proof_is_the_one_without_a_cache),
        cmocka_unit_test(what_was_asked_once_is_not_asked_again),
        cmocka_unit_test(a_failure_is_not_remembered_as_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
