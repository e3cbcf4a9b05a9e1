#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/employers/rations.h"
#include "core/employers/roll.h"
#include "core/sys/file.h"
#include "issuer/employers/employers_change.h"
#include "tests/unit/check.h"

#define NOW INT64_C(1900000000)
#define KEY "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE(name, purpose, key, rows, state)                                                       \
    "{\"name\":" name ",\"purpose\":" purpose ",\"key\":\"" key "\",\"rows_per_day\":" rows        \
    ",\"state\":" state ",\"added\":\"2022-12-20T10:00:00+08:00\"}"
#define LIST(items) "{\"format\":1,\"employers\":[" items "]}"

static enum rc read_list(const char *text)
{
    ON_EXIT(employers_free) struct employers e = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = employers_read(span_text(text), &e, &d);
    assert_int_equal(rc, d.code);
    return rc;
}

static void a_list_that_is_not_as_documented_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}",
        "{\"format\":2,\"employers\":[]}",
        "{\"format\":1,\"employers\":{}}",
        "{\"format\":1,\"employers\":[],\"more\":1}",
        LIST("1"),
        LIST("{\"name\":\"a\"}"),
        LIST(ONE("\"\"", "\"p\"", KEY, "1", "\"active\"")),
        LIST(ONE("\" a\"", "\"p\"", KEY, "1", "\"active\"")),
        LIST(ONE("\"a\\n\"", "\"p\"", KEY, "1", "\"active\"")),
        LIST(ONE("\"a\"", "\"\"", KEY, "1", "\"active\"")),
        LIST(ONE("\"a\"", "\"p\"", "00", "1", "\"active\"")),
        LIST(ONE("\"a\"", "\"p\"", KEY, "0", "\"active\"")),
        LIST(ONE("\"a\"", "\"p\"", KEY, "1000001", "\"active\"")),
        LIST(ONE("\"a\"", "\"p\"", KEY, "1,\"people_per_day\":0", "\"active\"")),
        LIST(ONE("\"a\"", "\"p\"", KEY, "1,\"people_per_day\":1001", "\"active\"")),
        LIST(ONE("\"a\"", "\"p\"", KEY, "1", "\"\"")),
        LIST(ONE("\"a\"", "\"p\"", KEY, "1", "\"active\"") "," ONE("\"a\"", "\"p\"", KEY, "1",
                                                                   "\"active\"")),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_list(bad[i]) != RC_FORMAT)
            fail_msg("taken: %s", bad[i]);
    assert_int_equal(read_list(LIST("")), RC_OK);
    assert_int_equal(read_list(LIST(ONE("\"a\"", "\"p\"", KEY, "1000000", "\"active\""))), RC_OK);
    assert_int_equal(
        read_list(LIST(ONE("\"a\"", "\"p\"", KEY, "1,\"people_per_day\":1000", "\"active\""))),
        RC_OK);
}

static void texts_have_a_length(void **state)
{
    (void)state;
    char longest[EMPLOYER_NAME_MAX + 1];
    memset(longest, 'a', sizeof longest);
    assert_true(employer_text_valid(span_of(longest, EMPLOYER_NAME_MAX), EMPLOYER_NAME_MAX));
    assert_false(employer_text_valid(span_of(longest, EMPLOYER_NAME_MAX + 1), EMPLOYER_NAME_MAX));
    assert_false(employer_text_valid(SPAN_LITERAL("\xff"), EMPLOYER_NAME_MAX));
}

static void what_is_no_key_has_no_hash(void **state)
{
    (void)state;
    uint8_t hash[SHA256_LEN];
    static const char good[] = "sc1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_";
    static const char *const bad[] = { "",
                                       "sc1.",
                                       "sc2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_",
                                       "sc1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-",
                                       "sc1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_A",
                                       "sc1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+/" };
    assert_true(employer_key_hash(span_text(good), hash));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(employer_key_hash(span_text(bad[i]), hash));
}

static void a_key_is_whose_it_is_until_suspended(void **state)
{
    (void)state;
    char home[] = "/tmp/employers-XXXXXX", key[2][EMPLOYER_KEY_LEN + 1], path[PATH_LEN];
    uint8_t hash[SHA256_LEN];
    struct employer a = { .name = "a", .purpose = "p", .rows_per_day = 7 };
    struct employer b = { .name = "b", .purpose = "q", .rows_per_day = 8 };
    assert_non_null(mkdtemp(home));
    assert_int_equal(employers_suspend(home, SPAN_LITERAL("a"), true, NULL), RC_NOT_FOUND);
    assert_int_equal(employers_add(home, &b, NOW, key[1], NULL), RC_OK);
    assert_int_equal(employers_add(home, &a, NOW, key[0], NULL), RC_OK);
    assert_int_equal(employers_add(home, &a, NOW, key[0], NULL), RC_EXISTS);
    assert_string_not_equal(key[0], key[1]);

    struct employers all = { 0 };
    assert_int_equal(employers_of_home(home, &all, NULL), RC_OK);
    assert_int_equal(all.count, 2);
    assert_string_equal(all.at[0].name, "a");
    assert_true(employer_key_hash(span_text(key[1]), hash));
    assert_ptr_equal(employers_find_key(&all, hash), &all.at[1]);
    assert_int_equal(all.at[1].rows_per_day, 8);
    employers_free(&all);

    assert_int_equal(employers_suspend(home, SPAN_LITERAL("b"), true, NULL), RC_OK);
    assert_int_equal(employers_of_home(home, &all, NULL), RC_OK);
    assert_null(employers_find_key(&all, hash));
    employers_free(&all);
    static const char *const names[] = { EMPLOYERS_FILE, "employers.lock" };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(path_join(home, names[i], path, NULL), RC_OK);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(home), 0);
}

