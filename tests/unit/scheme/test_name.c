#include "tests/unit/scheme/rows.h"

#include "core/unicode/name.h"

static void name_row(const struct row *r)
{
    ON_EXIT(buf_free_at) struct buf stored = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = name_normalise(row_span(r, 0), &stored, &d);
    row_assert_text(r, rc == RC_OK ? buf_cstr(&stored) : "refused", r->cells[1]);
    if (rc == RC_OK)
        return;
    row_assert(r, rc == RC_FORMAT && stored.len == 0);
    row_assert(r, strstr(d.text, r->cells[2]) != NULL);
}

static void every_name_in_the_file_has_its_stored_form(void **state)
{
    (void)state;
    each_row("names.txt", 3, name_row);
}

static void pair_row(const struct row *r)
{
    const struct span a = row_span(r, 0), b = row_span(r, 1);
    row_assert_text(r, name_same(a, b) ? "same" : "different", r->cells[2]);
    row_assert(r, name_same(a, b) == name_same(b, a));
}

static void every_pair_in_the_file_compares_as_it_says(void **state)
{
    (void)state;
    each_row("names_same.txt", 3, pair_row);
}

static enum rc normalise_repeated(const char *character, size_t times)
{
    ON_EXIT(buf_free_at) struct buf name = { 0 };
    ON_EXIT(buf_free_at) struct buf stored = { 0 };
    for (size_t i = 0; i < times; i++)
        buf_put_text(&name, character);
    return name_normalise(buf_span(&name), &stored, NULL);
}

static void a_name_has_one_to_a_hundred_characters(void **state)
{
    (void)state;
    assert_int_equal(normalise_repeated("张", 0), RC_FORMAT);
    assert_int_equal(normalise_repeated("张", 50), RC_OK);
    assert_int_equal(normalise_repeated("\U00030EDD", 100), RC_OK);
    assert_int_equal(normalise_repeated("张", 101), RC_LIMIT);
    assert_int_equal(normalise_repeated("张", 100000), RC_LIMIT);
    /* A hundred composed from two hundred are a hundred. */
    assert_int_equal(normalise_repeated("e\u0301", 100), RC_OK);
}

static void noncharacters_are_utf8_and_surrogates_are_not(void **state)
{
    (void)state;
    assert_true(utf8_valid(SPAN_LITERAL("\xEF\xBF\xBE")));
    assert_true(utf8_valid(SPAN_LITERAL("")));
    assert_true(utf8_valid(SPAN_LITERAL("\0")));
    assert_false(utf8_valid(SPAN_LITERAL("\xED\xBF\xBF")));
    assert_false(utf8_valid(SPAN_LITERAL("\xF5\x80\x80\x80")));
    assert_false(utf8_valid(SPAN_LITERAL("\xC1\xBF")));
}

static void no_prefix_of_a_character_is_utf8(void **state)
{
    (void)state;
    static const char *const characters[] = { "é", "张", "𰻝" };
    for (size_t i = 0; i < 3; i++) {
        assert_true(utf8_valid(span_text(characters[i])));
        for (size_t len = 1; len < strlen(characters[i]); len++)
            assert_false(utf8_valid(span_of(characters[i], len)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_in_the_file_has_its_stored_form),
        cmocka_unit_test(every_pair_in_the_file_compares_as_it_says),
        cmocka_unit_test(a_name_has_one_to_a_hundred_characters),
        cmocka_unit_test(noncharacters_are_utf8_and_surrogates_are_not),
        cmocka_unit_test(no_prefix_of_a_character_is_utf8),
    };
    return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
