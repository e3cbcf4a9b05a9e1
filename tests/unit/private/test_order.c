#include "tests/unit/private/fixture.h"

#include <string.h>

static int setup(void **state)
{
    static struct fixture fx;
    fixture_make(&fx);
    *state = &fx;
    return 0;
}

static int teardown(void **state)
{
    fixture_drop(*state);
    return 0;
}

static struct order_text order_of(const struct fixture *fx)
{
    struct order_text o = {
        .number = SPAN_LITERAL("03301202300000017"),
        .action = 1,
        .reason = SPAN_LITERAL("涉嫌冒名，暂扣待查"),
        .reference = SPAN_LITERAL("示例〔2023〕1号"),
        .effective = 19675,
        .ordered_at = FIXTURE_NOW,
    };
    memcpy(o.deployment, fx->trust->deployment, sizeof o.deployment);
    return o;
}

static enum rc sign_code(const struct fixture *fx, const struct private_key *key, bool second,
                         const struct order_text *o, int64_t now_s)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    order_payload_put(&payload, o);
    const enum rc rc = operator_sign(key, fx->trust, second, buf_span(&payload), now_s, &out, NULL);
    assert_true((rc == RC_OK) == (out.len > 0));
    return rc;
}

static void assert_same(const struct order_text *a, const struct order_text *b)
{
    assert_memory_equal(a->deployment, b->deployment, sizeof a->deployment);
    assert_true(span_equal(a->number, b->number));
    assert_int_equal(a->action, b->action);
    assert_true(span_equal(a->reason, b->reason));
    assert_true(span_equal(a->reference, b->reference));
    assert_int_equal(a->effective, b->effective);
    assert_int_equal(a->ordered_at, b->ordered_at);
    assert_true(span_equal(a->name, b->name));
    assert_true(span_equal(a->second_kid, b->second_kid));
}

static void kid_of(const struct private_key *key, uint8_t ret[KID_LEN])
{
    cose_key_id(private_key_public(key), ret);
}

static enum rc read_code(const struct order_text *o)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct order_text back;
    order_payload_put(&b, o);
    return order_payload_read(buf_span(&b), &back, NULL);
}

static void fields_out_of_range_are_refused(void **state)
{
    const struct fixture *const fx = *state;
    const struct order_text good = order_of(fx);
    static const char text[1001] = { 0 };
    struct order_text bad[10];
    for (size_t i = 0; i < 10; i++)
        bad[i] = good;
    bad[0].action = 0;
    bad[1].action = 7;
    bad[2].number = span_of("", 0);
    bad[3].number = span_of("00000000000000000000000000000000000000000", 41);
    bad[4].reason = span_of("", 0);
    bad[5].reason = span_of(text, sizeof text);
    bad[6].reference = span_of("", 0);
    bad[7].effective = 47482;
    bad[8].ordered_at = -1;
    bad[9].name = SPAN_LITERAL("王样本"); /* not an amendment */
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(read_code(&bad[i]), RC_FORMAT);
    assert_int_equal(read_code(&good), RC_OK);
}

static void no_prefix_and_no_byte_more_is_read(void **state)
{
    const struct fixture *const fx = *state;
    const struct order_text o = order_of(fx);
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct order_text back;
    order_payload_put(&b, &o);
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(order_payload_read(span_of(b.ptr, len), &back, NULL), RC_FORMAT);
    buf_put_u8(&b, 0);
    assert_int_equal(order_payload_read(buf_span(&b), &back, NULL), RC_FORMAT);
}

static void an_order_comes_back_as_it_was(void **state)
{
    const struct fixture *const fx = *state;
    uint8_t kid[KID_LEN];
    kid_of(fx->operator_2, kid);
    struct order_text o = order_of(fx);
    for (int i = 0; i < 4; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        struct order_text back;
        o.action = i & 1 ? 6 : 2;
        o.name = i & 1 ? SPAN_LITERAL("王样本") : span_of(NULL, 0);
        o.second_kid = i & 2 ? span_of(kid, KID_LEN) : span_of(NULL, 0);
        o.effective = i & 1 ? -1 : 19675;
        order_payload_put(&b, &o);
        assert_int_equal(order_payload_read(buf_span(&b), &back, NULL), RC_OK);
        assert_same(&o, &back);
    }
}