static void there_is_an_end_to_employers(void **state)
{
    (void)state;
    ON_EXIT(employers_free) struct employers all = { 0 };
    struct employer *e;
    for (size_t i = 0; i < EMPLOYERS_MAX; i++)
        assert_int_equal(employers_more(&all, &e, NULL), RC_OK);
    assert_int_equal(employers_more(&all, &e, NULL), RC_LIMIT);
}

static void a_day_has_its_rows_and_then_ends(void **state)
{
    (void)state;
    struct rations *const r = rations_new();
    const struct employer a = { .key = { 1 }, .rows_per_day = 10 };
    const struct employer b = { .key = { 2 }, .rows_per_day = 1 };
    assert_non_null(r);
    assert_int_equal(rations_take(r, &a, 11, 0, 100), RATION_S);
    assert_int_equal(rations_take(r, &a, 6, 0, 150), 0);
    assert_int_equal(rations_take(r, &a, 5, 0, 160), RATION_S - 60);
    assert_int_equal(rations_take(r, &b, 1, 0, 160), 0);
    assert_int_equal(rations_take(r, &a, 4, 0, 170), 0);
    assert_int_equal(rations_take(r, &a, 1, 0, 100 + RATION_S - 1), 1);
    assert_int_equal(rations_take(r, &a, 10, 0, 100 + RATION_S), 0);
    rations_free(r);
}

static void people_have_a_bound_of_their_own(void **state)
{
    (void)state;
    struct rations *const r = rations_new();
    const struct employer may = { .key = { 1 }, .rows_per_day = 10, .people_per_day = 2 };
    const struct employer may_not = { .key = { 2 }, .rows_per_day = 10 };
    assert_non_null(r);
    assert_int_equal(rations_take(r, &may, 5, 3, 100), RATION_S);
    assert_int_equal(rations_take(r, &may, 10, 2, 100), 0); /* the three before took nothing */
    assert_int_equal(rations_take(r, &may, 0, 1, 100), RATION_S);
    assert_int_equal(rations_take(r, &may_not, 0, 1, 100), RATION_S);
    assert_int_equal(rations_take(r, &may_not, 1, 0, 100), 0);
    rations_free(r);
}

static void days_of_more_keys_than_there_may_be_wait(void **state)
{
    (void)state;
    struct rations *const r = rations_new();
    struct employer e = { .rows_per_day = 2 };
    assert_non_null(r);
    for (uint32_t i = 0; i < EMPLOYERS_MAX; i++) {
        memcpy(e.key, &i, sizeof i);
        e.key[31] = 1;
        assert_int_equal(rations_take(r, &e, 1, 0, 100), 0);
    }
    const struct employer more = { .key = { 9 }, .rows_per_day = 2 };
    assert_int_equal(rations_take(r, &more, 1, 0, 100), RATION_S);
    assert_int_equal(rations_take(r, &e, 1, 0, 100), 0);
    assert_int_equal(rations_take(r, &more, 1, 0, 100 + RATION_S), 0);
    rations_free(r);
}

static void write_file(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, span_text(text), 0600, NULL), RC_OK);
}

static void a_roll_follows_its_file(void **state)
{
    (void)state;
    static const char key[] = "sc1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char folder[] = "/tmp/roll-XXXXXX", path[PATH_LEN], hash[2 * SHA256_LEN + 1], text[600];
    uint8_t bytes[SHA256_LEN];
    struct roll *r = NULL;
    struct employer e;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(path_join(folder, "list", path, NULL), RC_OK);
    assert_true(employer_key_hash(span_text(key), bytes));
    hex_encode(bytes, sizeof bytes, hash);
    (void)snprintf(text, sizeof text, LIST(ONE("\"a\"", "\"p\"", "%s", "3", "\"active\"")), hash);

    assert_int_equal(roll_open(path, &r, NULL), RC_OK);
    assert_int_equal(roll_refresh(r, NULL), RC_OK);
    assert_false(roll_find(r, span_text(key), &e));
    write_file(path, text);
    assert_int_equal(roll_refresh(r, NULL), RC_OK);
    assert_true(roll_find(r, span_text(key), &e));
    assert_string_equal(e.name, "a");
    assert_int_equal(roll_take(r, &e, 3, 0), 0);
    assert_in_range(roll_take(r, &e, 1, 0), RATION_S - 10, RATION_S);

    write_file(path, "{}");
    assert_int_equal(roll_refresh(r, NULL), RC_FORMAT);
    assert_false(roll_find(r, span_text(key), &e));
    assert_int_equal(roll_refresh(r, NULL), RC_OK); /* once */
    write_file(path, text);
    assert_int_equal(roll_refresh(r, NULL), RC_OK);
    assert_true(roll_find(r, span_text(key), &e));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(roll_refresh(r, NULL), RC_OK);
    assert_false(roll_find(r, span_text(key), &e));
    roll_close(r);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_is_not_as_documented_is_refused),
        cmocka_unit_test(texts_have_a_length),
        cmocka_unit_test(what_is_no_key_has_no_hash),
        cmocka_unit_test(a_key_is_whose_it_is_until_suspended),
        cmocka_unit_test(there_is_an_end_to_employers),
        cmocka_unit_test(a_day_has_its_rows_and_then_ends),
        cmocka_unit_test(people_have_a_bound_of_their_own),
        cmocka_unit_test(days_of_more_keys_than_there_may_be_wait),
        cmocka_unit_test(a_roll_follows_its_file),
    };
    return cmocka_run_group_tests_name("employers", tests, NULL, NULL);
}
