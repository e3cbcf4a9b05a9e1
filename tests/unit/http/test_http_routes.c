#include "tests/unit/check.h"

#include <stdio.h>
#include <string.h>

#include "core/http/routes.h"

static void handle(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
}

static const struct http_route table[] = {
    { .method = HTTP_GET, .path = "/", .handle = handle },
    { .method = HTTP_GET, .path = "/v1/batches/{id}", .handle = handle },
    { .method = HTTP_POST, .path = "/v1/batches", .handle = handle },
    { .method = HTTP_GET, .path = "/v1/batches/{id}/rows/{row}", .handle = handle },
    { .method = HTTP_GET, .path = "/v1/batches/all/rows/{row}", .handle = handle },
    { .method = HTTP_GET, .path = "/both", .handle = handle },
    { .method = HTTP_POST, .path = "/both", .handle = handle },
    { .method = HTTP_GET, .path = "/files/{path*}", .handle = handle },
    HTTP_ROUTES_END,
};

static char room[256];

static struct route_match find(enum http_method method, const char *path)
{
    static struct target t;
    struct route_match m;
    assert_int_equal(target_parse(path, room, &t, NULL), RC_OK);
    route_find(table, method, &t, &m);
    return m;
}

static void what_is_left_of_a_path_is_one_name(void **state)
{
    (void)state;
    static const char *const rests[] = { "a", "a/b", "a/b/c.d", "a%20b/c", "a//b", "a/" };
    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/files/%s?x=1", rests[i]);
        const struct route_match m = find(HTTP_GET, path);
        assert_true(m.route && m.name_count == 1);
        assert_true(span_equal(m.names[0], SPAN_LITERAL("path")));
        assert_int_equal(m.values[0].len, strlen(rests[i]));
        assert_memory_equal(m.values[0].ptr, rests[i], strlen(rests[i]));
    }
    assert_null(find(HTTP_GET, "/files").route);
}

static void a_path_of_no_route_has_no_methods(void **state)
{
    (void)state;
    static const char *const none[] = {
        "//",
        "/v1",
        "/v1/",
        "/v1/batches/",
        "/v1/batches/a/",
        "/V1/batches",
        "/v1/batche",
        "/v1/batches2",
        "/v1//batches",
        "/v1/%62atches",
        "/both/",
        "/v1/batches/a/rows",
        "/v1/batches//rows/1",
        "/{id}",
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        const struct route_match m = find(HTTP_GET, none[i]);
        if (m.route || m.get || m.post)
            fail_msg("found: %s", none[i]);
    }
}

static void another_method_is_told_which_are_allowed(void **state)
{
    (void)state;
    struct route_match m = find(HTTP_GET, "/v1/batches");
    assert_null(m.route);
    assert_string_equal(route_allow(&m), "POST");
    m = find(HTTP_POST, "/v1/batches/a");
    assert_null(m.route);
    assert_string_equal(route_allow(&m), "GET, HEAD");
    m = find((enum http_method)0, "/both");
    assert_null(m.route);
    assert_string_equal(route_allow(&m), "GET, HEAD, POST");
}

static void names_are_whole_segments_decoded(void **state)
{
    (void)state;
    const struct route_match m = find(HTTP_GET, "/v1/batches/a%20b/rows/2");
    assert_ptr_equal(m.route, &table[3]);
    assert_int_equal(m.name_count, 2);
    assert_true(span_equal(m.names[0], SPAN_LITERAL("id")));
    assert_true(span_equal(m.values[0], SPAN_LITERAL("a b")));
    assert_true(span_equal(m.names[1], SPAN_LITERAL("row")));
    assert_true(span_equal(m.values[1], SPAN_LITERAL("2")));
}

static void the_first_route_that_fits_is_taken(void **state)
{
    (void)state;
    assert_ptr_equal(find(HTTP_GET, "/v1/batches/all/rows/1").route, &table[3]);
    assert_ptr_equal(find(HTTP_GET, "/").route, &table[0]);
    assert_ptr_equal(find(HTTP_POST, "/both").route, &table[6]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_of_a_path_is_one_name),
        cmocka_unit_test(a_path_of_no_route_has_no_methods),
        cmocka_unit_test(another_method_is_told_which_are_allowed),
        cmocka_unit_test(names_are_whole_segments_decoded),
        cmocka_unit_test(the_first_route_that_fits_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
