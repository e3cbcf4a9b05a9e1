#include "tests/unit/check.h"

#include <string.h>

#include "core/message/target.h"

static void a_base_that_could_be_read_two_ways_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "http://",
        "http:///x",
        "ftp://host",
        "HTTP://host",
        "host:80",
        "http://host/",
        "http://host/a/",
        "http://host?x",
        "http://host#x",
        "http://user@host",
        "http://ho st",
        "http://host\n",
        "http://主机",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (target_base_valid(span_text(bad[i])))
            fail_msg("taken: %s", bad[i]);
}

static void plain_bases_are_taken(void **state)
{
    (void)state;
    assert_true(target_base_valid(SPAN_LITERAL("http://127.0.0.1:8123")));
    assert_true(target_base_valid(SPAN_LITERAL("https://intake.example/province")));
    assert_true(target_base_valid(SPAN_LITERAL("http://[::1]:80")));
}

static void a_listening_address_has_one_base(void **state)
{
    (void)state;
    char base[TARGET_BASE_MAX];
    target_base_of_listen("127.0.0.1:8123", base);
    assert_string_equal(base, "http://127.0.0.1:8123");
    target_base_of_listen("unix:/run/sitecert/http.sock", base);
    assert_string_equal(base, "http://localhost");
}

static void no_parts_come_of_what_is_no_uri(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "x", "x:", "x:/", "x://", "x:///p", "://h", "/p?q://x" };
    struct target_parts parts;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (target_split(span_text(bad[i]), &parts))
            fail_msg("taken: %s", bad[i]);
}

static void a_uri_is_split(void **state)
{
    (void)state;
    struct target_parts parts;
    assert_true(target_split(SPAN_LITERAL("https://H:1/a/b?c=/d?e"), &parts));
    assert_true(span_equal(parts.scheme, SPAN_LITERAL("https")));
    assert_true(span_equal(parts.authority, SPAN_LITERAL("H:1")));
    assert_true(span_equal(parts.path, SPAN_LITERAL("/a/b")));
    assert_true(span_equal(parts.query, SPAN_LITERAL("?c=/d?e")));
    assert_true(target_split(SPAN_LITERAL("http://h?q"), &parts));
    assert_int_equal(parts.path.len, 0);
    assert_true(span_equal(parts.query, SPAN_LITERAL("?q")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_base_that_could_be_read_two_ways_is_refused),
        cmocka_unit_test(plain_bases_are_taken),
        cmocka_unit_test(a_listening_address_has_one_base),
        cmocka_unit_test(no_parts_come_of_what_is_no_uri),
        cmocka_unit_test(a_uri_is_split),
    };
    return cmocka_run_group_tests_name("target_uri", tests, NULL, NULL);
}
