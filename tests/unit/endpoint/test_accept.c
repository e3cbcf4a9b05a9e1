#include "tests/unit/check.h"

#include "verifier/daemon/accept.h"

static void json_is_for_who_wants_it_more_than_a_page(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool json;
    } cases[] = {
        { "", false },
        { "*/*", false },
        { "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false },
        { "application/json", true },
        { "Application/JSON; charset=utf-8", true },
        { "text/plain, application/json;q=0.5", true },
        { "application/json;q=0.9, text/html;q=0.8", true },
        { "application/json;q=0.8, text/html;q=0.9", false },
        { "application/json, text/html", false },
        { "application/json;q=0", false },
        { "application/json;q=2", false },
        { "application/json;q=0.x", false },
        { "application/jsonp", false },
        { "application/json , text/*;q=0.1", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (accept_prefers_json(span_text(cases[i].accept)) != cases[i].json)
            fail_msg("%s", cases[i].accept);
}

static void a_page_is_for_who_names_it(void **state)
{
    (void)state;
    assert_true(accept_prefers_html(SPAN_LITERAL("text/html")));
    assert_true(accept_prefers_html(SPAN_LITERAL("application/json;q=0.5, text/html")));
    assert_true(accept_prefers_html(SPAN_LITERAL("text/html,application/xml;q=0.9,*/*;q=0.8")));
    assert_true(accept_prefers_html(SPAN_LITERAL("application/json, text/html")));
    assert_false(accept_prefers_html(SPAN_LITERAL("application/json, text/html;q=0.9")));
    assert_false(accept_prefers_html(SPAN_LITERAL("text/html;q=0")));
    assert_false(accept_prefers_html(SPAN_LITERAL("*/*")));
    assert_false(accept_prefers_html(SPAN_LITERAL("")));
}

static void csv_is_for_who_wants_it_more_than_json(void **state)
{
    (void)state;
    static const bool sent[] = { false, true };
    for (size_t i = 0; i < sizeof sent; i++) {
        assert_true(accept_prefers_csv(SPAN_LITERAL("text/csv"), sent[i]));
        assert_true(accept_prefers_csv(SPAN_LITERAL("application/json;q=0.5, text/csv"), sent[i]));
        assert_false(accept_prefers_csv(SPAN_LITERAL("text/csv;q=0.5, application/json"), sent[i]));
        assert_false(accept_prefers_csv(SPAN_LITERAL("application/json"), sent[i]));
        assert_false(accept_prefers_csv(SPAN_LITERAL("text/csv;q=0"), sent[i]));
    }
}

static void who_names_neither_gets_what_he_sent(void **state)
{
    (void)state;
    static const char *const lists[] = { "*/*", "", "image/png" };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_true(accept_prefers_csv(span_text(lists[i]), true));
        assert_false(accept_prefers_csv(span_text(lists[i]), false));
    }
}

static void gzip_is_sent_to_who_takes_it(void **state)
{
    (void)state;
    assert_true(accept_takes_gzip(SPAN_LITERAL("gzip")));
    assert_true(accept_takes_gzip(SPAN_LITERAL("br, GZIP;q=0.1")));
    assert_true(accept_takes_gzip(SPAN_LITERAL("*")));
    assert_false(accept_takes_gzip(SPAN_LITERAL("")));
    assert_false(accept_takes_gzip(SPAN_LITERAL("br, identity")));
    assert_false(accept_takes_gzip(SPAN_LITERAL("*, gzip;q=0")));
    assert_false(accept_takes_gzip(SPAN_LITERAL("gzipped")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_for_who_wants_it_more_than_a_page),
        cmocka_unit_test(a_page_is_for_who_names_it),
        cmocka_unit_test(csv_is_for_who_wants_it_more_than_json),
        cmocka_unit_test(who_names_neither_gets_what_he_sent),
        cmocka_unit_test(gzip_is_sent_to_who_takes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
