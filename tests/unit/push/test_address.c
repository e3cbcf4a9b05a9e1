#include "tests/unit/check.h"

#include <string.h>

#include "issuer/push/address.h"

static enum rc read_address(const char *url, const char *base)
{
    struct address a;
    struct diag d = DIAG_INIT;
    const enum rc rc = address_read(url, base, &a, &d);
    assert_int_equal(rc, d.code);
    return rc;
}

static void another_machine_is_not_spoken_to_in_the_clear(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "http://intake.example",    "http://10.0.0.1:80",      "http://127.evil.example",
        "http://localhost.example", "http://127.0.0.1.nip.io", "http://[::2]:80",
        "http://0.0.0.0:1",         "http://[fe80::1]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_address(bad[i], NULL) != RC_REFUSED)
            fail_msg("taken: %s", bad[i]);
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "",         "unix:",       "intake.example", "ftp://x",
                                       "https://", "https://u@h", "https://h?x" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_address(bad[i], NULL) != RC_USAGE)
            fail_msg("taken: %s", bad[i]);
    assert_int_equal(read_address("https://h", "h"), RC_USAGE);
    assert_int_equal(read_address("https://h", "https://h/"), RC_USAGE);
}

static void an_address_says_where_to_and_what_is_signed(void **state)
{
    (void)state;
    struct address a;
    assert_int_equal(address_read("https://intake.example/p/", NULL, &a, NULL), RC_OK);
    assert_string_equal(a.connect, "https://intake.example/p");
    assert_string_equal(a.base, "https://intake.example/p");
    assert_string_equal(a.socket, "");
    assert_int_equal(address_read("unix:/run/x.sock", NULL, &a, NULL), RC_OK);
    assert_string_equal(a.socket, "/run/x.sock");
    assert_string_equal(a.base, "http://localhost");
    assert_int_equal(address_read("unix:x.sock", "https://intake.example", &a, NULL), RC_OK);
    assert_string_equal(a.base, "https://intake.example");
    assert_int_equal(read_address("http://[::1]:8123", NULL), RC_OK);
    assert_int_equal(read_address("http://localhost", NULL), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_machine_is_not_spoken_to_in_the_clear),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(an_address_says_where_to_and_what_is_signed),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
