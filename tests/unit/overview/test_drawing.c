/* The operator's page: numbers in few characters, drawings of any numbers, nothing of a label as
 * HTML. */
#include "tests/unit/check.h"

#include <string.h>

#include "issuer/overview/drawing.h"
#include "issuer/overview/overview_page.h"

static void numbers_are_short_in_both_languages(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *zh, *en;
    } cases[] = {
        { 0, "0", "0" },
        { 9999, "9999", "9999" },
        { 10000, "1万", "10k" },
        { 12345, "1.2万", "12.3k" },
        { 123456, "12.3万", "123k" },
        { 1234567, "123万", "1.2M" },
        { 99999999, "9999万", "99.9M" },
        { 123456789, "1.2亿", "123M" },
        { UINT64_MAX, "184467440737亿", "18446744073709M" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[COMPACT_LEN];
        drawing_compact(cases[i].value, false, text);
        assert_string_equal(text, cases[i].zh);
        drawing_compact(cases[i].value, true, text);
        assert_string_equal(text, cases[i].en);
    }
}

static size_t count_of(struct buf *b, const char *what)
{
    size_t n = 0;
    for (const char *at = buf_cstr(b); (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static void drawings_have_every_number_in_a_table(void **state)
{
    (void)state;
    static const struct drawn items[] = {
        { .label = "a", .value = 0, .unit = 33 },
        { .label = "b", .value = UINT64_MAX, .unit = 901 },
        { .label = "c", .value = 1, .unit = 999 },
    };
    static void (*const draw[])(
        struct buf *, const struct drawing *) = { drawing_columns, drawing_bars, drawing_tiles };
    for (size_t i = 0; i < sizeof draw / sizeof draw[0]; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        const struct drawing d = {
            .title = "t", .head = "h", .id = "d", .items = items, .count = 3
        };
        draw[i](&b, &d);
        assert_int_equal(count_of(&b, "<rect"), 3);
        assert_int_equal(count_of(&b, "<td>18446744073709551615</td>"), 1);
        assert_int_equal(count_of(&b, "<tr><th scope=\"row\">"), 3);
        assert_null(strstr(buf_cstr(&b), "nan"));
    }
}

static void nothing_at_all_can_be_drawn(void **state)
{
    (void)state;
    static const struct drawn items[] = { { .label = "a", .value = 0, .unit = 11 } };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct drawing d = { .title = "t", .head = "h", .id = "d", .items = items, .count = 1 };
    drawing_columns(&b, &d);
    d.count = 0;
    drawing_bars(&b, &d);
    drawing_tiles(&b, &d);
    assert_int_equal(count_of(&b, "height=\"0\""), 1);
}

static void labels_are_text(void **state)
{
    (void)state;
    static const struct drawn items[] = { { .label = "<script>&\"", .value = 1, .unit = 11 } };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct drawing d = {
        .title = "<b>", .head = "<i>", .id = "d", .items = items, .count = 1
    };
    drawing_columns(&b, &d);
    drawing_bars(&b, &d);
    drawing_tiles(&b, &d);
    assert_int_equal(count_of(&b, "<script>") + count_of(&b, "<b>") + count_of(&b, "<i>"), 0);
    assert_int_equal(count_of(&b, "&lt;script&gt;&amp;&quot;"), 6);
}

static void the_page_has_no_script_and_says_what_is_missing(void **state)
{
    (void)state;
    const struct overview o = { .now = 1671501600, .no_report = "reader_gone" };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    overview_page(&b, &o);
    assert_non_null(strstr(buf_cstr(&b), "reader_gone"));
    assert_null(strstr(buf_cstr(&b), "<script"));
    assert_null(strstr(buf_cstr(&b), "http:"));
    assert_null(strstr(buf_cstr(&b), "https:"));
}

static void a_key_that_ends_soon_or_has_ended_says_so(void **state)
{
    (void)state;
    static const struct overview_key keys[] = {
        { "token", "00", 1671501600 + 61 * 86400 },
        { "publish", "01", 1671501600 + 59 * 86400 },
        { "log", "02", 1671501600 - 1 },
    };
    const struct overview o = {
        .english = true, .now = 1671501600, .no_report = "", .keys = keys, .key_count = 3
    };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    overview_page(&b, &o);
    assert_int_equal(count_of(&b, "✖ soon"), 1);
    assert_int_equal(count_of(&b, "✖ ended"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_short_in_both_languages),
        cmocka_unit_test(drawings_have_every_number_in_a_table),
        cmocka_unit_test(nothing_at_all_can_be_drawn),
        cmocka_unit_test(labels_are_text),
        cmocka_unit_test(the_page_has_no_script_and_says_what_is_missing),
        cmocka_unit_test(a_key_that_ends_soon_or_has_ended_says_so),
    };
    return cmocka_run_group_tests_name("drawing", tests, NULL, NULL);
}
