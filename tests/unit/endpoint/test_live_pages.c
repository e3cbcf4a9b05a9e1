#include "tests/unit/check.h"

#include <stdio.h>

#include "verifier/daemon/live_pages.h"

#define TEXT SPAN_LITERAL("HTTPS://ZS.EXAMPLE/V/123")
#define T0   1000

static struct live_pages *pages;

static int set_up(void **state)
{
    (void)state;
    pages = live_pages_new();
    return pages ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    live_pages_free(pages);
    return 0;
}

static bool finds(const char *handle, int64_t now_s, struct span want)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    if (!live_pages_find(pages, span_text(handle), now_s, &text)) {
        assert_int_equal(text.len, 0);
        return false;
    }
    assert_true(span_equal(buf_span(&text), want));
    return true;
}

static void a_handle_stands_for_its_certificate_until_it_ends(void **state)
{
    (void)state;
    char handle[LIVE_HANDLE_LEN + 1];
    assert_true(live_pages_add(pages, TEXT, T0, handle));
    assert_int_equal(strlen(handle), LIVE_HANDLE_LEN);
    assert_true(finds(handle, T0, TEXT));
    assert_true(finds(handle, T0 + LIVE_PAGE_S - 1, TEXT));
    assert_false(finds(handle, T0 + LIVE_PAGE_S, TEXT));
}

static void nothing_else_is_a_handle(void **state)
{
    (void)state;
    char handle[LIVE_HANDLE_LEN + 1], other[LIVE_HANDLE_LEN + 2];
    assert_true(live_pages_add(pages, TEXT, T0, handle));
    for (size_t i = 0; i < LIVE_HANDLE_LEN; i++) {
        memcpy(other, handle, sizeof handle);
        other[i] = (char)(other[i] == '0' ? '1' : '0');
        assert_false(finds(other, T0, TEXT));
    }
    (void)snprintf(other, sizeof other, "%s0", handle);
    assert_false(finds(other, T0, TEXT));
    handle[LIVE_HANDLE_LEN - 1] = '\0';
    assert_false(finds(handle, T0, TEXT));
    assert_false(finds("", T0, TEXT));
}

static void a_certificate_has_one_page_at_a_time(void **state)
{
    (void)state;
    char first[LIVE_HANDLE_LEN + 1], second[LIVE_HANDLE_LEN + 1];
    assert_true(live_pages_add(pages, TEXT, T0, first));
    assert_true(live_pages_add(pages, TEXT, T0, second));
    assert_false(finds(first, T0, TEXT));
    assert_true(finds(second, T0, TEXT));
}

static void when_all_are_taken_the_one_that_ends_first_goes(void **state)
{
    (void)state;
    char first[LIVE_HANDLE_LEN + 1], second[LIVE_HANDLE_LEN + 1], last[LIVE_HANDLE_LEN + 1];
    char text[16];
    assert_true(live_pages_add(pages, TEXT, T0, first));
    assert_true(live_pages_add(pages, SPAN_LITERAL("second"), T0 + 1, second));
    for (unsigned i = 2; i < LIVE_PAGES_MAX; i++) {
        (void)snprintf(text, sizeof text, "%u", i);
        assert_true(live_pages_add(pages, span_text(text), T0 + 2, last));
    }
    assert_true(finds(first, T0 + 2, TEXT));
    assert_true(live_pages_add(pages, SPAN_LITERAL("one more"), T0 + 2, last));
    assert_false(finds(first, T0 + 2, TEXT));
    assert_true(finds(second, T0 + 2, SPAN_LITERAL("second")));
    assert_true(finds(last, T0 + 2, SPAN_LITERAL("one more")));
}

/* Two full tables one after another, and a page in each that was renewed behind the others. */
static void a_full_table_has_each_page_and_none_before(void **state)
{
    (void)state;
    enum { ROUNDS = 2 };
    static char handles[ROUNDS][LIVE_PAGES_MAX][LIVE_HANDLE_LEN + 1];
    char text[16], renewed[LIVE_HANDLE_LEN + 1];
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < LIVE_PAGES_MAX; i++) {
            (void)snprintf(text, sizeof text, "%u %u", round, i);
            assert_true(live_pages_add(pages, span_text(text), T0 + round, handles[round][i]));
        }
    for (unsigned i = 0; i < LIVE_PAGES_MAX; i++) {
        (void)snprintf(text, sizeof text, "%u %u", ROUNDS - 1, i);
        assert_false(finds(handles[0][i], T0, span_text(text)));
        assert_true(finds(handles[ROUNDS - 1][i], T0, span_text(text)));
    }

    assert_true(live_pages_add(pages, SPAN_LITERAL("1 0"), T0 + ROUNDS, renewed));
    assert_true(live_pages_add(pages, TEXT, T0 + ROUNDS, handles[0][0]));
    assert_true(finds(renewed, T0 + ROUNDS, SPAN_LITERAL("1 0")));
    assert_true(finds(handles[0][0], T0 + ROUNDS, TEXT));
    assert_false(finds(handles[1][1], T0 + ROUNDS, TEXT));
    assert_true(finds(handles[1][2], T0 + ROUNDS, SPAN_LITERAL("1 2")));
}

static void a_text_has_a_length(void **state)
{
    (void)state;
    static uint8_t text[LIVE_TEXT_MAX + 1];
    char handle[LIVE_HANDLE_LEN + 1];
    assert_true(live_pages_add(pages, span_of(text, LIVE_TEXT_MAX), T0, handle));
    assert_true(finds(handle, T0, span_of(text, LIVE_TEXT_MAX)));
    assert_false(live_pages_add(pages, span_of(text, LIVE_TEXT_MAX + 1), T0, handle));
}

#define WITH_PAGES(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAGES(a_handle_stands_for_its_certificate_until_it_ends),
        WITH_PAGES(nothing_else_is_a_handle),
        WITH_PAGES(a_certificate_has_one_page_at_a_time),
        WITH_PAGES(when_all_are_taken_the_one_that_ends_first_goes),
        WITH_PAGES(a_full_table_has_each_page_and_none_before),
        WITH_PAGES(a_text_has_a_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
