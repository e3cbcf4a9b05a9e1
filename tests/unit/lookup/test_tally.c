#include "tests/unit/check.h"

#include "core/lookup/tally.h"

#define BOUND 5

static void a_name_is_closed_at_its_bound_for_an_hour(void **state)
{
    (void)state;
    struct tally *const t = tally_new(BOUND);
    const struct span name = SPAN_LITERAL("192.0.2.1");
    for (unsigned i = 0; i < BOUND; i++) {
        assert_int_equal(tally_closed(t, name, 1000 + i), 0);
        tally_add(t, name, 1000 + i);
    }
    assert_int_equal(tally_closed(t, name, 1004), TALLY_WINDOW_S);
    assert_int_equal(tally_closed(t, name, 1004 + TALLY_WINDOW_S - 1), 1);
    assert_int_equal(tally_closed(t, name, 1004 + TALLY_WINDOW_S), 0);
    tally_add(t, name, 1004 + TALLY_WINDOW_S);
    assert_int_equal(tally_closed(t, name, 1004 + TALLY_WINDOW_S), 0);
    tally_free(t);
}

static void what_is_an_hour_ago_is_forgotten(void **state)
{
    (void)state;
    struct tally *const t = tally_new(BOUND);
    const struct span name = SPAN_LITERAL("a");
    for (unsigned i = 0; i < 3 * BOUND; i++) {
        const int64_t now = (int64_t)i * 1000;
        assert_int_equal(tally_closed(t, name, now), 0);
        tally_add(t, name, now);
    }
    tally_free(t);
}

static void other_names_stay_open(void **state)
{
    (void)state;
    struct tally *const t = tally_new(BOUND);
    for (unsigned i = 0; i < BOUND; i++)
        tally_add(t, SPAN_LITERAL("closed"), 0);
    unsigned closed = 0;
    for (uint32_t n = 0; n < 10000; n++)
        closed += tally_closed(t, span_of(&n, sizeof n), 0) > 0;
    assert_int_equal(closed, 0); /* by a chance of one in four hundred thousand */
    assert_int_not_equal(tally_closed(t, SPAN_LITERAL("closed"), 0), 0);
    tally_free(t);
}

/* Names by the hundred thousand push no count out. */
static void nothing_opens_a_closed_name(void **state)
{
    (void)state;
    struct tally *const t = tally_new(BOUND);
    for (unsigned i = 0; i < BOUND; i++)
        tally_add(t, SPAN_LITERAL("closed"), 0);
    for (uint32_t n = 0; n < 200000; n++)
        tally_add(t, span_of(&n, sizeof n), 1);
    assert_int_not_equal(tally_closed(t, SPAN_LITERAL("closed"), 1), 0);
    tally_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_closed_at_its_bound_for_an_hour),
        cmocka_unit_test(what_is_an_hour_ago_is_forgotten),
        cmocka_unit_test(other_names_stay_open),
        cmocka_unit_test(nothing_opens_a_closed_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
