#include "tests/unit/check.h"

#include "core/base/reader.h"

static const uint8_t bytes[15] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void a_failed_read_moves_nothing_and_writes_nothing(void **state)
{
    (void)state;
    struct reader r = reader_over(span_of(bytes, 1));
    uint16_t two = 77;
    uint32_t four = 77;
    uint64_t eight = 77;

    assert_false(reader_be16(&r, &two));
    assert_false(reader_be32(&r, &four));
    assert_false(reader_be64(&r, &eight));
    assert_int_equal(two, 77);
    assert_int_equal(four, 77);
    assert_int_equal(eight, 77);
    assert_int_equal(reader_left(&r), 1);
}

static void one_byte_past_the_end_is_refused(void **state)
{
    (void)state;
    struct reader r = reader_over(span_of(bytes, 3));
    struct span s = { 0 };
    uint8_t one = 77;

    assert_false(reader_take(&r, 4, &s));
    assert_true(reader_take(&r, 3, &s));
    assert_false(reader_u8(&r, &one));
    assert_int_equal(one, 77);
}

static void a_huge_length_does_not_wrap(void **state)
{
    (void)state;
    struct reader r = reader_over(span_of(bytes, 3));
    struct span s = { 0 };

    assert_true(reader_take(&r, 1, &s));
    assert_false(reader_take(&r, SIZE_MAX, &s));
    assert_int_equal(reader_left(&r), 2);
}

static void no_bytes_at_all_can_be_read_over(void **state)
{
    (void)state;
    struct reader r = reader_over((struct span){ 0 });
    struct span s = { bytes, 1 };

    assert_true(reader_take(&r, 0, &s));
    assert_int_equal(s.len, 0);
    assert_int_equal(reader_left(&r), 0);
}

static void numbers_are_big_endian(void **state)
{
    (void)state;
    struct reader r = reader_over(span_of(bytes, sizeof bytes));
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    assert_true(reader_u8(&r, &one));
    assert_true(reader_be16(&r, &two));
    assert_true(reader_be32(&r, &four));
    assert_true(reader_be64(&r, &eight));
    assert_int_equal(one, 0x01);
    assert_int_equal(two, 0x0203);
    assert_int_equal(four, 0x04050607);
    assert_true(eight == UINT64_C(0x08090a0b0c0d0e0f));
    assert_int_equal(reader_left(&r), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_read_moves_nothing_and_writes_nothing),
        cmocka_unit_test(one_byte_past_the_end_is_refused),
        cmocka_unit_test(a_huge_length_does_not_wrap),
        cmocka_unit_test(no_bytes_at_all_can_be_read_over),
        cmocka_unit_test(numbers_are_big_endian),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
