#include "core/cli/ini.h"

#include <string.h>

#include "tests/unit/check.h"

struct settings {
    char host[21];
    uint64_t bytes;
    uint32_t rows;
    bool strict;
};

static const struct ini_key keys[] = {
    { "", "host", INI_TEXT, 0, 21, "LOCALHOST", offsetof(struct settings, host), "主机名",
      "the host" },
    { "register", "bytes", INI_U64, 1, UINT64_MAX, "64", offsetof(struct settings, bytes), "字节",
      "bytes" },
    { "register", "rows", INI_U32, 1, 100, "10", offsetof(struct settings, rows), "行", "rows" },
    { "register", "strict", INI_FLAG, 0, 0, "yes", offsetof(struct settings, strict), "严格",
      "strict" },
    { .name = NULL },
};

static void refused(const char *text, const char *cause)
{
    struct settings s;
    struct diag d = DIAG_INIT;
    assert_int_equal(ini_read(span_text(text), keys, &s, &d), RC_FORMAT);
    if (!strstr(d.text, cause))
        fail_msg("says '%s', not '%s'", d.text, cause);
}

static void an_unknown_key_is_refused_by_its_line(void **state)
{
    (void)state;
    refused("# one\nhost = A\nhots = B\n", "line 3: unknown key 'hots'");
    refused("rows = 3\n", "line 1: unknown key 'rows'");
    refused("[registry]\nrows = 3\n", "line 2: unknown key 'rows'");
}

static void a_repeated_key_is_refused(void **state)
{
    (void)state;
    refused("host = A\nhost = B\n", "line 2: repeats the key 'host'");
    refused("host = A\n  B\n", "line 2: repeats the key 'host'");
}

static void a_value_out_of_range_is_refused(void **state)
{
    (void)state;
    refused("[register]\nrows = 0\n", "line 2: no good value for the key 'rows'");
    refused("[register]\nrows = 101\n", "line 2");
    refused("[register]\nrows = 1x\n", "line 2");
    refused("[register]\nrows =\n", "line 2");
    refused("[register]\nbytes = 18446744073709551616\n", "line 2");
    refused("[register]\nstrict = true\n", "line 2");
    refused("host = 123456789012345678901\n", "line 1");
    refused("host = a\xff\n", "line 1");
}

static void a_line_that_is_no_pair_is_refused(void **state)
{
    (void)state;
    refused("host = A\nnonsense\n", "line 2: not 'key = value'");
    refused("[register\n", "line 1");
}

static void a_line_too_long_is_refused_not_cut(void **state)
{
    (void)state;
    char text[4096];
    memset(text, '#', sizeof text);
    text[sizeof text - 1] = '\0';
    refused(text, "line 1: longer than a line may be");
}

static void the_first_bad_line_is_named(void **state)
{
    (void)state;
    refused("nonsense\nhots = B\n", "line 1: not 'key = value'");
    refused("hots = B\nnonsense\n", "line 1: unknown key");
}

static void what_is_not_said_has_its_default(void **state)
{
    (void)state;
    struct settings s;
    assert_int_equal(ini_read(span_text("[register]\nrows = 100\nstrict = no"), keys, &s, NULL),
                     RC_OK);
    assert_string_equal(s.host, "LOCALHOST");
    assert_int_equal(s.bytes, 64);
    assert_int_equal(s.rows, 100);
    assert_false(s.strict);
}

static void the_file_it_writes_is_one_it_reads(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct settings s;
    struct diag d = DIAG_INIT;
    ini_put_defaults(&text, keys);
    if (ini_read(buf_span(&text), keys, &s, &d) != RC_OK)
        fail_msg("%s in\n%s", d.text, buf_cstr(&text));
    assert_string_equal(s.host, "LOCALHOST");
    assert_non_null(strstr(buf_cstr(&text), "# 主机名\n# the host\nhost = LOCALHOST\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_key_is_refused_by_its_line),
        cmocka_unit_test(a_repeated_key_is_refused),
        cmocka_unit_test(a_value_out_of_range_is_refused),
        cmocka_unit_test(a_line_that_is_no_pair_is_refused),
        cmocka_unit_test(a_line_too_long_is_refused_not_cut),
        cmocka_unit_test(the_first_bad_line_is_named),
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(the_file_it_writes_is_one_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
