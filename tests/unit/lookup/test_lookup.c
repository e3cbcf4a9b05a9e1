#include "tests/unit/check.h"

#include <stdio.h>

#include "core/lookup/digests_many.h"

#define TODAY 19875 /* 2024-06-01 */
#define NAME  "张示例"
#define ID    "110101199003074776"

static const uint8_t secret[LOOKUP_KEY_LEN] = { 7 };
static const uint8_t deployment[SHA256_LEN] = { 9 };

static bool same_person(const char *name, const char *id, const char *other_name,
                        const char *other_id)
{
    uint8_t a[LOOKUP_PERSON_LEN], b[LOOKUP_PERSON_LEN];
    assert_int_equal(lookup_person(span_text(name), span_text(id), TODAY, a, NULL), RC_OK);
    assert_int_equal(lookup_person(span_text(other_name), span_text(other_id), TODAY, b, NULL),
                     RC_OK);
    return memcmp(a, b, sizeof a) == 0;
}

static void spellings_that_compare_equal_are_one_person(void **state)
{
    (void)state;
    assert_true(same_person(NAME, ID, " " NAME " ", " " ID));
    assert_true(same_person("阿依·示例", ID, "阿依•示例", ID));
    assert_true(same_person("阿依·示例", ID, "阿依.示例", ID));
    assert_true(same_person("SMITH", "E12345678", "smith", "e12345678"));
    assert_true(same_person(NAME, "11010519491231002X", NAME, "11010519491231002x"));
    assert_true(same_person(NAME, "110105491231002", NAME, "11010519491231002X"));
}

static void anything_else_is_another(void **state)
{
    (void)state;
    assert_false(same_person(NAME, ID, "李示例", ID));
    assert_false(same_person(NAME, ID, NAME, "110101199003074777"));
    assert_false(same_person(NAME, ID, NAME, ""));
    assert_false(same_person("", "", NAME, ""));
    assert_false(same_person(NAME, "1", NAME "1", ""));
    assert_false(
        same_person("\xff\xfe", ID, "\xff\xff", ID)); /* no name, and hashed all the same */
}

static void a_key_hangs_on_secret_number_and_person(void **state)
{
    (void)state;
    struct lookup_keys a, b;
    uint8_t person[LOOKUP_PERSON_LEN] = { 1 }, other[LOOKUP_KEY_LEN] = { 8 };
    lookup_keys_make(secret, SPAN_LITERAL("0330"), person, &a);
    assert_memory_not_equal(a.digest, a.seal, sizeof a.digest);
    lookup_keys_make(secret, SPAN_LITERAL(" 0330 "), person, &b);
    assert_memory_equal(&a, &b, sizeof a);
    lookup_keys_make(secret, SPAN_LITERAL("0331"), person, &b);
    assert_memory_not_equal(&a.digest, &b.digest, sizeof a.digest);
    lookup_keys_make(other, SPAN_LITERAL("0330"), person, &b);
    assert_memory_not_equal(&a.digest, &b.digest, sizeof a.digest);
    person[31] ^= 1;
    lookup_keys_make(secret, SPAN_LITERAL("0330"), person, &b);
    assert_memory_not_equal(&a.digest, &b.digest, sizeof a.digest);
}

static void a_number_has_one_spelling(void **state)
{
    (void)state;
    char plain[LOOKUP_NUMBER_MAX];
    struct lookup_keys a, b;
    const uint8_t person[LOOKUP_PERSON_LEN] = { 1 };
    const struct span spelt = SPAN_LITERAL(" 03-30\0 12 -");
    assert_int_equal(lookup_number(spelt, plain), 6);
    assert_memory_equal(plain, "033012", 6);
    assert_int_equal(lookup_number(SPAN_LITERAL(" - "), plain), 0);
    assert_true(lookup_number_is_plain(SPAN_LITERAL("033012")));
    assert_false(lookup_number_is_plain(spelt));
    lookup_keys_make(secret, spelt, person, &a);
    lookup_keys_make(secret, SPAN_LITERAL("033012"), person, &b);
    assert_memory_equal(&a, &b, sizeof a);

    ON_EXIT(buf_free_at) struct buf message = { 0 };
    struct digests_question q = { .number = SPAN_LITERAL("0330") }, got;
    digests_question_put(&message, &q);
    assert_int_equal(digests_question_read(buf_span(&message), &got, NULL), RC_OK);
    q.number = SPAN_LITERAL("033 ");
    buf_clear(&message);
    digests_question_put(&message, &q);
    assert_int_equal(digests_question_read(buf_span(&message), &got, NULL), RC_FORMAT);
}

