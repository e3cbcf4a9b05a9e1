#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

#include "core/message/fields.h"

static enum rc read_field(struct span text)
{
    struct field_dictionary dictionary;
    struct diag d = DIAG_INIT;
    const enum rc rc = field_dictionary_read(text, &dictionary, &d);
    assert_int_equal(d.code, rc);
    return rc;
}

static void what_is_no_dictionary_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a=",
        "=1",
        "A=1",
        "a=1,",
        "a=1, ",
        ",a=1",
        "a=1 b=2",
        "a =1",
        "a= 1",
        "a=1;",
        "a=1;=2",
        "a=1; B=2",
        "a=--1",
        "a=-",
        "a=1.",
        "a=.5",
        "a=1.2345",
        "a=1234567890123456",
        "a=1234567890123.1",
        "a=\"",
        "a=\"x",
        "a=\"\\x\"",
        "a=\"\x7f\"",
        "a=\"\t\"",
        "a=\"\xc3\xa9\"",
        "a=:",
        "a=:AA:",
        "a=:AB==:",
        "a=:AAA",
        "a=:A A=:",
        "a=:AAA_:",
        "a=?",
        "a=?2",
        "a=?1?",
        "a=(",
        "a=(1",
        "a=(1",
        "a=(1,2)",
        "a=(1  2",
        "a=(1\t2)",
        "a=(1;)",
        "a=(\"x\"\"y\")",
        "a=()()",
        "a=1\tb",
        "1a=1",
        "-a",
        "a=@1",
        "a=1;b=(1)",
        "a=((1))",
        "a,b\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_field(span_text(bad[i])) != RC_FORMAT)
            fail_msg("taken: %s", bad[i]);
}

static void a_key_that_stands_twice_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_field(SPAN_LITERAL("a=1, b=2, a=1")), RC_FORMAT);
    assert_int_equal(read_field(SPAN_LITERAL("a=1;x;x")), RC_FORMAT);
    assert_int_equal(read_field(SPAN_LITERAL("a=(1;x;x)")), RC_FORMAT);
}

static void a_nul_ends_nothing(void **state)
{
    (void)state;
    assert_int_equal(read_field(SPAN_LITERAL("a=1\0")), RC_FORMAT);
    assert_int_equal(read_field(SPAN_LITERAL("a=tok\0en")), RC_FORMAT);
    assert_int_equal(read_field(SPAN_LITERAL("a\0")), RC_FORMAT);
    assert_int_equal(read_field(SPAN_LITERAL("a=\"\0\"")), RC_FORMAT);
}

static void what_is_over_a_limit_is_refused(void **state)
{
    (void)state;
    struct buf text = { 0 };
    for (unsigned i = 0; i < FIELD_MEMBERS_MAX + 1; i++)
        buf_printf(&text, "%sk%u", i ? "," : "", i);
    assert_int_equal(read_field(buf_span(&text)), RC_LIMIT);
    buf_clear(&text);
    buf_put_text(&text, "a");
    for (unsigned i = 0; i < FIELD_PARAMS_MAX + 1; i++)
        buf_printf(&text, ";k%u", i);
    assert_int_equal(read_field(buf_span(&text)), RC_LIMIT);
    buf_clear(&text);
    buf_put_text(&text, "a=(");
    for (unsigned i = 0; i < FIELD_INNER_MAX + 1; i++)
        buf_put_text(&text, "1 ");
    buf_put_text(&text, ")");
    assert_int_equal(read_field(buf_span(&text)), RC_LIMIT);
    buf_clear(&text);
    for (unsigned i = 0; i <= FIELD_TEXT_MAX; i++)
        buf_put_u8(&text, ' ');
    assert_int_equal(read_field(buf_span(&text)), RC_LIMIT);
    buf_free(&text);
}

static struct field_dictionary dictionary_of(const char *text)
{
    struct field_dictionary dictionary;
    struct diag d = DIAG_INIT;
    if (field_dictionary_read(span_text(text), &dictionary, &d) != RC_OK)
        fail_msg("%s: %s", text, d.text);
    return dictionary;
}

