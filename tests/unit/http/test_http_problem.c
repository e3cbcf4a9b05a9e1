#include "tests/unit/check.h"

#include "core/http/problem.h"

static void assert_written(const struct http_problem *p, const char *wanted)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    problem_write(p, &b);
    assert_string_equal(buf_cstr(&b), wanted);
}

static void without_items_the_whole_request_is_the_error(void **state)
{
    (void)state;
    struct http_problem p = { .status = 404, .code = "not_found", .title = "没有" };
    assert_written(&p, "{\"type\":\"urn:sitecert:problem:not_found\",\"title\":\"没有\",\"status\":"
                       "404,\"errors\":[{\"pointer\":\"\",\"code\":\"not_found\","
                       "\"message\":\"没有\"}]}");
    p.detail = "d";
    assert_written(&p, "{\"type\":\"urn:sitecert:problem:not_found\",\"title\":\"没有\",\"status\":"
                       "404,\"detail\":\"d\",\"errors\":[{\"pointer\":\"\",\"code\":"
                       "\"not_found\",\"message\":\"d\"}]}");
}

static void details_and_items_are_escaped_and_in_order(void **state)
{
    (void)state;
    const struct http_problem_item items[] = { { "/a~1b", "field_missing", "a \"b\"" },
                                               { "kind", "unknown", "c\n" } };
    const struct http_problem p = { .status = 422,
                                    .code = "invalid",
                                    .title = "t",
                                    .detail = "d\\",
                                    .items = items,
                                    .item_count = 2 };
    assert_written(&p, "{\"type\":\"urn:sitecert:problem:invalid\",\"title\":\"t\",\"status\":422,"
                       "\"detail\":\"d\\\\\",\"errors\":[{\"pointer\":\"/a~1b\",\"code\":"
                       "\"field_missing\",\"message\":\"a \\\"b\\\"\"},{\"pointer\":\"kind\","
                       "\"code\":\"unknown\",\"message\":\"c\\n\"}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_items_the_whole_request_is_the_error),
        cmocka_unit_test(details_and_items_are_escaped_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
