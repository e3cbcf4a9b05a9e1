/* What a list says of other objects: which key may have signed them. */
#include "tests/unit/trust/trust_sample.h"

#define PAYLOAD SPAN_LITERAL("\xa1\x01\x02")

static int setup(void **state)
{
    *state = trust_sample_new();
    return 0;
}

static int teardown(void **state)
{
    trust_sample_free(*state);
    return 0;
}

/* Signed by owner `i` as `typ`; checked as `use` and `as` at `time_s`. */
static enum rc check_as(const struct trust_sample *s, size_t i, const char *typ, enum key_use use,
                        const char *as, int64_t time_s)
{
    struct buf b = { 0 };
    struct cose_sign1 m;
    const struct trusted_key *key = NULL;
    test_sign1(&s->owners[i], typ, PAYLOAD, &b);
    assert_int_equal(cose_sign1_parse(buf_span(&b), &m, NULL), RC_OK);
    const enum rc rc = trust_list_check(&s->list, &m, use, as, time_s, &key, NULL);
    assert_true((rc == RC_OK) == (key == &s->keys[i]));
    buf_free(&b);
    return rc;
}

static void an_object_of_one_type_never_verifies_as_another(void **state)
{
    const struct trust_sample *s = *state;
    static const char *const types[] = { NULL,      TYP_STATUS, TYP_DEADLINES, TYP_DIRECTORY,
                                         TYP_TRUST, TYP_BUNDLE, TYP_ORDER,     TYP_VOID };
    const size_t count = sizeof types / sizeof *types;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++)
            assert_int_equal(check_as(s, 2, types[i], USE_PUBLISH, types[k], SAMPLE_TIME),
                             i == k ? RC_OK : RC_REFUSED);
    }
}

static void a_key_of_one_use_never_serves_another(void **state)
{
    const struct trust_sample *s = *state;
    for (size_t i = 0; i < SAMPLE_KEYS; i++) {
        for (unsigned use = USE_TOKEN; use < KEY_USE_COUNT; use++)
            assert_int_equal(check_as(s, i, NULL, (enum key_use)use, NULL, SAMPLE_TIME),
                             s->keys[i].use == (enum key_use)use ? RC_OK : RC_REFUSED);
    }
}

static void a_key_serves_inside_its_dates_alone(void **state)
{
    const struct trust_sample *s = *state;
    assert_int_equal(check_as(s, 0, NULL, USE_TOKEN, NULL, SAMPLE_TIME - 1), RC_REFUSED);
    assert_int_equal(check_as(s, 0, NULL, USE_TOKEN, NULL, SAMPLE_TIME), RC_OK);
    assert_int_equal(check_as(s, 0, NULL, USE_TOKEN, NULL, SAMPLE_TIME + 1000), RC_OK);
    assert_int_equal(check_as(s, 0, NULL, USE_TOKEN, NULL, SAMPLE_TIME + 1001), RC_REFUSED);
}

static void an_unknown_key_is_not_found(void **state)
{
    const struct trust_sample *s = *state;
    const struct trusted_key *key = NULL;
    struct cose_sign1 m;
    struct buf b = { 0 };
    test_sign1(&s->roots[0], NULL, PAYLOAD, &b);
    assert_int_equal(cose_sign1_parse(buf_span(&b), &m, NULL), RC_OK);
    assert_int_equal(trust_list_check(&s->list, &m, USE_TOKEN, NULL, SAMPLE_TIME, &key, NULL),
                     RC_NOT_FOUND);
    m.header.kid.len = 0;
    assert_int_equal(trust_list_check(&s->list, &m, USE_TOKEN, NULL, SAMPLE_TIME, &key, NULL),
                     RC_NOT_FOUND);
    buf_free(&b);
}

static void a_kid_borrowed_by_another_key_does_not_hold(void **state)
{
    struct trust_sample *s = *state;
    memcpy(s->owners[2].kid, s->owners[0].kid, KID_LEN);
    assert_int_equal(check_as(s, 2, NULL, USE_TOKEN, NULL, SAMPLE_TIME), RC_BAD_SIGNATURE);
}

/* A collision of kids, as if two thumbprints began alike. */
static void every_key_of_a_kid_is_tried(void **state)
{
    struct trust_sample *s = *state;
    memcpy(s->owners[0].kid, s->owners[7].kid, KID_LEN);
    memcpy(s->keys[0].kid, s->owners[7].kid, KID_LEN);
    memcpy(s->keys[1].kid, s->owners[7].kid, KID_LEN);
    const struct span kid = span_of(s->owners[7].kid, KID_LEN);
    const struct trusted_key *first = trust_list_find(&s->list, kid, NULL);
    assert_ptr_equal(first, &s->keys[0]);
    assert_ptr_equal(trust_list_find(&s->list, kid, first), &s->keys[1]);
    assert_ptr_equal(trust_list_find(&s->list, kid, &s->keys[1]), &s->keys[7]);
    assert_null(trust_list_find(&s->list, kid, &s->keys[7]));
    assert_int_equal(check_as(s, 7, NULL, USE_ANSWER, NULL, SAMPLE_TIME), RC_OK);
    assert_int_equal(check_as(s, 0, NULL, USE_TOKEN, NULL, SAMPLE_TIME), RC_OK);
}

static void hosts_match_whole_and_in_any_case(void **state)
{
    const struct trust_sample *s = *state;
    assert_false(trust_list_has_host(&s->list, SPAN_LITERAL("CERT.EXAMPL")));
    assert_false(trust_list_has_host(&s->list, SPAN_LITERAL("CERT.EXAMPLE.EVIL")));
    assert_false(trust_list_has_host(&s->list, SPAN_LITERAL("127.0.0.1")));
    assert_false(trust_list_has_host(&s->list, SPAN_LITERAL("")));
    assert_true(trust_list_has_host(&s->list, SPAN_LITERAL("CERT.EXAMPLE")));
    assert_true(trust_list_has_host(&s->list, SPAN_LITERAL("cert.Example")));
    assert_true(trust_list_has_host(&s->list, SPAN_LITERAL("127.0.0.1:8080")));
}

static void every_use_has_a_name_and_no_other_has(void **state)
{
    (void)state;
    assert_null(key_use_name(USE_NONE));
    assert_null(key_use_name((enum key_use)KEY_USE_COUNT));
    assert_string_equal(key_use_name(USE_TOKEN), "token");
    assert_string_equal(key_use_name(USE_ANSWER), "answer");
    for (unsigned use = USE_TOKEN; use < KEY_USE_COUNT; use++)
        assert_non_null(key_use_name((enum key_use)use));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_object_of_one_type_never_verifies_as_another),
        CASE(a_key_of_one_use_never_serves_another),
        CASE(a_key_serves_inside_its_dates_alone),
        CASE(an_unknown_key_is_not_found),
        CASE(a_kid_borrowed_by_another_key_does_not_hold),
        CASE(every_key_of_a_kid_is_tried),
        CASE(hosts_match_whole_and_in_any_case),
        cmocka_unit_test(every_use_has_a_name_and_no_other_has),
    };
    return cmocka_run_group_tests_name("trust_check", tests, NULL, NULL);
}
