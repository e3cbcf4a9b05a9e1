#include "tests/unit/check.h"

#include <stdbool.h>
#include <string.h>

#include "issuer/register/status_permutation.h"

static struct status_permutation with_key(uint8_t first)
{
    struct status_permutation p = { .key = { first, 1, 2, 3 } };
    return p;
}

static void every_index_of_a_block_is_given_exactly_once(void **state)
{
    (void)state;
    static bool given[STATUS_BLOCK];
    struct status_permutation p = with_key(7);
    const uint32_t blocks[] = { 0, 1, 151, 65535 };
    for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++) {
        memset(given, 0, sizeof given);
        for (uint32_t n = 0; n < STATUS_BLOCK; n++) {
            const uint32_t index = status_permute(&p, blocks[b] * STATUS_BLOCK + n);
            assert_int_equal(index / STATUS_BLOCK, blocks[b]);
            assert_false(given[index % STATUS_BLOCK]);
            given[index % STATUS_BLOCK] = true;
        }
    }
}

static unsigned count_equal(struct status_permutation *a, uint32_t from_a,
                            struct status_permutation *b, uint32_t from_b)
{
    unsigned equal = 0;
    for (uint32_t n = 0; n < STATUS_BLOCK; n++)
        equal += status_permute(a, from_a + n) % STATUS_BLOCK ==
                 status_permute(b, from_b + n) % STATUS_BLOCK;
    return equal;
}

/* Two random permutations agree in one place on average. */
static void another_key_gives_another_order(void **state)
{
    (void)state;
    struct status_permutation a = with_key(7), b = with_key(8);
    assert_in_range(count_equal(&a, 0, &b, 0), 0, 20);
}

static void another_block_has_another_order(void **state)
{
    (void)state;
    struct status_permutation a = with_key(7), b = with_key(7);
    assert_in_range(count_equal(&a, 0, &b, STATUS_BLOCK), 0, 20);
}

static void the_same_key_gives_the_same_order_whatever_was_asked_before(void **state)
{
    (void)state;
    struct status_permutation a = with_key(7), b = with_key(7);
    for (uint32_t n = 0; n < 1000; n++) {
        (void)status_permute(&a, n * 65537u);
        assert_int_equal(status_permute(&a, n), status_permute(&b, n));
    }
}

/* A neighbour in time is a neighbour in index one time in 32,768. */
static void neighbours_in_time_are_not_neighbours_in_index(void **state)
{
    (void)state;
    struct status_permutation p = with_key(7);
    unsigned near = 0, rising = 0;
    for (uint32_t n = 0; n + 1 < STATUS_BLOCK; n++) {
        const int32_t step = (int32_t)status_permute(&p, n + 1) - (int32_t)status_permute(&p, n);
        near += step >= -8 && step <= 8;
        rising += step > 0;
    }
    assert_in_range(near, 0, 60);
    assert_in_range(rising, STATUS_BLOCK * 48 / 100, STATUS_BLOCK * 52 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_index_of_a_block_is_given_exactly_once),
        cmocka_unit_test(another_key_gives_another_order),
        cmocka_unit_test(another_block_has_another_order),
        cmocka_unit_test(the_same_key_gives_the_same_order_whatever_was_asked_before),
        cmocka_unit_test(neighbours_in_time_are_not_neighbours_in_index),
    };
    return cmocka_run_group_tests_name("status permutation", tests, NULL, NULL);
}