static struct lookup_keys keys_of(unsigned n)
{
    char number[16];
    struct lookup_keys k;
    const uint8_t person[LOOKUP_PERSON_LEN] = { 3 };
    (void)snprintf(number, sizeof number, "%u", n);
    lookup_keys_make(secret, span_text(number), person, &k);
    return k;
}

static void make(unsigned rows, struct buf *to)
{
    struct lookup_maker m = { 0 };
    for (unsigned n = 0; n < rows; n++) {
        char token[32];
        const struct lookup_keys k = keys_of(n);
        (void)snprintf(token, sizeof token, "token %u", n);
        assert_int_equal(lookup_add(&m, &k, span_text(token), NULL), RC_OK);
    }
    assert_int_equal(lookup_put(&m, deployment, to, NULL), RC_OK);
    lookup_maker_free(&m);
}

static void every_row_is_found_and_no_other(void **state)
{
    (void)state;
    static const unsigned sizes[] = { 0, 1, 2, 3, 7, 8, 1000 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf file = { 0 }, token = { 0 };
        struct lookup_table t;
        make(sizes[i], &file);
        assert_int_equal(lookup_open(buf_span(&file), &t, NULL), RC_OK);
        assert_int_equal(t.count, sizes[i]);
        assert_memory_equal(t.deployment, deployment, sizeof deployment);
        for (unsigned n = 0; n < sizes[i] + 20; n++) {
            char want[32];
            const struct lookup_keys k = keys_of(n);
            (void)snprintf(want, sizeof want, "token %u", n);
            buf_clear(&token);
            const enum rc rc = lookup_find(&t, &k, &token, NULL);
            assert_int_equal(rc, n < sizes[i] ? RC_OK : RC_NOT_FOUND);
            if (n < sizes[i])
                assert_true(span_equal(buf_span(&token), span_text(want)));
        }
        buf_free(&file);
        buf_free(&token);
    }
}

static void a_table_says_nothing_without_the_secret(void **state)
{
    (void)state;
    struct buf file = { 0 };
    make(20, &file);
    for (size_t i = 0; i + 6 <= file.len; i++)
        assert_memory_not_equal(file.ptr + i, "token ", 6);
    buf_free(&file);
}

static void what_is_no_table_is_refused_and_a_damaged_row_too(void **state)
{
    (void)state;
    struct buf file = { 0 }, token = { 0 };
    struct lookup_table t;
    make(3, &file);
    const size_t head = 8 + SHA256_LEN + 4 + 3 * 28;
    for (size_t len = 0; len < head; len++)
        assert_int_equal(lookup_open(span_of(file.ptr, len), &t, NULL), RC_FORMAT);
    file.ptr[0] ^= 1;
    assert_int_equal(lookup_open(buf_span(&file), &t, NULL), RC_FORMAT);
    file.ptr[0] ^= 1;
    for (size_t len = head; len < file.len; len++) {
        unsigned found = 0;
        assert_int_equal(lookup_open(span_of(file.ptr, len), &t, NULL), RC_OK);
        for (unsigned n = 0; n < 3; n++) {
            const struct lookup_keys k = keys_of(n);
            found += lookup_find(&t, &k, &token, NULL) == RC_OK;
        }
        assert_true(found < 3);
    }
    buf_free(&file);
    buf_free(&token);
}

static void two_rows_of_one_digest_are_refused(void **state)
{
    (void)state;
    struct buf file = { 0 };
    struct lookup_maker m = { 0 };
    const struct lookup_keys k = keys_of(1);
    assert_int_equal(lookup_add(&m, &k, SPAN_LITERAL("x"), NULL), RC_OK);
    assert_int_equal(lookup_add(&m, &k, SPAN_LITERAL("y"), NULL), RC_OK);
    assert_int_equal(lookup_put(&m, deployment, &file, NULL), RC_EXISTS);
    lookup_maker_free(&m);
    buf_free(&file);
}

