#include "tests/unit/judge/scene.h"

#include <string.h>

#include "core/cert/verdict_json.h"
#include "core/json/json.h"

static const char *const keys[] = {
    "authentic", "state",        "in_force",    "number",    "version",     "current_version",
    "replaced",  "holder",       "post",        "authority", "provider",    "issued",
    "deadline",  "days_left",    "status_from", "as_of",     "age_seconds", "deployment",
    "demo",      "host_matches", "key",         "log",       "problems",
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])

static json_t *object_of(const struct verdict *v)
{
    json_t *json = NULL;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    verdict_json(&text, v, false, 0, 0);
    assert_int_equal(json_read(buf_span(&text), &json, NULL), RC_OK);
    return json;
}

static int forget(void **state)
{
    (void)state;
    scene_forget();
    return 0;
}

static void a_zeroed_verdict_is_never_good_news(void **state)
{
    (void)state;
    const struct verdict v = { 0 };
    ON_EXIT(json_decref_at) json_t *json = object_of(&v);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    verdict_text(&text, &v, false, false);
    assert_int_equal(verdict_exit(&v), 9);
    assert_true(json_is_false(json_object_get(json, "authentic")));
    assert_true(json_is_null(json_object_get(json, "in_force")));
    assert_string_equal(json_string_value(json_object_get(json, "state")), "unknown");
    assert_non_null(strstr(buf_cstr(&text), "? NOT CHECKED"));
}

static void only_what_is_authentic_valid_and_in_force_exits_0(void **state)
{
    (void)state;
    static const enum authenticity authentic[] = { AUTH_UNDECIDED, AUTH_UNREADABLE,
                                                   AUTH_UNKNOWN_KEY, AUTH_FALSE, AUTH_TRUE };
    static const enum tristate in_force[] = { TRI_UNKNOWN, TRI_FALSE, TRI_TRUE };
    static const enum state states[] = {
#define X(name, number, word, chinese, code) name,
        STATE_LIST(X)
#undef X
    };
    unsigned good = 0;
    for (size_t a = 0; a < 5; a++)
        for (size_t f = 0; f < 3; f++)
            for (size_t s = 0; s < sizeof states / sizeof states[0]; s++) {
                const struct verdict v = { .authentic = authentic[a],
                                           .in_force = in_force[f],
                                           .state = states[s] };
                const bool may = authentic[a] == AUTH_TRUE && in_force[f] == TRI_TRUE &&
                                 (states[s] == STATE_VALID || states[s] == STATE_DUE);
                assert_int_equal(verdict_exit(&v) == 0, may);
                good += may;
            }
    assert_int_equal(good, 2);
}

static void the_worse_of_two_statuses_wins_in_the_documented_order(void **state)
{
    (void)state;
    static const int order[] = { 9, 8, 1, 6, 3, 5, 4, 7, 0 };
    for (size_t i = 0; i < 9; i++)
        for (size_t j = i; j < 9; j++) {
            assert_int_equal(exit_worse(order[i], order[j]), order[i]);
            assert_int_equal(exit_worse(order[j], order[i]), order[i]);
        }
    assert_int_equal(exit_worse(42, 43), 9);
}

static void a_problem_is_listed_once_and_never_past_the_end(void **state)
{
    (void)state;
    struct verdict v = { 0 };
    verdict_add(&v, PROBLEM_DEMO);
    verdict_add(&v, PROBLEM_DEMO);
    assert_int_equal(v.problem_count, 1);
    for (int p = PROBLEM_UNREADABLE; p <= PROBLEM_MEMORY; p++)
        verdict_add(&v, (enum problem)p);
    assert_int_equal(v.problem_count, PROBLEMS_MAX);
}

static void every_problem_has_a_code_and_words_of_its_own(void **state)
{
    (void)state;
    for (int p = PROBLEM_UNREADABLE; p <= PROBLEM_MEMORY; p++) {
        assert_true(problem_code((enum problem)p)[0] != '\0');
        assert_string_not_equal(problem_text((enum problem)p, true),
                                problem_text((enum problem)p, false));
        for (int q = PROBLEM_UNREADABLE; q < p; q++)
            assert_string_not_equal(problem_code((enum problem)p), problem_code((enum problem)q));
    }
}

static void the_object_has_exactly_the_contracts_keys_in_order(void **state)
{
    (void)state;
    struct scene s = scene_good();
    for (int authentic = 0; authentic < 2; authentic++) {
        s.signer = authentic ? KEY_TOKEN : KEY_STRANGER;
        const struct verdict v = scene_look(&s);
        ON_EXIT(json_decref_at) json_t *json = object_of(&v);
        size_t i = 0;
        const char *key;
        json_t *value;
        json_object_foreach(json, key, value)
        {
            assert_true(i < KEY_COUNT);
            assert_string_equal(key, keys[i++]);
        }
        assert_int_equal(i, KEY_COUNT);
    }
}

static char *compact(const struct verdict *v)
{
    struct buf text = { 0 };
    verdict_json(&text, v, false, 0, 0);
    char *const copy = strdup(buf_cstr(&text));
    buf_free(&text);
    return copy;
}

