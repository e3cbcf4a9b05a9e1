#include "tests/unit/signing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "issuer/senders/senders.h"

#define NOW  INT64_C(1900000000)
#define WEEK INT64_C(604800)

struct scene {
    char home[64];
};

static struct scene scene_new(void)
{
    struct scene s;
    (void)snprintf(s.home, sizeof s.home, "/tmp/senders-XXXXXX");
    assert_non_null(mkdtemp(s.home));
    return s;
}

static void path_in(const struct scene *s, const char *name, char ret[PATH_LEN])
{
    assert_int_equal(path_join(s->home, name, ret, NULL), RC_OK);
}

static void scene_free(const struct scene *s)
{
    static const char *const names[] = { SENDERS_FILE, "senders.lock" };
    char path[PATH_LEN];
    for (size_t i = 0; i < 2; i++) {
        path_in(s, names[i], path);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(s->home), 0);
}

static struct public_numbers numbers_of(unsigned seed)
{
    struct test_key k = test_key_new(seed % 2 ? ALG_EDDSA : ALG_ES256, seed);
    const struct public_numbers n = k.numbers;
    test_key_free(&k);
    return n;
}

static enum rc add(const struct scene *s, const char *id, unsigned seed)
{
    struct sender sender = { .unit = 33, .kinds = 1u << KIND_TEST, .rows_per_day = 7 };
    struct diag d = DIAG_INIT;
    (void)snprintf(sender.id, sizeof sender.id, "%s", id);
    sender.keys[0].numbers = numbers_of(seed);
    const enum rc rc = senders_add(s->home, &sender, NOW, &d);
    assert_int_equal(rc, d.code);
    return rc;
}

static struct senders *load(const struct scene *s)
{
    struct senders *all = NULL;
    struct diag d = DIAG_INIT;
    if (senders_load(s->home, &all, &d) != RC_OK)
        fail_msg("%s", d.text);
    return all;
}

static size_t keys_at(const struct senders *all, const char *id, int64_t now)
{
    const struct pubkey *keys[SENDER_KEYS_MAX];
    const struct sender *const sender = senders_find(all, span_text(id));
    assert_non_null(sender);
    return sender_keys_now(sender, now, keys);
}

static void ids_that_mean_something_else_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "local", "0123456789abcdef", "0123456789ABCDEF", "a b", "a/b", "浙", "a\"b", "a\n"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (sender_id_valid(span_text(bad[i])))
            fail_msg("taken: %s", bad[i]);
    char longest[SENDER_ID_MAX + 2];
    memset(longest, 'a', sizeof longest);
    assert_false(sender_id_valid(span_of(longest, SENDER_ID_MAX + 1)));
    assert_true(sender_id_valid(span_of(longest, SENDER_ID_MAX)));
    assert_true(sender_id_valid(SPAN_LITERAL("Zhejiang_01.b-c")));
}

static void an_id_or_key_is_registered_once(void **state)
{
    (void)state;
    const struct scene s = scene_new();
    const struct public_numbers first = numbers_of(1), second = numbers_of(2);
    assert_int_equal(add(&s, "a", 1), RC_OK);
    assert_int_equal(add(&s, "a", 2), RC_EXISTS);
    assert_int_equal(add(&s, "b", 1), RC_EXISTS);
    assert_int_equal(add(&s, "b", 2), RC_OK);
    assert_int_equal(senders_rotate(s.home, SPAN_LITERAL("a"), &second, NOW, 0, NULL), RC_EXISTS);
    assert_int_equal(senders_rotate(s.home, SPAN_LITERAL("a"), &first, NOW, 0, NULL), RC_EXISTS);
    scene_free(&s);
}