static void a_person_has_one_row_of_his_own(void **state)
{
    (void)state;
    struct buf file = { 0 }, row = { 0 };
    struct lookup_maker m = { 0 };
    struct lookup_table t;
    struct lookup_keys k, of_none;
    struct lookup_numbers got;
    const uint8_t person[LOOKUP_PERSON_LEN] = { 3 };
    const struct lookup_numbers two = { 2, { SPAN_LITERAL("0330"), SPAN_LITERAL("0331") } };
    const struct lookup_numbers one = { 1, { SPAN_LITERAL("0999") } };
    lookup_person_keys_make(secret, person, &k);
    lookup_keys_make(secret, (struct span){ 0 }, person, &of_none);
    assert_memory_not_equal(k.digest, of_none.digest, sizeof k.digest);
    assert_int_equal(lookup_add_person(&m, &k, &two, NULL), RC_OK);
    assert_int_equal(lookup_add_person(&m, &k, &one, NULL), RC_OK);
    assert_int_equal(lookup_put(&m, deployment, &file, NULL), RC_OK);
    assert_int_equal(lookup_open(buf_span(&file), &t, NULL), RC_OK);
    assert_int_equal(t.count, 1);
    assert_int_equal(lookup_find(&t, &of_none, &row, NULL), RC_NOT_FOUND);
    assert_int_equal(lookup_find(&t, &k, &row, NULL), RC_OK);
    assert_int_equal(lookup_numbers_read(buf_span(&row), &got, NULL), RC_OK);
    assert_int_equal(got.count, 2);
    assert_true(span_equal(got.at[1], two.at[1]));
    for (size_t len = 0; len < row.len; len++)
        assert_int_equal(lookup_numbers_read(span_of(row.ptr, len), &got, NULL), RC_FORMAT);
    lookup_maker_free(&m);
    buf_free(&file);
    buf_free(&row);
}

static void a_person_has_so_many_numbers_and_no_more(void **state)
{
    (void)state;
    struct lookup_numbers n = { .count = LOOKUP_NUMBERS_MAX }, got;
    struct buf row = { 0 };
    for (size_t i = 0; i < LOOKUP_NUMBERS_MAX; i++)
        n.at[i] = SPAN_LITERAL("1");
    lookup_numbers_put(&row, &n);
    assert_int_equal(lookup_numbers_read(buf_span(&row), &got, NULL), RC_OK);
    row.ptr[1]++; /* one more, and there it is */
    buf_put_text(&row, "a1");
    assert_int_equal(lookup_numbers_read(buf_span(&row), &got, NULL), RC_FORMAT);
    assert_int_equal(lookup_numbers_read(SPAN_LITERAL("\x80"), &got, NULL), RC_FORMAT);
    assert_int_equal(lookup_numbers_read(SPAN_LITERAL("\x81\x60"), &got, NULL), RC_FORMAT);
    buf_free(&row);
}

static void messages_come_back_as_they_went(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct digests_question q = { .ask = DIGESTS_WATCH,
                                  .number = SPAN_LITERAL("0330\xff"),
                                  .person = { 5 },
                                  .key = SPAN_LITERAL("sc1.x") },
                            got;
    digests_question_put(&b, &q);
    assert_int_equal(digests_question_read(buf_span(&b), &got, NULL), RC_OK);
    assert_int_equal(got.ask, DIGESTS_WATCH);
    assert_true(span_equal(got.number, q.number));
    assert_memory_equal(got.person, q.person, sizeof q.person);
    assert_true(span_equal(got.key, q.key));
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(digests_question_read(span_of(b.ptr, len), &got, NULL), RC_FORMAT);

    struct digests_answer a = { .reply = DIGESTS_GIVEN, .keys = keys_of(1) }, back;
    buf_clear(&b);
    digests_answer_put(&b, &a);
    assert_int_equal(digests_answer_read(buf_span(&b), &back, NULL), RC_OK);
    assert_memory_equal(&back.keys, &a.keys, sizeof a.keys);
    a = (struct digests_answer){ .reply = DIGESTS_CLOSED, .retry_s = 12 };
    buf_clear(&b);
    digests_answer_put(&b, &a);
    assert_int_equal(digests_answer_read(buf_span(&b), &back, NULL), RC_OK);
    assert_int_equal(back.reply, DIGESTS_CLOSED);
    assert_int_equal(back.retry_s, 12);
    b.ptr[1] = 1 + 23;
    assert_int_equal(digests_answer_read(buf_span(&b), &back, NULL), RC_FORMAT);
    a = (struct digests_answer){ .reply = DIGESTS_FAILED };
    buf_clear(&b);
    digests_answer_put(&b, &a);
    assert_int_equal(digests_answer_read(buf_span(&b), &back, NULL), RC_OK);
    assert_int_equal(back.reply, DIGESTS_FAILED);
    buf_free(&b);
}