static const struct field_item *item_of(const struct field_dictionary *dictionary, const char *key)
{
    const struct field_member *const m = field_member_find(dictionary, span_text(key));
    assert_non_null(m);
    assert_false(m->is_list);
    return &m->item;
}

static void an_empty_text_is_an_empty_dictionary(void **state)
{
    (void)state;
    assert_int_equal(dictionary_of("").count, 0);
    assert_int_equal(dictionary_of("   ").count, 0);
}

static void every_kind_of_item_is_read(void **state)
{
    (void)state;
    const struct field_dictionary all = dictionary_of(
        " i=-042 ,\td=1.50, s=\"a \\\"b\\\\\", t=*to/k:en, b=:AQI=:, y=?1, n=?0, alone;x=1 ");
    assert_int_equal(all.count, 8);
    assert_int_equal(item_of(&all, "i")->kind, FIELD_INTEGER);
    assert_int_equal(item_of(&all, "i")->number, -42);
    assert_int_equal(item_of(&all, "d")->kind, FIELD_DECIMAL);
    assert_int_equal(item_of(&all, "t")->kind, FIELD_TOKEN);
    assert_true(span_equal(item_of(&all, "t")->raw, SPAN_LITERAL("*to/k:en")));
    assert_int_equal(item_of(&all, "y")->number, 1);
    assert_int_equal(item_of(&all, "n")->number, 0);
    assert_int_equal(item_of(&all, "alone")->kind, FIELD_BOOLEAN);
    assert_int_equal(item_of(&all, "alone")->number, 1);
    assert_null(field_member_find(&all, SPAN_LITERAL("x")));

    struct buf text = { 0 };
    field_string_put(&text, item_of(&all, "s"));
    assert_string_equal(buf_cstr(&text), "a \"b\\");
    buf_clear(&text);
    field_bytes_put(&text, item_of(&all, "b"));
    assert_true(span_equal(buf_span(&text), span_of("\x01\x02", 2)));
    buf_free(&text);
}

static void a_list_gives_its_items_and_parameters(void **state)
{
    (void)state;
    const struct field_dictionary all =
        dictionary_of("sig=(  \"@method\"  \"x\";sf;key=\"k\" );created=007;tag=\"t\"");
    const struct field_member *const m = field_member_find(&all, SPAN_LITERAL("sig"));
    assert_non_null(m);
    assert_true(m->is_list);
    struct field_inner inner;
    assert_int_equal(field_inner_read(m, &inner, NULL), RC_OK);
    assert_int_equal(inner.count, 2);
    assert_int_equal(inner.at[1].params.count, 2);
    assert_int_equal(field_param_find(&m->params, "created")->number, 7);
    assert_null(field_param_find(&m->params, "sf"));

    struct buf text = { 0 };
    field_params_put(&text, &inner.at[1].params);
    field_params_put(&text, &m->params);
    assert_string_equal(buf_cstr(&text), ";sf;key=\"k\";created=7;tag=\"t\"");
    buf_free(&text);
}

static void text_that_no_string_may_hold_is_not_written(void **state)
{
    (void)state;
    struct buf text = { 0 };
    assert_false(field_text_put(&text, SPAN_LITERAL("line\nend")));
    assert_false(field_text_put(&text, SPAN_LITERAL("\x7f")));
    assert_false(field_text_put(&text, SPAN_LITERAL("浙")));
    assert_int_equal(text.len, 0);
    assert_true(field_text_put(&text, SPAN_LITERAL("a\"b\\")));
    assert_string_equal(buf_cstr(&text), "\"a\\\"b\\\\\"");
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_dictionary_is_refused),
        cmocka_unit_test(a_key_that_stands_twice_is_refused),
        cmocka_unit_test(a_nul_ends_nothing),
        cmocka_unit_test(what_is_over_a_limit_is_refused),
        cmocka_unit_test(an_empty_text_is_an_empty_dictionary),
        cmocka_unit_test(every_kind_of_item_is_read),
        cmocka_unit_test(a_list_gives_its_items_and_parameters),
        cmocka_unit_test(text_that_no_string_may_hold_is_not_written),
    };
    return cmocka_run_group_tests_name("structured_fields", tests, NULL, NULL);
}
