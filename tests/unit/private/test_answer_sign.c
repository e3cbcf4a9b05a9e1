#include "tests/unit/private/fixture.h"

#include "keys/private/answer_sign.h"
#include "keys/private/statement.h"

static int setup(void **state)
{
    static struct fixture fx;
    fixture_make(&fx);
    /* The list has no answer key: the first operator's becomes one. */
    const struct trusted_key *const key =
        trusted_entry(fx.trust, private_key_public(fx.operator_1));
    assert_non_null(key);
    fx.trust->keys[key - fx.trust->keys].use = USE_ANSWER;
    *state = &fx;
    return 0;
}

static int teardown(void **state)
{
    fixture_drop(*state);
    return 0;
}

static struct list_summary good(void)
{
    return (struct list_summary){
        .at = FIXTURE_NOW,
        .rows = 10000,
        .found = 9000,
        .no_match = 900,
        .not_checked = 100,
        .in_force = 9000,
        .employer = SPAN_LITERAL("示例建工"),
        .purpose = SPAN_LITERAL("进场核验"),
        .rows_sha256 = { 1, 2, 3 },
    };
}

static enum rc sign(const struct fixture *fx, const struct private_key *key,
                    const struct list_summary *s, int64_t now, struct buf *to)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    list_summary_put(&payload, s);
    const enum rc rc = answer_sign(key, fx->trust, buf_span(&payload), now, to, NULL);
    assert_true((rc == RC_OK) == (to->len > 0));
    return rc;
}

static void what_is_signed_can_be_checked_for_ever(void **state)
{
    const struct fixture *const fx = *state;
    const struct list_summary s = good();
    ON_EXIT(buf_free_at) struct buf made = { 0 };
    struct list_summary read;
    assert_int_equal(sign(fx, fx->operator_1, &s, FIXTURE_NOW, &made), RC_OK);
    assert_true(made.len <= LIST_SUMMARY_MAX);
    for (int64_t later = 0; later <= 400000000; later += 100000000) {
        assert_int_equal(
            list_summary_check(buf_span(&made), fx->trust, FIXTURE_NOW + later, &read, NULL),
            RC_OK);
        assert_int_equal(read.found, 9000);
        assert_true(span_equal(read.employer, s.employer));
        assert_memory_equal(read.rows_sha256, s.rows_sha256, SHA256_LEN);
    }
    assert_int_equal(
        list_summary_check(buf_span(&made), fx->trust, FIXTURE_NOW - LIST_AHEAD_S, &read, NULL),
        RC_OK);
    assert_int_equal(
        list_summary_check(buf_span(&made), fx->trust, FIXTURE_NOW - LIST_AHEAD_S - 1, &read, NULL),
        RC_REFUSED);
}

static void no_single_bit_flip_is_accepted(void **state)
{
    const struct fixture *const fx = *state;
    const struct list_summary s = good();
    ON_EXIT(buf_free_at) struct buf made = { 0 };
    struct list_summary read;
    assert_int_equal(sign(fx, fx->operator_1, &s, FIXTURE_NOW, &made), RC_OK);
    for (size_t bit = 0; bit < 8 * made.len; bit++) {
        made.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(
            list_summary_check(buf_span(&made), fx->trust, FIXTURE_NOW, &read, NULL), RC_OK);
        made.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_not_equal(
        list_summary_check(span_of(made.ptr, made.len - 1), fx->trust, FIXTURE_NOW, &read, NULL),
        RC_OK);
}

static void only_what_is_of_now_is_signed(void **state)
{
    const struct fixture *const fx = *state;
    const struct list_summary s = good();
    static const struct {
        int64_t off;
        enum rc rc;
    } cases[] = {
        { LIST_AHEAD_S, RC_OK },
        { -LIST_AHEAD_S, RC_OK },
        { LIST_AHEAD_S + 1, RC_REFUSED },
        { -LIST_AHEAD_S - 1, RC_REFUSED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ON_EXIT(buf_free_at) struct buf made = { 0 };
        assert_int_equal(sign(fx, fx->operator_1, &s, FIXTURE_NOW + cases[i].off, &made),
                         cases[i].rc);
    }
}

static void no_other_key_signs_answers(void **state)
{
    const struct fixture *const fx = *state;
    const struct list_summary s = good();
    ON_EXIT(buf_free_at) struct buf made = { 0 };
    assert_int_equal(sign(fx, fx->operator_2, &s, FIXTURE_NOW, &made), RC_REFUSED);
    assert_int_equal(sign(fx, fx->stranger, &s, FIXTURE_NOW, &made), RC_REFUSED);
}

static void counts_that_cannot_be_are_no_summary(void **state)
{
    const struct fixture *const fx = *state;
    struct list_summary wrong[6] = { good(), good(), good(), good(), good(), good() };
    wrong[0].rows = LIST_ROWS_MAX + 1;
    wrong[1].found = 10001;
    wrong[2].no_match = 1001;
    wrong[3].not_checked = 101;
    wrong[4].in_force = 9001;
    wrong[5].employer = (struct span){ 0 };
    for (size_t i = 0; i < 6; i++) {
        ON_EXIT(buf_free_at) struct buf made = { 0 };
        assert_int_equal(sign(fx, fx->operator_1, &wrong[i], FIXTURE_NOW, &made), RC_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_can_be_checked_for_ever),
        cmocka_unit_test(no_single_bit_flip_is_accepted),
        cmocka_unit_test(only_what_is_of_now_is_signed),
        cmocka_unit_test(no_other_key_signs_answers),
        cmocka_unit_test(counts_that_cannot_be_are_no_summary),
    };
    return cmocka_run_group_tests_name("answer_sign", tests, setup, teardown);
}
