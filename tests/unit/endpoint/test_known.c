#include "tests/unit/check.h"

#include "verifier/daemon/known.h"

static struct tlog_hash leaf_of(uint64_t n)
{
    return tlog_leaf(span_of(&n, sizeof n));
}

static void only_what_was_kept_is_found(void **state)
{
    (void)state;
    struct known *const k = known_new(SPAN_LITERAL("list"));
    for (uint64_t n = 0; n < 1000; n++) {
        const struct tlog_hash leaf = leaf_of(n);
        assert_int_equal(known_find(k, &leaf), -1);
        known_keep(k, &leaf, (uint32_t)n);
        assert_int_equal(known_find(k, &leaf), (int32_t)n);
    }
    known_free(k);
}

/* The same place in the table, another leaf. */
static void one_bit_more_is_another_leaf(void **state)
{
    (void)state;
    struct known *const k = known_new(SPAN_LITERAL("list"));
    struct tlog_hash leaf = leaf_of(1);
    known_keep(k, &leaf, 3);
    for (size_t bit = 32; bit < sizeof leaf.bytes * 8; bit++) {
        struct tlog_hash other = leaf;
        other.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(known_find(k, &other), -1);
    }
    struct tlog_hash other = leaf;
    other.bytes[31] ^= 1;
    known_keep(k, &other, 4);
    assert_int_equal(known_find(k, &leaf), -1); /* pushed out, and never mistaken */
    assert_int_equal(known_find(k, &other), 4);
    known_free(k);
}

static void it_belongs_to_one_list(void **state)
{
    (void)state;
    struct known *const k = known_new(SPAN_LITERAL("list"));
    assert_true(known_is_of(k, SPAN_LITERAL("list")));
    assert_false(known_is_of(k, SPAN_LITERAL("lisu")));
    assert_ptr_equal(known_share(k), k);
    known_free(k);
    assert_true(known_is_of(k, SPAN_LITERAL("list")));
    known_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_was_kept_is_found),
        cmocka_unit_test(one_bit_more_is_another_leaf),
        cmocka_unit_test(it_belongs_to_one_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