static void a_good_verdict_reads_as_the_contract_says(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.host = SCENE_HOST;
    const struct verdict v = scene_look(&s);
    char deployment[65], kid[17], expected[1200];
    hex_encode(v.deployment, 32, deployment);
    hex_encode(v.kid, 8, kid);
    (void)snprintf(
        expected, sizeof expected,
        "{\"authentic\":true,\"state\":\"valid\",\"in_force\":true,\"number\":\"" SCENE_NUMBER
        "\",\"version\":1,\"current_version\":1,\"replaced\":false,"
        "\"holder\":{\"name\":\"" SCENE_NAME "\",\"id_type\":111,\"id_tail\":\"" SCENE_ID_TAIL
        "\"},\"post\":{\"code\":1,\"name\":\"土建施工员\"},"
        "\"authority\":\"某某省住房和城乡建设厅\",\"provider\":\"示例建设培训学校\","
        "\"issued\":\"2024-02-22\",\"deadline\":\"2026-11-18\",\"days_left\":900,"
        "\"status_from\":\"bundle\",\"as_of\":\"2024-05-31T12:00:00+08:00\",\"age_seconds\":86400,"
        "\"deployment\":\"%s\",\"demo\":false,\"host_matches\":true,"
        "\"key\":{\"kid\":\"%s\",\"use\":\"token\"},\"log\":{\"index\":50,\"included\":null},"
        "\"problems\":[]}",
        deployment, kid);
    char *const text = compact(&v);
    assert_string_equal(text, expected);
    free(text);
}

/* Nothing that the forged code says may reach a reader, in any form. */
static void what_is_not_authentic_shows_no_holder_data(void **state)
{
    (void)state;
    static const char *const secrets[] = { SCENE_NAME,   SCENE_NUMBER,       SCENE_ID_TAIL,
                                           "土建施工员", "示例建设培训学校", "2024-02-22",
                                           "2026-11-18" };
    struct scene scenes[3] = { scene_good(), scene_good(), scene_good() };
    scenes[0].signer = KEY_STRANGER;
    scenes[1].signer = KEY_PUBLISH;
    scenes[2].row = (struct column_row){ 0 };
    for (size_t i = 0; i < 3; i++) {
        const struct verdict v = scene_look(&scenes[i]);
        ON_EXIT(buf_free_at) struct buf text = { 0 };
        verdict_text(&text, &v, true, true);
        char *const json = compact(&v);
        for (size_t w = 0; w < sizeof secrets / sizeof secrets[0]; w++) {
            assert_null(strstr(json, secrets[w]));
            assert_null(strstr(buf_cstr(&text), secrets[w]));
        }
        assert_non_null(strstr(json, "\"number\":null"));
        assert_non_null(strstr(json, "\"holder\":null"));
        free(json);
    }
}

static void not_authentic_is_not_in_force_and_unknown_is_null(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.signer = KEY_PUBLISH;
    struct verdict v = scene_look(&s);
    char *text = compact(&v);
    assert_non_null(strstr(text, "\"authentic\":false,\"state\":\"unknown\",\"in_force\":false"));
    free(text);

    s.signer = KEY_STRANGER;
    v = scene_look(&s);
    text = compact(&v);
    assert_non_null(strstr(text, "\"authentic\":false,\"state\":\"unknown\",\"in_force\":null"));
    free(text);
}

static void keys_alone_leave_null_what_only_lists_know(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.keys_only = true;
    const struct verdict v = scene_look(&s);
    char *const text = compact(&v);
    static const char *const parts[] = {
        "\"state\":\"unknown\",\"in_force\":null",
        "\"current_version\":null,\"replaced\":null",
        "\"post\":{\"code\":1,\"name\":null},\"authority\":null,\"provider\":null",
        "\"status_from\":\"token\",\"as_of\":null,\"age_seconds\":null",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_non_null(strstr(text, parts[i]));
    free(text);
}

static void the_text_answers_in_its_first_line(void **state)
{
    (void)state;
    static const struct {
        uint8_t status;
        int32_t days_left;
        const char *zh, *en;
    } cases[] = {
        { STATUS_VALID, 400, "✔ 有效\n", "✔ IN FORCE\n" },
        { STATUS_VALID, 3, "✔ 有效（即将到期）\n", "✔ IN FORCE, due soon\n" },
        { STATUS_VALID, -1, "✖ 失效（已过期）\n", "✖ LAPSED\n" },
        { STATUS_SUSPENDED, 400, "✖ 暂扣\n", "✖ SUSPENDED\n" },
        { STATUS_INVALID, 400, "✖ 无效（已被吊销、撤销或注销）\n", "✖ NOT VALID" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s = scene_good();
        s.row.status = cases[i].status;
        s.token.deadline = s.row.deadline = SCENE_TODAY + cases[i].days_left;
        const struct verdict v = scene_look(&s);
        ON_EXIT(buf_free_at) struct buf zh = { 0 }, en = { 0 };
        verdict_text(&zh, &v, true, false);
        verdict_text(&en, &v, false, false);
        assert_true(strncmp(buf_cstr(&zh), cases[i].zh, strlen(cases[i].zh)) == 0);
        assert_true(strncmp(buf_cstr(&en), cases[i].en, strlen(cases[i].en)) == 0);
        assert_null(strstr(buf_cstr(&zh), "\033"));
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_zeroed_verdict_is_never_good_news),
        TEST(only_what_is_authentic_valid_and_in_force_exits_0),
        TEST(the_worse_of_two_statuses_wins_in_the_documented_order),
        TEST(a_problem_is_listed_once_and_never_past_the_end),
        TEST(every_problem_has_a_code_and_words_of_its_own),
        TEST(the_object_has_exactly_the_contracts_keys_in_order),
        TEST(a_good_verdict_reads_as_the_contract_says),
        TEST(what_is_not_authentic_shows_no_holder_data),
        TEST(not_authentic_is_not_in_force_and_unknown_is_null),
        TEST(keys_alone_leave_null_what_only_lists_know),
        TEST(the_text_answers_in_its_first_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