static void nobody_who_is_not_there_is_changed(void **state)
{
    (void)state;
    const struct scene s = scene_new();
    const struct public_numbers key = numbers_of(1);
    assert_int_equal(senders_suspend(s.home, SPAN_LITERAL("a"), true, NULL), RC_NOT_FOUND);
    assert_int_equal(senders_rotate(s.home, SPAN_LITERAL("a"), &key, NOW, 0, NULL), RC_NOT_FOUND);
    struct senders *all = load(&s);
    assert_int_equal(senders_count(all), 0);
    assert_null(senders_find(all, SPAN_LITERAL("a")));
    assert_null(senders_find(all, SPAN_LITERAL("")));
    senders_free(all);
    scene_free(&s);
}

static void a_file_that_is_not_as_documented_is_refused(void **state)
{
    (void)state;
    static const char key[] =
        "{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
        "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},\"from\":\"2026-01-01\"}";
    static const char form[] =
        "{\"format\":1,\"senders\":[{\"id\":\"%s\",\"unit\":\"%s\",\"kinds\":%s,"
        "\"rows_per_day\":%s,\"state\":\"%s\",\"added\":\"%s\",\"keys\":[%s]}]}";
    static const struct {
        const char *id, *unit, *kinds, *rows, *state, *added, *keys;
        enum rc expected;
    } cases[] = {
        { "a", "033", "[\"test\"]", "0", "active", "2026-01-01", key, RC_OK },
        { "a b", "033", "[\"test\"]", "0", "active", "2026-01-01", key, RC_FORMAT },
        { "a", "33", "[\"test\"]", "0", "active", "2026-01-01", key, RC_FORMAT },
        { "a", "033", "[]", "0", "active", "2026-01-01", key, RC_FORMAT },
        { "a", "033", "[\"tests\"]", "0", "active", "2026-01-01", key, RC_FORMAT },
        { "a", "033", "[\"test\"]", "-1", "active", "2026-01-01", key, RC_FORMAT },
        { "a", "033", "[\"test\"]", "\"0\"", "active", "2026-01-01", key, RC_FORMAT },
        { "a", "033", "[\"test\"]", "0", "retired", "2026-01-01", key, RC_FORMAT },
        { "a", "033", "[\"test\"]", "0", "active", "yesterday", key, RC_FORMAT },
        { "a", "033", "[\"test\"]", "0", "active", "2026-01-01", "", RC_FORMAT },
        { "a", "033", "[\"test\"]", "0", "active", "2026-01-01", "{}", RC_FORMAT },
        { "a", "033", "[\"test\"]", "0,\"more\":1", "active", "2026-01-01", key, RC_FORMAT },
    };
    const struct scene s = scene_new();
    char path[PATH_LEN];
    path_in(&s, SENDERS_FILE, path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text = { 0 };
        struct senders *all = NULL;
        struct diag d = DIAG_INIT;
        char written[1024];
        (void)snprintf(written, sizeof written, form, cases[i].id, cases[i].unit, cases[i].kinds,
                       cases[i].rows, cases[i].state, cases[i].added, cases[i].keys);
        buf_put_text(&text, written);
        assert_int_equal(file_replace(path, buf_span(&text), 0640, NULL), RC_OK);
        if (senders_load(s.home, &all, &d) != cases[i].expected)
            fail_msg("case %zu: %s", i, d.text);
        senders_free(all);
        buf_free(&text);
    }
    scene_free(&s);
}

static void of_a_changed_key_the_old_one_ends_in_time(void **state)
{
    (void)state;
    const struct scene s = scene_new();
    const struct public_numbers second = numbers_of(2), third = numbers_of(3),
                                fourth = numbers_of(4);
    assert_int_equal(add(&s, "a", 1), RC_OK);
    assert_int_equal(senders_rotate(s.home, SPAN_LITERAL("a"), &second, NOW, WEEK, NULL), RC_OK);
    struct senders *all = load(&s);
    assert_int_equal(keys_at(all, "a", NOW + WEEK - 1), 2);
    assert_int_equal(keys_at(all, "a", NOW + WEEK), 1);
    assert_true(
        public_numbers_equal(&senders_find(all, SPAN_LITERAL("a"))->keys[0].numbers, &second));
    senders_free(all);

    assert_int_equal(senders_rotate(s.home, SPAN_LITERAL("a"), &third, NOW + 1, WEEK, NULL), RC_OK);
    all = load(&s);
    const struct sender *const a = senders_find(all, SPAN_LITERAL("a"));
    assert_true(public_numbers_equal(&a->keys[1].numbers, &second)); /* the first went */
    senders_free(all);

    assert_int_equal(senders_rotate(s.home, SPAN_LITERAL("a"), &fourth, NOW + 2, 0, NULL), RC_OK);
    all = load(&s);
    assert_int_equal(keys_at(all, "a", NOW + 2), 1);
    senders_free(all);
    scene_free(&s);
}

