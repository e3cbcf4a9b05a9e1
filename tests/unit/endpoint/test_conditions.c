#include "tests/unit/check.h"

#include "verifier/daemon/conditions.h"

#define TAG "\"a-1\""

static void tags_are_compared_weakly(void **state)
{
    (void)state;
    static const char *const same[] = { TAG, "W/" TAG, "\"b\", " TAG, "*", " " TAG " , \"c\"" };
    static const char *const other[] = { "", "\"a\"", "a-1", "\"a-1", "\"a-1\"x", ",", "W/" };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_true(condition_none_match(span_text(same[i]), TAG));
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        assert_false(condition_none_match(span_text(other[i]), TAG));
}

static void one_range_is_read_and_several_are_the_whole(void **state)
{
    (void)state;
    static const struct {
        const char *range;
        enum range_answer answer;
        uint64_t offset, len; /* of 100 bytes */
    } cases[] = {
        { "", RANGE_WHOLE, 0, 0 },
        { "bytes=0-0", RANGE_PART, 0, 1 },
        { "bytes=10-19", RANGE_PART, 10, 10 },
        { "bytes=10-", RANGE_PART, 10, 90 },
        { "bytes=99-999999999999999999", RANGE_PART, 99, 1 },
        { "bytes=-1", RANGE_PART, 99, 1 },
        { "bytes=-1000", RANGE_PART, 0, 100 },
        { "bytes=-0", RANGE_NOWHERE, 0, 0 },
        { "bytes=100-", RANGE_NOWHERE, 0, 0 },
        { "bytes=100-200", RANGE_NOWHERE, 0, 0 },
        { "bytes=", RANGE_WHOLE, 0, 0 },
        { "bytes=-", RANGE_WHOLE, 0, 0 },
        { "bytes=5", RANGE_WHOLE, 0, 0 },
        { "bytes=5-4", RANGE_WHOLE, 0, 0 },
        { "bytes=1-2,4-5", RANGE_WHOLE, 0, 0 },
        { "bytes=1-2x", RANGE_WHOLE, 0, 0 },
        { "bytes=x-2", RANGE_WHOLE, 0, 0 },
        { "bytes=0-9999999999999999999", RANGE_WHOLE, 0, 0 },
        { "octets=0-1", RANGE_WHOLE, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct range r = { 0 };
        const enum range_answer got =
            range_read(span_text(cases[i].range), (struct span){ 0 }, TAG, 100, &r);
        if (got != cases[i].answer || r.offset != cases[i].offset || r.len != cases[i].len)
            fail_msg("%s", cases[i].range);
    }
}

static void a_range_of_another_state_is_the_whole(void **state)
{
    (void)state;
    struct range r;
    const struct span range = SPAN_LITERAL("bytes=0-0");
    assert_int_equal(range_read(range, SPAN_LITERAL(TAG), TAG, 9, &r), RANGE_PART);
    assert_int_equal(range_read(range, SPAN_LITERAL("\"b\""), TAG, 9, &r), RANGE_WHOLE);
    assert_int_equal(range_read(range, SPAN_LITERAL("W/" TAG), TAG, 9, &r), RANGE_WHOLE);
}

static void an_empty_file_has_no_range(void **state)
{
    (void)state;
    struct range r;
    assert_int_equal(range_read(SPAN_LITERAL("bytes=0-"), (struct span){ 0 }, TAG, 0, &r),
                     RANGE_NOWHERE);
    assert_int_equal(range_read(SPAN_LITERAL("bytes=-5"), (struct span){ 0 }, TAG, 0, &r),
                     RANGE_NOWHERE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_compared_weakly),
        cmocka_unit_test(one_range_is_read_and_several_are_the_whole),
        cmocka_unit_test(a_range_of_another_state_is_the_whole),
        cmocka_unit_test(an_empty_file_has_no_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
