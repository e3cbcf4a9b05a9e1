#include "tests/unit/check.h"

#include <string.h>

#include "core/json/json.h"

static enum rc read_text(struct span text, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *value = NULL;
    const enum rc rc = json_read(text, &value, d);
    assert_true((rc == RC_OK) == (value != NULL));
    return rc;
}

static void text_that_is_not_one_json_value_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "[01]",
        "[+1]",
        "[1.]",
        "[.5]",
        "[NaN]",
        "[1]x",
        "[1] [2]",
        "{}{}",
        "[1]\n,",
        "// c\n[1]",
        "[\"\n\"]",
        "[\"\\x\"]",
        "[1e999]",
        "[tru]",
        "[\"\t\"]",
        "\"text\"",
        "\xef\xbb\xbf[]",
        "nul",
        "[\"\\ud800\"]",
        "[9223372036854775808]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_text(span_text(bad[i]), NULL) != RC_FORMAT)
            fail_msg("'%s' was taken for JSON", bad[i]);
}

static void duplicate_keys_are_refused_at_every_depth(void **state)
{
    (void)state;
    assert_int_equal(read_text(SPAN_LITERAL("{\"a\":1,\"a\":1}"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("[{\"b\":{\"a\":1,\"a\":2}}]"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("{\"a\":1,\"\\u0061\":2}"), NULL), RC_FORMAT);
}

static void nul_characters_are_refused_in_every_form(void **state)
{
    (void)state;
    assert_int_equal(read_text(SPAN_LITERAL("[\"a\\u0000b\"]"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("{\"a\\u0000b\":1}"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("[\"a\0b\"]"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("[1]\0"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("\0[1]"), NULL), RC_FORMAT);
}

static void utf_8_that_is_not_shortest_or_not_unicode_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_text(SPAN_LITERAL("[\"\xc0\xaf\"]"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("[\"\xed\xa0\x80\"]"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("[\"\xf4\x90\x80\x80\"]"), NULL), RC_FORMAT);
    assert_int_equal(read_text(SPAN_LITERAL("[\"\xe5\xbc\"]"), NULL), RC_FORMAT);
}

static struct span nested(size_t depth, char text[200])
{
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return span_of(text, 2 * depth);
}

static void level_33_is_too_deep_and_level_32_is_not(void **state)
{
    (void)state;
    char text[200];
    struct diag d = DIAG_INIT;
    assert_int_equal(read_text(nested(32, text), NULL), RC_OK);
    assert_int_equal(read_text(nested(33, text), &d), RC_FORMAT);
    assert_string_equal(d.text, "line 1 column 33: over 32 levels deep");
    assert_int_equal(d.offset, 32);
}

static void brackets_inside_strings_are_no_depth(void **state)
{
    (void)state;
    assert_int_equal(
        read_text(
            SPAN_LITERAL("[\"[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]"),
            NULL),
        RC_OK);
    /* An escape at the very end must not lead the count past it. */
    assert_int_equal(read_text(SPAN_LITERAL("[\"\\"), NULL), RC_FORMAT);
}

static void a_refusal_names_line_and_column(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    assert_int_equal(read_text(SPAN_LITERAL("{\n  \"a\": 1,\n  \"b\": ?\n}"), &d), RC_FORMAT);
    assert_string_equal(d.text, "line 3 column 8: invalid token");
    assert_int_equal(d.offset, 20); /* behind what is wrong */
}

static void a_refusal_never_quotes_the_input(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"id\":110101190001010015x}", "{\"110101190001010015\":1,\"110101190001010015\":2}",
        "[\"110101190001010015\" 1]",   "[\"110101190001010015",
        "[]110101190001010015",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct diag d = DIAG_INIT;
        assert_int_equal(read_text(span_text(bad[i]), &d), RC_FORMAT);
        assert_null(strstr(d.text, "110101"));
        assert_null(strstr(d.text, "\""));
    }
}

static void a_value_comes_out_as_it_went_in(void **state)
{
    (void)state;
    const struct span text =
        SPAN_LITERAL("{\"z\":1,\"a\":[true,false,null],\"名\":\"张示例\\n\",\"r\":0.1,\"n\":-7}");
    ON_EXIT(json_decref_at) json_t *value = NULL;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    buf_put_text(&b, "> ");

    assert_int_equal(json_read(text, &value, NULL), RC_OK);
    assert_int_equal(json_write(value, 0, &b, NULL), RC_OK);
    assert_int_equal(b.len, text.len + 2);
    assert_memory_equal(b.ptr + 2, text.ptr, text.len);
}

static void indenting_changes_only_the_space(void **state)
{
    (void)state;
    ON_EXIT(json_decref_at) json_t *value = json_pack("{s:i,s:[i]}", "b", 1, "a", 2);
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    assert_int_equal(json_write(value, 2, &b, NULL), RC_OK);
    assert_string_equal(buf_cstr(&b), "{\n  \"b\": 1,\n  \"a\": [\n    2\n  ]\n}");
}

static void a_bare_value_can_be_written(void **state)
{
    (void)state;
    ON_EXIT(json_decref_at) json_t *value = json_string("text");
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    assert_int_equal(json_write(value, 0, &b, NULL), RC_OK);
    assert_string_equal(buf_cstr(&b), "\"text\"");
}

static void writing_into_a_failed_buffer_is_an_error(void **state)
{
    (void)state;
    ON_EXIT(json_decref_at) json_t *value = json_string("text");
    struct buf b = { .failed = true };
    assert_int_equal(json_write(value, 0, &b, NULL), RC_NOMEM);
    assert_int_equal(b.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_is_not_one_json_value_is_refused),
        cmocka_unit_test(duplicate_keys_are_refused_at_every_depth),
        cmocka_unit_test(nul_characters_are_refused_in_every_form),
        cmocka_unit_test(utf_8_that_is_not_shortest_or_not_unicode_is_refused),
        cmocka_unit_test(level_33_is_too_deep_and_level_32_is_not),
        cmocka_unit_test(brackets_inside_strings_are_no_depth),
        cmocka_unit_test(a_refusal_names_line_and_column),
        cmocka_unit_test(a_refusal_never_quotes_the_input),
        cmocka_unit_test(a_value_comes_out_as_it_went_in),
        cmocka_unit_test(indenting_changes_only_the_space),
        cmocka_unit_test(a_bare_value_can_be_written),
        cmocka_unit_test(writing_into_a_failed_buffer_is_an_error),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
