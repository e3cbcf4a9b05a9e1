/* A live code beside the certificate: what it may add to a judgement, and why it may not. */
#include "tests/unit/judge/scene.h"

#include "core/cert/staple.h"

#define DAY_S INT64_C(86400)

static struct verdict look(const struct scene *s, const struct live *l)
{
    struct evidence e = scene_open(s);
    struct verdict v = { 0 };
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    live_make(s, l, scene_token(), &bytes);
    e.staple = buf_span(&bytes);
    if (judge(scene_token(), span_text(s->host), &e, &v, &d) != RC_OK)
        fail_msg("%s", d.text);
    return v;
}

static void is(const struct scene *s, const struct live *l, enum state state,
               enum tristate in_force, enum status_source from)
{
    const struct verdict v = look(s, l);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_string_equal(state_word(v.state), state_word(state));
    assert_int_equal(v.in_force, in_force);
    assert_int_equal(v.status_from, from);
}

/* It is named, and the verdict is as if it were not there. */
static void is_passed_over(const struct scene *s, const struct live *l, enum problem why)
{
    const struct verdict without = scene_look(s);
    const struct verdict v = look(s, l);
    assert_true(verdict_has(&v, why));
    assert_int_equal(v.problem_count, without.problem_count + 1);
    assert_int_equal(v.state, without.state);
    assert_int_equal(v.in_force, without.in_force);
    assert_int_equal(v.deadline, without.deadline);
    assert_int_equal(v.status_from, without.status_from);
}

static int forget(void **state)
{
    (void)state;
    scene_forget();
    return 0;
}

/* --- what it adds --- */

static void a_live_code_stands_in_for_a_list_that_is_missing(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    struct live l = live_good();
    s.keys_only = true;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
    const struct verdict v = look(&s, &l);
    assert_int_equal(v.problem_count, 0);
    assert_int_equal(v.as_of, l.iat);
}

static void a_live_code_stands_in_for_a_list_that_is_stale(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    const struct live l = live_good();
    s.status_exp = s.now - 1;
    s.max_age_s = 1;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
}

static void its_deadline_is_the_current_one(void **state)
{
    (void)state;
    const struct scene s = scene_stapled();
    struct live l = live_good();
    l.deadline = SCENE_TODAY + 1500;
    assert_int_equal(look(&s, &l).deadline, SCENE_TODAY + 1500);
    l.deadline = SCENE_TODAY + 90;
    is(&s, &l, STATE_DUE, TRI_TRUE, FROM_STAPLE);
    l.deadline = SCENE_TODAY - 1;
    is(&s, &l, STATE_LAPSED, TRI_FALSE, FROM_STAPLE);
}

static void a_newer_live_code_lifts_a_suspension(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    const struct live l = live_good();
    s.row.status = STATUS_SUSPENDED;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
}

static void a_newer_live_code_tells_of_an_order_that_the_list_does_not_know(void **state)
{
    (void)state;
    const struct scene s = scene_stapled();
    struct live l = live_good();
    l.state = STATE_SUSPENDED;
    is(&s, &l, STATE_SUSPENDED, TRI_FALSE, FROM_STAPLE);
    l.state = STATE_REVOKED;
    is(&s, &l, STATE_REVOKED, TRI_FALSE, FROM_STAPLE);
}

static void a_token_newer_than_the_list_is_decided(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    const struct live l = live_good();
    s.token.iat = SCENE_NOW - 3600; /* the list is a day old */
    s.row = (struct column_row){ 0 };
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
}

/* --- what it cannot do --- */

static void what_the_list_calls_invalid_stays_so(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    struct live l = live_good();
    s.row.status = STATUS_INVALID;
    is(&s, &l, STATE_REVOKED, TRI_FALSE, FROM_BUNDLE);
    const struct verdict v = look(&s, &l);
    assert_true(verdict_has(&v, PROBLEM_STAPLE_OVERRULED));
    l.state = STATE_REVOKED;
    const struct verdict agreed = look(&s, &l);
    assert_false(verdict_has(&agreed, PROBLEM_STAPLE_OVERRULED));
}

