/* What may stand in a layout file, and which line a complaint names. */
#include <stdio.h>

#include "layouts/layout.h"
#include "tests/unit/check.h"

#define HEAD                                                                                       \
    "{\n\"sitecert_layout\": 1, \"name\": \"t\", \"title\": \"t\", \"lang\": \"zh-CN\",\n"         \
    "\"page\": {\"width\": 100, \"height\": 100},\n\"colours\": {\"ink\": \"#112233\"},\n"         \
    "\"styles\": {\"s\": {\"size\": 10, \"colour\": \"ink\"}},\n\"items\": [\n"
#define TAIL "\n]}"
#define GOOD "{\"kind\": \"line\", \"x\": 1, \"y\": 1, \"x2\": 2, \"y2\": 2, \"stroke\": \"ink\"}"

static void expect_complaint(const char *text, unsigned line, const char *about)
{
    ON_EXIT(layout_free) struct layout layout = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(layout_read(span_text(text), &layout, &d), RC_FORMAT);
    if (!strstr(d.text, about))
        fail_msg("\"%s\" does not say \"%s\"", d.text, about);
    char begin[24];
    snprintf(begin, sizeof begin, "line %u: ", line);
    if (strncmp(d.text, begin, strlen(begin)) != 0)
        fail_msg("\"%s\" is not about line %u", d.text, line);
}

static void an_unknown_key_is_refused_by_line_and_name(void **state)
{
    (void)state;
    expect_complaint(HEAD GOOD ",\n{\"kind\": \"line\",\n\"colour\": 1}" TAIL, 9,
                     "line 9: \"items[1].colour\"");
}

static void a_missing_key_is_named_with_the_items_line(void **state)
{
    (void)state;
    expect_complaint(HEAD GOOD ",\n{\"kind\": \"qr\", \"x\": 1, \"y\": 1, \"alt\": \"a\"}" TAIL, 8,
                     "\"width\" is missing");
}

static void a_key_of_another_kind_is_refused(void **state)
{
    (void)state;
    expect_complaint(HEAD "{\"kind\": \"line\", \"field\": \"name\"}" TAIL, 7, "items[0].field");
}

static void a_number_out_of_range_is_refused_with_its_range(void **state)
{
    (void)state;
    expect_complaint(HEAD "{\"kind\": \"line\",\n\n\"x\": 5000}" TAIL, 9,
                     "must be a number from -200 to 1200");
}

static void a_colour_that_is_not_there_is_refused(void **state)
{
    (void)state;
    expect_complaint(HEAD "{\"kind\": \"line\", \"stroke\": \"red\"}" TAIL, 7, "#rrggbb");
}

static void a_style_that_nothing_uses_is_checked_too(void **state)
{
    (void)state;
    expect_complaint("{\"sitecert_layout\": 1, \"name\": \"t\", \"title\": \"t\", \"lang\": \"zh\","
                     "\"page\": {\"width\": 100, \"height\": 100}, \"colours\": {},\n\"styles\": {"
                     "\n\"s\": {\"size\": 10, \"colour\": \"#000000\", \"min_size\": 11}},"
                     "\"items\": [" GOOD "]}",
                     3, "\"min_size\" is above \"size\"");
}

static void a_field_that_stands_twice_is_refused(void **state)
{
    (void)state;
    static const char field[] = "{\"kind\": \"field\", \"field\": \"name\", \"x\": 1, \"y\": 1, "
                                "\"width\": 9, \"height\": 9, \"style\": \"s\"}";
    char text[1024];
    snprintf(text, sizeof text, HEAD "%s,\n%s" TAIL, field, field);
    expect_complaint(text, 8, "\"name\" stands twice");
}

static void a_field_name_that_pdf_would_have_to_escape_is_refused(void **state)
{
    (void)state;
    expect_complaint(HEAD "{\"kind\": \"field\", \"field\": \"a)b\"}" TAIL, 7, "a-z 0-9 . _");
}

static void another_form_of_layout_is_refused(void **state)
{
    (void)state;
    expect_complaint("{\"sitecert_layout\": 2}", 1, "sitecert_layout");
}

static void lines_are_counted_through_strings_with_brackets_and_quotes(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": [1, \"]}\\\"[\",\n {\"x\":\n [0,\n 7]}], \"b\": 1}";
    assert_int_equal(layout_line(span_text(text), "a[1]"), 1);
    assert_int_equal(layout_line(span_text(text), "a[2].x"), 2);
    assert_int_equal(layout_line(span_text(text), "a[2].x[1]"), 4);
    assert_int_equal(layout_line(span_text(text), "b"), 4);
}

static void a_path_that_ends_nowhere_gives_its_last_step(void **state)
{
    (void)state;
    static const char text[] = "{\n\"a\": {\n\"b\": 1}}";
    assert_int_equal(layout_line(span_text(text), "a.c"), 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_key_is_refused_by_line_and_name),
        cmocka_unit_test(a_missing_key_is_named_with_the_items_line),
        cmocka_unit_test(a_key_of_another_kind_is_refused),
        cmocka_unit_test(a_number_out_of_range_is_refused_with_its_range),
        cmocka_unit_test(a_colour_that_is_not_there_is_refused),
        cmocka_unit_test(a_style_that_nothing_uses_is_checked_too),
        cmocka_unit_test(a_field_that_stands_twice_is_refused),
        cmocka_unit_test(a_field_name_that_pdf_would_have_to_escape_is_refused),
        cmocka_unit_test(another_form_of_layout_is_refused),
        cmocka_unit_test(lines_are_counted_through_strings_with_brackets_and_quotes),
        cmocka_unit_test(a_path_that_ends_nowhere_gives_its_last_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