static void who_has_asked_comes_back_as_it_went(void **state)
{
    (void)state;
    static struct digests_told t, got;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    t = (struct digests_told){ .reply = DIGESTS_GIVEN, .since = TODAY, .more = true, .count = 2 };
    t.at[0] = (struct digests_asker){ TODAY, true, SPAN_LITERAL("甲"), SPAN_LITERAL("p") };
    t.at[1] = (struct digests_asker){ TODAY - 1, false, SPAN_LITERAL("b"), SPAN_LITERAL("q") };
    digests_told_put(&b, &t);
    assert_int_equal(digests_told_read(buf_span(&b), &got, NULL), RC_OK);
    assert_int_equal(got.count, 2);
    assert_true(got.more && got.at[0].watched && !got.at[1].watched);
    assert_int_equal(got.since, TODAY);
    assert_int_equal(got.at[1].day, TODAY - 1);
    assert_true(span_equal(got.at[0].employer, t.at[0].employer));
    assert_true(span_equal(got.at[1].purpose, t.at[1].purpose));
    for (size_t len = 0; len < b.len; len++) {
        assert_int_equal(digests_told_read(span_of(b.ptr, len), &got, NULL), RC_FORMAT);
        assert_int_equal(got.count, 0);
    }
    t.count = DIGESTS_ASKERS_MAX;
    for (size_t i = 0; i < t.count; i++)
        t.at[i] = t.at[i % 2];
    buf_clear(&b);
    digests_told_put(&b, &t);
    assert_int_equal(digests_told_read(buf_span(&b), &got, NULL), RC_OK);
    t.reply = DIGESTS_CLOSED; /* who is refused is told nothing */
    buf_clear(&b);
    digests_told_put(&b, &t);
    assert_int_equal(digests_told_read(buf_span(&b), &got, NULL), RC_FORMAT);
}

static void several_messages_come_back_as_they_went(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct digests_many m = { .count = 0 };
    const struct digests_question q = { .number = SPAN_LITERAL("1") };
    digests_question_put(&b, &q);
    assert_false(digests_is_many(buf_span(&b)));
    buf_clear(&b);
    digests_many_begin(&b, DIGESTS_TOGETHER);
    for (size_t i = 0; i < DIGESTS_TOGETHER; i++)
        digests_many_add(&b, span_text(i % 2 ? "one" : "another"));
    assert_true(digests_is_many(buf_span(&b)));
    assert_int_equal(digests_many_read(buf_span(&b), &m, NULL), RC_OK);
    assert_int_equal(m.count, DIGESTS_TOGETHER);
    assert_true(span_equal(m.at[DIGESTS_TOGETHER - 1], SPAN_LITERAL("one")));
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(digests_many_read(span_of(b.ptr, len), &m, NULL), RC_FORMAT);
    b.ptr[1]++; /* one more, and there it is */
    digests_many_add(&b, SPAN_LITERAL("x"));
    assert_int_equal(digests_many_read(buf_span(&b), &m, NULL), RC_FORMAT);
    assert_int_equal(digests_many_read(SPAN_LITERAL("\x80"), &m, NULL), RC_FORMAT);
    assert_int_equal(digests_many_read(SPAN_LITERAL("\x81\x40"), &m, NULL), RC_FORMAT);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_that_compare_equal_are_one_person),
        cmocka_unit_test(anything_else_is_another),
        cmocka_unit_test(a_key_hangs_on_secret_number_and_person),
        cmocka_unit_test(a_number_has_one_spelling),
        cmocka_unit_test(every_row_is_found_and_no_other),
        cmocka_unit_test(a_table_says_nothing_without_the_secret),
        cmocka_unit_test(what_is_no_table_is_refused_and_a_damaged_row_too),
        cmocka_unit_test(two_rows_of_one_digest_are_refused),
        cmocka_unit_test(a_person_has_one_row_of_his_own),
        cmocka_unit_test(a_person_has_so_many_numbers_and_no_more),
        cmocka_unit_test(messages_come_back_as_they_went),
        cmocka_unit_test(several_messages_come_back_as_they_went),
        cmocka_unit_test(who_has_asked_comes_back_as_it_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
