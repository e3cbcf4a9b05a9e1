/* Wrong answers for one number: as many as are allowed, and then an hour. */
#include "tests/unit/check.h"

#include <stdio.h>

#include "issuer/reader/attempts.h"

#define MOST  3u
#define HOUR  3600
#define BEGAN 100000

static int setup(void **state)
{
    struct attempts *a = NULL;
    assert_int_equal(attempts_new(MOST, HOUR, &a, NULL), RC_OK);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    attempts_free(*state);
    return 0;
}

static bool try_at(struct attempts *a, const char *number, int64_t now)
{
    uint32_t retry = 7;
    const bool open = attempts_begin(a, span_text(number), now, &retry);
    assert_int_equal(open, retry == 0);
    return open;
}

static void the_allowed_number_is_open_and_one_more_is_closed(void **state)
{
    for (unsigned i = 0; i < MOST; i++)
        assert_true(try_at(*state, "a", BEGAN + i));
    uint32_t retry = 0;
    assert_false(attempts_begin(*state, SPAN_LITERAL("a"), BEGAN + MOST, &retry));
    assert_int_equal(retry, HOUR - 1);
    assert_true(try_at(*state, "b", BEGAN + MOST));
}

static void it_opens_an_hour_after_the_last_try_that_was_let_in(void **state)
{
    for (unsigned i = 0; i < MOST; i++)
        assert_true(try_at(*state, "a", BEGAN));
    assert_false(try_at(*state, "a", BEGAN + HOUR - 1));
    for (unsigned i = 0; i < MOST; i++)
        assert_true(try_at(*state, "a", BEGAN + HOUR));
    assert_false(try_at(*state, "a", BEGAN + HOUR));
}

static void the_holder_begins_anew(void **state)
{
    for (int round = 0; round < 3; round++) {
        for (unsigned i = 0; i < MOST; i++)
            assert_true(try_at(*state, "a", BEGAN));
        attempts_right(*state, SPAN_LITERAL("a"));
    }
}

static void a_try_that_was_not_judged_does_not_count(void **state)
{
    for (unsigned i = 0; i < 3 * MOST; i++) {
        assert_true(try_at(*state, "a", BEGAN));
        attempts_unjudged(*state, SPAN_LITERAL("a"));
    }
}

/* More made-up numbers than there is room for. */
static void numbers_that_are_none_push_no_certificate_out(void **state)
{
    for (unsigned i = 0; i < MOST; i++)
        assert_true(try_at(*state, "there is one", BEGAN));
    attempts_known(*state, SPAN_LITERAL("there is one"));
    for (unsigned i = 0; i < 3 * ATTEMPTS_SETS * ATTEMPTS_WAYS; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", i);
        assert_true(try_at(*state, number, BEGAN + 1));
    }
    assert_false(try_at(*state, "there is one", BEGAN + 2));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_allowed_number_is_open_and_one_more_is_closed),
        T(it_opens_an_hour_after_the_last_try_that_was_let_in),
        T(the_holder_begins_anew),
        T(a_try_that_was_not_judged_does_not_count),
        T(numbers_that_are_none_push_no_certificate_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