static void what_is_added_is_found_as_it_was(void **state)
{
    (void)state;
    const struct scene s = scene_new();
    assert_int_equal(add(&s, "b", 2), RC_OK);
    assert_int_equal(add(&s, "a", 1), RC_OK);
    assert_int_equal(add(&s, "ab", 3), RC_OK);
    assert_int_equal(senders_suspend(s.home, SPAN_LITERAL("b"), true, NULL), RC_OK);
    struct senders *all = load(&s);
    assert_int_equal(senders_count(all), 3);
    assert_string_equal(senders_at(all, 0)->id, "a");
    assert_string_equal(senders_at(all, 1)->id, "ab");
    const struct sender *const b = senders_find(all, SPAN_LITERAL("b"));
    const struct public_numbers key = numbers_of(2);
    assert_int_equal(b->unit, 33);
    assert_int_equal(b->rows_per_day, 7);
    assert_true(b->suspended && !senders_at(all, 0)->suspended);
    assert_true(sender_may(b, KIND_TEST) && !sender_may(b, KIND_TRAINING));
    assert_true(public_numbers_equal(&b->keys[0].numbers, &key));
    assert_int_equal(b->added, NOW);
    assert_null(senders_find(all, SPAN_LITERAL("abc")));
    assert_null(senders_find(all, SPAN_LITERAL("a\0")));
    senders_free(all);
    assert_int_equal(senders_suspend(s.home, SPAN_LITERAL("b"), false, NULL), RC_OK);
    all = load(&s);
    assert_false(senders_find(all, SPAN_LITERAL("b"))->suspended);
    senders_free(all);
    scene_free(&s);
}

static void a_reader_sees_that_the_file_came_changed_and_went(void **state)
{
    (void)state;
    const struct scene s = scene_new();
    char path[PATH_LEN];
    path_in(&s, SENDERS_FILE, path);
    struct senders *none = load(&s);
    assert_false(senders_changed(none));
    assert_int_equal(add(&s, "a", 1), RC_OK);
    assert_true(senders_changed(none));
    struct senders *one = load(&s);
    assert_false(senders_changed(one));
    assert_int_equal(senders_suspend(s.home, SPAN_LITERAL("a"), true, NULL), RC_OK);
    assert_true(senders_changed(one));
    struct senders *again = load(&s);
    assert_int_equal(unlink(path), 0);
    assert_true(senders_changed(again));
    senders_free(none);
    senders_free(one);
    senders_free(again);
    scene_free(&s);
}

static void the_file_is_for_its_owner_and_group(void **state)
{
    (void)state;
    const struct scene s = scene_new();
    char path[PATH_LEN];
    struct stat st;
    path_in(&s, SENDERS_FILE, path);
    assert_int_equal(add(&s, "a", 1), RC_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    scene_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_that_mean_something_else_are_refused),
        cmocka_unit_test(an_id_or_key_is_registered_once),
        cmocka_unit_test(nobody_who_is_not_there_is_changed),
        cmocka_unit_test(a_file_that_is_not_as_documented_is_refused),
        cmocka_unit_test(of_a_changed_key_the_old_one_ends_in_time),
        cmocka_unit_test(what_is_added_is_found_as_it_was),
        cmocka_unit_test(a_reader_sees_that_the_file_came_changed_and_went),
        cmocka_unit_test(the_file_is_for_its_owner_and_group),
    };
    return cmocka_run_group_tests_name("senders", tests, NULL, NULL);
}
