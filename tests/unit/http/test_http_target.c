#include "tests/unit/check.h"

#include <stdio.h>
#include <string.h>

#include "core/http/target.h"

static char room[4096];

static enum rc parse(const char *origin, struct target *t)
{
    assert_true(TARGET_ROOM(strlen(origin)) <= sizeof room);
    return target_parse(origin, room, t, NULL);
}

static void assert_span(struct span found, const char *wanted)
{
    assert_true(span_equal(found, span_text(wanted)));
    assert_int_equal(found.ptr[found.len], '\0');
}

static void what_two_readers_could_read_differently_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "/%",         "/%4",     "/%4g",      "/%00",       "/a%00b",
        "/%0a",       "/%7f",    "/%c2%85",   "/%ff",       "/%c0%af",
        "/%ed%a0%80", "/%e5%bc", "/a%2fb",    "/a%2Fb",     "/a%5cb",
        "/.",         "/..",     "/a/../b",   "/%2e",       "/.%2e",
        "/a/%2e%2e",  "/?=",     "/?=a",      "/?&",        "/?a&",
        "/?&a",       "/?a&&b",  "/?a=1&a=2", "/?a&a",      "/?a=1&%61=2",
        "/?a=%00",    "/?%00=a", "/?a=%",     "/?a=%e5%bc", "/?a+b=1&a%20b=2",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct target t;
        if (parse(bad[i], &t) != RC_FORMAT)
            fail_msg("taken: %s", bad[i]);
    }
}

static void no_more_segments_or_parameters_are_taken_than_there_is_room_for(void **state)
{
    (void)state;
    struct target t;
    assert_int_equal(parse("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", &t), RC_OK);
    assert_int_equal(t.segment_count, TARGET_SEGMENTS_MAX);
    assert_int_equal(parse("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/", &t), RC_NOT_FOUND);

    char many[400] = "/?0=";
    for (unsigned i = 1; i < TARGET_QUERY_MAX; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many), "&%u=", i);
    assert_int_equal(parse(many, &t), RC_OK);
    assert_int_equal(t.field_count, TARGET_QUERY_MAX);
    (void)snprintf(many + strlen(many), sizeof many - strlen(many), "&x");
    assert_int_equal(parse(many, &t), RC_LIMIT);
}

static void segments_are_kept_as_sent_and_decoded(void **state)
{
    (void)state;
    struct target t;
    assert_int_equal(parse("/a%20b//%E5%bc%a0+", &t), RC_OK);
    assert_int_equal(t.segment_count, 3);
    assert_span(t.segments[0].value, "a b");
    assert_span(t.segments[1].value, "");
    assert_span(t.segments[2].value, "张+");
    assert_true(span_equal(t.segments[2].raw, SPAN_LITERAL("%E5%bc%a0+")));

    assert_int_equal(parse("/", &t), RC_OK);
    assert_int_equal(t.segment_count, 1);
    assert_span(t.segments[0].value, "");
    assert_int_equal(t.field_count, 0);
}

static void parameters_are_decoded_with_plus_as_a_space(void **state)
{
    (void)state;
    struct target t;
    assert_int_equal(parse("/x?a+b=c+d%2B&e&f=&g=1=2&%E5%BC%A0=/?", &t), RC_OK);
    static const char *const wanted[][2] = {
        { "a b", "c d+" }, { "e", "" }, { "f", "" }, { "g", "1=2" }, { "张", "/?" },
    };
    assert_int_equal(t.field_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_span(t.fields[i].name, wanted[i][0]);
        assert_span(t.fields[i].value, wanted[i][1]);
    }
    assert_int_equal(parse("/x?", &t), RC_OK);
    assert_int_equal(t.field_count, 0);
}

static void the_absolute_form_is_taken_of_the_own_host_alone(void **state)
{
    (void)state;
    static const struct {
        const char *target, *host;
        bool taken;
    } cases[] = {
        { "http://here/a?b", "here", true },
        { "https://here/a?b", "here", true },
        { "HTTP://Here:80/a?b", "here:80", true },
        { "http://there/a?b", "here", false },
        { "http://here:80/a?b", "here", false },
        { "http://here/a?b", "", false },
        { "http:///a?b", "", false },
        { "http://here", "here", false },
        { "http://here?b", "here", false },
        { "ftp://here/a?b", "here", false },
        { "here/a?b", "here", false },
        { "*", "here", false },
        { "", "here", false },
        { "/a?b", "here", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *origin = NULL;
        const enum rc rc = target_origin(cases[i].target, span_text(cases[i].host), &origin, NULL);
        assert_int_equal(rc, cases[i].taken ? RC_OK : RC_FORMAT);
        if (cases[i].taken)
            assert_string_equal(origin, "/a?b");
    }
}

static void no_target_holds_blanks_controls_or_quotes(void **state)
{
    (void)state;
    for (unsigned c = 1; c < 256; c++) {
        const char target[] = { '/', (char)c, '\0' };
        const char *origin;
        const bool fine = c > 0x20 && c < 0x7f && !strchr("\"<>\\#", (int)c);
        const enum rc rc = target_origin(target, (struct span){ 0 }, &origin, NULL);
        assert_int_equal(rc, fine ? RC_OK : RC_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_two_readers_could_read_differently_is_refused),
        cmocka_unit_test(no_more_segments_or_parameters_are_taken_than_there_is_room_for),
        cmocka_unit_test(segments_are_kept_as_sent_and_decoded),
        cmocka_unit_test(parameters_are_decoded_with_plus_as_a_space),
        cmocka_unit_test(the_absolute_form_is_taken_of_the_own_host_alone),
        cmocka_unit_test(no_target_holds_blanks_controls_or_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
