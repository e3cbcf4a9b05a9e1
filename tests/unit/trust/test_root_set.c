#include "tests/unit/trust/trust_sample.h"

static enum rc parse_set(unsigned threshold, size_t count, const struct public_numbers *keys)
{
    struct root_set set = { .threshold = threshold, .count = count }, back;
    struct buf b = { 0 };
    for (size_t i = 0; i < count; i++)
        set.keys[i] = keys[i];
    root_set_put(&b, &set);
    const enum rc rc = root_set_parse(buf_span(&b), &back, NULL);
    buf_free(&b);
    return rc;
}

static struct public_numbers numbers_of(unsigned seed)
{
    struct public_numbers n = { .alg = ALG_ES256 };
    memset(n.x, (int)seed, sizeof n.x);
    memset(n.y, (int)seed + 1, sizeof n.y);
    return n;
}

static void a_threshold_that_cannot_be_met_is_refused(void **state)
{
    (void)state;
    const struct public_numbers keys[2] = { numbers_of(1), numbers_of(2) };
    assert_int_equal(parse_set(0, 2, keys), RC_FORMAT);
    assert_int_equal(parse_set(3, 2, keys), RC_FORMAT);
    assert_int_equal(parse_set(1, 0, keys), RC_FORMAT);
    assert_int_equal(parse_set(0, 0, keys), RC_FORMAT);
    assert_int_equal(parse_set(1, 2, keys), RC_OK);
    assert_int_equal(parse_set(2, 2, keys), RC_OK);
}

static void the_same_root_twice_is_refused(void **state)
{
    (void)state;
    struct public_numbers keys[2] = { numbers_of(1), numbers_of(1) };
    assert_int_equal(parse_set(1, 2, keys), RC_FORMAT);
    /* The negative of a point has its x. */
    keys[1].y[0] ^= 0xff;
    assert_int_equal(parse_set(1, 2, keys), RC_FORMAT);
}

static void more_than_sixteen_roots_are_refused(void **state)
{
    (void)state;
    for (unsigned count = 16; count <= 17; count++) {
        struct buf b = { 0 };
        struct root_set back;
        cbor_put_array(&b, 2);
        cbor_put_uint(&b, 1);
        cbor_put_array(&b, count);
        for (unsigned i = 0; i < count; i++) {
            const struct public_numbers n = numbers_of(i + 1);
            cose_key_put(&b, &n);
        }
        assert_int_equal(root_set_parse(buf_span(&b), &back, NULL),
                         count == 16 ? RC_OK : RC_FORMAT);
        buf_free(&b);
    }
}

static void bytes_after_the_set_are_refused(void **state)
{
    (void)state;
    struct root_set set = { .threshold = 1, .count = 1, .keys = { numbers_of(1) } }, back;
    struct buf b = { 0 };
    root_set_put(&b, &set);
    buf_put_u8(&b, 0);
    assert_int_equal(root_set_parse(buf_span(&b), &back, NULL), RC_FORMAT);
    buf_free(&b);
}

static void every_part_of_the_set_changes_its_id(void **state)
{
    (void)state;
    struct root_set set = { .threshold = 1, .count = 2, .keys = { numbers_of(1), numbers_of(2) } };
    uint8_t id[SHA256_LEN], other[SHA256_LEN];
    assert_int_equal(root_set_id(&set, id, NULL), RC_OK);
    set.threshold = 2;
    assert_int_equal(root_set_id(&set, other, NULL), RC_OK);
    assert_memory_not_equal(id, other, sizeof id);
    set.threshold = 1;
    set.keys[1].y[31] ^= 1;
    assert_int_equal(root_set_id(&set, other, NULL), RC_OK);
    assert_memory_not_equal(id, other, sizeof id);
    set.keys[1].y[31] ^= 1;
    assert_int_equal(root_set_id(&set, other, NULL), RC_OK);
    assert_memory_equal(id, other, sizeof id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_threshold_that_cannot_be_met_is_refused),
        cmocka_unit_test(the_same_root_twice_is_refused),
        cmocka_unit_test(more_than_sixteen_roots_are_refused),
        cmocka_unit_test(bytes_after_the_set_are_refused),
        cmocka_unit_test(every_part_of_the_set_changes_its_id),
    };
    return cmocka_run_group_tests_name("root_set", tests, NULL, NULL);
}