static void a_key_that_is_no_operator_s_signs_no_order(void **state)
{
    const struct fixture *const fx = *state;
    const struct order_text o = order_of(fx);
    assert_int_equal(sign_code(fx, fx->stranger, false, &o, FIXTURE_NOW), RC_NOT_FOUND);
    assert_int_equal(sign_code(fx, fx->root, false, &o, FIXTURE_NOW), RC_NOT_FOUND);

    ON_EXIT(private_key_free_at) struct private_key *publish = NULL;
    char path[PATH_LEN];
    scratch_path(fx->folder, "publish-1.pem", path);
    assert_int_equal(private_key_load(path, &publish, NULL), RC_OK);
    assert_int_equal(sign_code(fx, publish, false, &o, FIXTURE_NOW), RC_NOT_FOUND);
}

static void an_order_of_another_deployment_is_not_signed(void **state)
{
    const struct fixture *const fx = *state;
    struct order_text o = order_of(fx);
    o.deployment[0] ^= 1;
    assert_int_equal(sign_code(fx, fx->operator_1, false, &o, FIXTURE_NOW), RC_REFUSED);
}

static void an_operator_s_key_out_of_its_dates_signs_no_order(void **state)
{
    const struct fixture *const fx = *state;
    const struct order_text o = order_of(fx);
    assert_int_equal(sign_code(fx, fx->operator_1, false, &o, FIXTURE_NOW - 1), RC_REFUSED);
    assert_int_equal(sign_code(fx, fx->operator_1, false, &o, FIXTURE_UNTIL + 1), RC_REFUSED);
    assert_int_equal(sign_code(fx, fx->operator_1, false, &o, FIXTURE_UNTIL), RC_OK);
}

static void one_person_is_not_two_operators(void **state)
{
    const struct fixture *const fx = *state;
    uint8_t first[KID_LEN], second[KID_LEN];
    kid_of(fx->operator_1, first);
    kid_of(fx->operator_2, second);
    struct order_text o = order_of(fx);
    assert_int_equal(sign_code(fx, fx->operator_2, true, &o, FIXTURE_NOW), RC_REFUSED);
    o.second_kid = span_of(first, KID_LEN);
    assert_int_equal(sign_code(fx, fx->operator_1, false, &o, FIXTURE_NOW), RC_REFUSED);
    o.second_kid = span_of(second, KID_LEN);
    assert_int_equal(sign_code(fx, fx->operator_1, true, &o, FIXTURE_NOW), RC_REFUSED);
    assert_int_equal(sign_code(fx, fx->operator_1, false, &o, FIXTURE_NOW), RC_OK);
    assert_int_equal(sign_code(fx, fx->operator_2, true, &o, FIXTURE_NOW), RC_OK);
}

static void bytes_that_are_no_order_are_not_signed(void **state)
{
    const struct fixture *const fx = *state;
    const struct token t = fixture_token();
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    fixture_payload(&t, &payload);
    assert_int_equal(operator_sign(fx->operator_1, fx->trust, false, buf_span(&payload),
                                   FIXTURE_NOW, &out, NULL),
                     RC_FORMAT);
}

static void a_second_signature_does_not_read_as_a_first(void **state)
{
    const struct fixture *const fx = *state;
    uint8_t second[KID_LEN];
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    struct cose_sign1 m;
    const struct trusted_key *key = NULL;
    kid_of(fx->operator_2, second);
    struct order_text o = order_of(fx);
    o.second_kid = span_of(second, KID_LEN);
    order_payload_put(&payload, &o);
    assert_int_equal(
        operator_sign(fx->operator_2, fx->trust, true, buf_span(&payload), FIXTURE_NOW, &out, NULL),
        RC_OK);
    assert_int_equal(cose_sign1_parse(buf_span(&out), &m, NULL), RC_OK);
    assert_int_equal(
        trust_list_check(fx->trust, &m, USE_OPERATOR, TYP_ORDER, FIXTURE_NOW, &key, NULL),
        RC_REFUSED);
    assert_int_equal(
        trust_list_check(fx->trust, &m, USE_OPERATOR, TYP_ORDER_SECOND, FIXTURE_NOW, &key, NULL),
        RC_OK);
    assert_string_equal(key->name, "操作员乙");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(fields_out_of_range_are_refused),
        CASE(no_prefix_and_no_byte_more_is_read),
        CASE(a_key_that_is_no_operator_s_signs_no_order),
        CASE(an_order_of_another_deployment_is_not_signed),
        CASE(an_operator_s_key_out_of_its_dates_signs_no_order),
        CASE(one_person_is_not_two_operators),
        CASE(bytes_that_are_no_order_are_not_signed),
        CASE(a_second_signature_does_not_read_as_a_first),
        CASE(an_order_comes_back_as_it_was),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
