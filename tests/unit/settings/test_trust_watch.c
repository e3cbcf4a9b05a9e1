#include "tests/unit/check.h"

#include "issuer/settings/trust_watch.h"

#define NOW INT64_C(1000)

static const struct file_identity first = { .node = 1 }, second = { .node = 2 },
                                  third = { .node = 3 };

static void a_list_is_read_once(void **state)
{
    (void)state;
    const struct file_identity none = { .node = 0 };
    struct trust_watch w = { .failed_ms = 0 };
    assert_true(trust_is_due(&w, &first, NOW));
    assert_false(trust_is_due(&w, &none, NOW));
    trust_is_taken(&w, &first);
    assert_false(trust_is_due(&w, &first, NOW + 10 * TRUST_RETRY_MS));
    assert_true(trust_is_due(&w, &second, NOW));
}

static void one_that_failed_is_tried_again_and_said_once(void **state)
{
    (void)state;
    struct trust_watch w = { .failed_ms = 0 };
    trust_is_taken(&w, &first);
    assert_true(trust_has_failed(&w, &second, NOW));
    assert_false(trust_is_due(&w, &second, NOW));
    assert_false(trust_is_due(&w, &second, NOW + TRUST_RETRY_MS - 1));
    assert_true(trust_is_due(&w, &second, NOW + TRUST_RETRY_MS));
    assert_false(trust_has_failed(&w, &second, NOW + TRUST_RETRY_MS));
    assert_false(trust_is_due(&w, &second, NOW + 2 * TRUST_RETRY_MS - 1));
    assert_true(trust_is_due(&w, &second, NOW + 2 * TRUST_RETRY_MS));
    trust_is_taken(&w, &second);
    assert_false(trust_is_due(&w, &second, NOW + 3 * TRUST_RETRY_MS));
}

static void another_does_not_wait_for_one_that_failed(void **state)
{
    (void)state;
    struct trust_watch w = { .failed_ms = 0 };
    trust_is_taken(&w, &first);
    assert_true(trust_has_failed(&w, &second, NOW));
    assert_true(trust_is_due(&w, &third, NOW));
    assert_true(trust_has_failed(&w, &third, NOW));
    assert_false(trust_is_due(&w, &first, NOW + TRUST_RETRY_MS));
}

static void what_is_forgiven_is_due_and_said_again(void **state)
{
    (void)state;
    const struct file_identity none = { .node = 0 };
    struct trust_watch w = { .failed_ms = 0 };
    trust_is_taken(&w, &first);
    assert_true(trust_has_failed(&w, &second, NOW));
    trust_forgive(&w);
    assert_true(trust_is_due(&w, &second, NOW));
    assert_false(trust_is_due(&w, &first, NOW));
    assert_true(trust_has_failed(&w, &second, NOW));
    assert_true(trust_has_failed(&w, &none, NOW));
    assert_true(trust_has_failed(&w, &none, NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_read_once),
        cmocka_unit_test(one_that_failed_is_tried_again_and_said_once),
        cmocka_unit_test(another_does_not_wait_for_one_that_failed),
        cmocka_unit_test(what_is_forgiven_is_due_and_said_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