static void an_older_live_code_changes_nothing(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    struct live l = live_good();
    s.issued = SCENE_NOW - 30;
    s.row.status = STATUS_SUSPENDED;
    is(&s, &l, STATE_SUSPENDED, TRI_FALSE, FROM_BUNDLE);
    l.iat = s.issued; /* of the same second: the list decides */
    is(&s, &l, STATE_SUSPENDED, TRI_FALSE, FROM_BUNDLE);
    l.iat = s.issued + 1;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
}

static void it_is_good_for_ten_minutes_either_way(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    struct live l = live_good();
    s.keys_only = true;
    l.iat = SCENE_NOW - STAPLE_GOOD_S;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
    l.iat = SCENE_NOW - STAPLE_GOOD_S - 1;
    is_passed_over(&s, &l, PROBLEM_STAPLE_EXPIRED);
    l.iat = SCENE_NOW + STAPLE_GOOD_S;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
    l.iat = SCENE_NOW + STAPLE_GOOD_S + 1;
    is_passed_over(&s, &l, PROBLEM_STAPLE_AHEAD);
}

static void one_of_another_certificate_is_passed_over(void **state)
{
    (void)state;
    const struct scene s = scene_stapled();
    struct live l = live_good();
    l.of_other_token = true;
    is_passed_over(&s, &l, PROBLEM_STAPLE_OTHER);
}

static void one_by_another_key_or_deployment_is_passed_over(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    struct live l = live_good();
    l.signer = KEY_TOKEN;
    is_passed_over(&s, &l, PROBLEM_STAPLE_SIGNATURE);
    l.signer = KEY_PUBLISH;
    is_passed_over(&s, &l, PROBLEM_STAPLE_SIGNATURE);
    l.signer = KEY_STAPLE;
    l.root_seed = 90;
    is_passed_over(&s, &l, PROBLEM_STAPLE_SIGNATURE);
    l.root_seed = 0;
    s.staple.use = USE_ANSWER;
    is_passed_over(&s, &l, PROBLEM_STAPLE_SIGNATURE);
    s.staple.use = USE_NONE;
    is_passed_over(&s, &l, PROBLEM_STAPLE_SIGNATURE);
}

/* No kid says which: so many current keys are tried, and those that are not current cost nothing.
 */
static void so_many_current_keys_are_tried_and_no_more(void **state)
{
    (void)state;
    static const uint8_t token[] = "a token";
    struct test_key keys[STAPLE_KEYS_MAX + 2];
    struct trusted_key trusted[STAPLE_KEYS_MAX + 2];
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    const struct trust_list list = { .keys = trusted, .key_count = STAPLE_KEYS_MAX + 2 };
    struct staple s = { .state = STATE_VALID, .deadline = SCENE_TODAY, .iat = SCENE_NOW };
    staple_leaf(span_of(token, sizeof token), s.leaf);
    staple_payload_put(&payload, &s);
    cose_header_put(&header, ALG_ES256, (struct span){ 0 }, NULL);
    for (size_t i = 0; i < STAPLE_KEYS_MAX + 2; i++) {
        keys[i] = test_key_new(ALG_ES256, 200 + (unsigned)i);
        trusted[i] = (struct trusted_key){ .use = USE_STAPLE,
                                           .not_after = SCENE_NOW,
                                           .key = test_pubkey(&keys[i]) };
    }
    trusted[0].not_after = SCENE_NOW - 1; /* the first is not current */
    for (size_t i = 0; i < STAPLE_KEYS_MAX + 2; i++) {
        ON_EXIT(buf_free_at) struct buf bytes = { 0 };
        enum problem why = PROBLEM_NONE;
        test_sign1_raw(&keys[i], buf_span(&header), buf_span(&payload), &bytes);
        assert_int_equal(staple_check(buf_span(&bytes), span_of(token, sizeof token), &list,
                                      SCENE_NOW, &s, &why, NULL),
                         RC_OK);
        assert_int_equal(why,
                         i >= 1 && i <= STAPLE_KEYS_MAX ? PROBLEM_NONE : PROBLEM_STAPLE_SIGNATURE);
    }
    for (size_t i = 0; i < STAPLE_KEYS_MAX + 2; i++) {
        pubkey_free(trusted[i].key);
        test_key_free(&keys[i]);
    }
}

static void one_outside_its_keys_dates_is_passed_over(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    const struct live l = live_good();
    s.staple.not_before = l.iat;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
    s.staple.not_before = l.iat + 1;
    is_passed_over(&s, &l, PROBLEM_STAPLE_SIGNATURE);
    s.staple.not_before = 1;
    s.staple.not_after = l.iat;
    is(&s, &l, STATE_VALID, TRI_TRUE, FROM_STAPLE);
    s.staple.not_after = l.iat - 1;
    is_passed_over(&s, &l, PROBLEM_STAPLE_SIGNATURE);
}

static void no_single_bit_flip_is_believed(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    struct live l = live_good();
    s.keys_only = true;
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    (void)scene_open(&s);
    live_make(&s, &l, scene_token(), &bytes);
    assert_in_range(bytes.len, 90, STAPLE_MAX_LEN);
    for (l.flip = 1; l.flip <= bytes.len; l.flip++) {
        const struct verdict v = look(&s, &l);
        assert_int_equal(v.in_force, TRI_UNKNOWN);
        assert_int_equal(v.status_from, FROM_TOKEN);
    }
}

static void it_saves_no_forged_token(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    const struct live l = live_good();
    s.signer = KEY_STRANGER;
    const struct verdict v = look(&s, &l);
    assert_int_equal(v.authentic, AUTH_UNKNOWN_KEY);
    assert_int_equal(v.in_force, TRI_UNKNOWN);
    assert_int_equal(v.state, STATE_UNKNOWN);
}

static void a_trust_list_past_its_time_leaves_it_undecided(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    const struct live l = live_good();
    s.trust_next_update = s.now - 1;
    is(&s, &l, STATE_UNKNOWN, TRI_UNKNOWN, FROM_STAPLE);
}

static void a_bundle_that_is_refused_leaves_it_undecided(void **state)
{
    (void)state;
    struct scene s = scene_stapled();
    const struct live l = live_good();
    s.refused = PROBLEM_CLOCK_SET_BACK;
    is(&s, &l, STATE_UNKNOWN, TRI_UNKNOWN, FROM_TOKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_code_stands_in_for_a_list_that_is_missing),
        cmocka_unit_test(a_live_code_stands_in_for_a_list_that_is_stale),
        cmocka_unit_test(its_deadline_is_the_current_one),
        cmocka_unit_test(a_newer_live_code_lifts_a_suspension),
        cmocka_unit_test(a_newer_live_code_tells_of_an_order_that_the_list_does_not_know),
        cmocka_unit_test(a_token_newer_than_the_list_is_decided),
        cmocka_unit_test(what_the_list_calls_invalid_stays_so),
        cmocka_unit_test(an_older_live_code_changes_nothing),
        cmocka_unit_test(it_is_good_for_ten_minutes_either_way),
        cmocka_unit_test(one_of_another_certificate_is_passed_over),
        cmocka_unit_test(one_by_another_key_or_deployment_is_passed_over),
        cmocka_unit_test(so_many_current_keys_are_tried_and_no_more),
        cmocka_unit_test(one_outside_its_keys_dates_is_passed_over),
        cmocka_unit_test(no_single_bit_flip_is_believed),
        cmocka_unit_test(it_saves_no_forged_token),
        cmocka_unit_test(a_trust_list_past_its_time_leaves_it_undecided),
        cmocka_unit_test(a_bundle_that_is_refused_leaves_it_undecided),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
