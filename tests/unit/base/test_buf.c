#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"

static bool no_memory;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
void *__real_realloc(void *ptr, size_t n);
void *__wrap_realloc(void *ptr, size_t n);
void *__wrap_realloc(void *ptr, size_t n)
{
    return no_memory ? NULL : __real_realloc(ptr, n);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void after_a_failed_growth_nothing_more_is_written(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    buf_put_text(&b, "kept");

    no_memory = true;
    const bool reserved = buf_reserve(&b, 1000) != NULL;
    no_memory = false;
    assert_false(reserved);

    buf_put_u8(&b, 1);
    buf_printf(&b, "%d", 2);
    assert_int_equal(b.len, 4);
    assert_false(buf_ok(&b));
    assert_int_equal(buf_rc(&b, &d), RC_NOMEM);
    assert_int_equal(d.code, RC_NOMEM);
    assert_string_equal(buf_cstr(&b), "");
}

static void a_length_that_would_wrap_is_refused(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    buf_put_text(&b, "kept");

    assert_null(buf_reserve(&b, SIZE_MAX));
    assert_null(buf_reserve(&b, SIZE_MAX - 5));
    assert_false(buf_ok(&b));
    assert_int_equal(b.len, 4);
}

static void clear_forgets_a_failure(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    no_memory = true;
    buf_put_u8(&b, 1);
    no_memory = false;
    assert_false(buf_ok(&b));

    buf_clear(&b);
    buf_put_u8(&b, 1);
    assert_true(buf_ok(&b));
    assert_int_equal(buf_rc(&b, NULL), RC_OK);
    assert_int_equal(b.len, 1);
}

static void an_empty_one_is_the_empty_text(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    buf_put_span(&b, (struct span){ 0 });
    assert_string_equal(buf_cstr(&b), "");
    assert_int_equal(buf_span(&b).len, 0);
}

static void the_nul_behind_the_text_is_never_counted(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    for (size_t i = 1; i <= 300; i++) {
        buf_put_u8(&b, 'x');
        assert_int_equal(strlen(buf_cstr(&b)), i);
        assert_int_equal(b.len, i);
    }
}

static void a_full_buffer_still_has_a_text_when_memory_is_gone(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    for (size_t i = 0; i < 300; i++) {
        buf_put_u8(&b, 'x');
        no_memory = true;
        const size_t len = strlen(buf_cstr(&b));
        no_memory = false;
        assert_int_equal(len, i + 1);
    }
}

static void pieces_come_out_in_order_and_big_endian(void **state)
{
    (void)state;
    static const uint8_t want[] = { 9, 0xde, 0xad, 0xbe, 0xef, 1,   2,   3,   4,
                                    5, 6,    7,    8,    'a',  'b', '-', '0', '7' };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    buf_put_u8(&b, 9);
    buf_put_be32(&b, 0xdeadbeef);
    buf_put_be64(&b, UINT64_C(0x0102030405060708));
    buf_put_text(&b, "ab");
    buf_printf(&b, "-%02d", 7);
    assert_int_equal(b.len, sizeof want);
    assert_memory_equal(b.ptr, want, sizeof want);
}

static void growing_loses_no_byte(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    for (unsigned i = 0; i < 10000; i++)
        buf_printf(&b, "%04u", i);

    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 40000);
    for (size_t i = 0; i < 10000; i++) {
        char want[8];
        (void)snprintf(want, sizeof want, "%04zu", i);
        assert_memory_equal(b.ptr + 4 * i, want, 4);
    }
}

static void spans_are_put_one_behind_the_other(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct span pieces[] = {
        SPAN_LITERAL("<b>"), SPAN_LITERAL("x"), { 0 }, SPAN_LITERAL("</b>")
    };
    buf_put_spans(&b, pieces, sizeof pieces / sizeof pieces[0]);
    assert_string_equal(buf_cstr(&b), "<b>x</b>");
}

static void numbers_are_decimal_to_both_ends(void **state)
{
    (void)state;
    static const int64_t numbers[] = { 0, 7, -7, 10, -10, 1234567890, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        char want[32];
        (void)snprintf(want, sizeof want, "%lld", (long long)numbers[i]);
        buf_put_int(&b, numbers[i]);
        assert_string_equal(buf_cstr(&b), want);
    }
}

/* The first try writes as much as there is room for: what does not fit is written again. */
static void a_format_that_fills_the_room_to_the_byte_is_whole(void **state)
{
    (void)state;
    for (size_t free_room = 0; free_room < 8; free_room++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        assert_non_null(buf_reserve(&b, 1));
        memset(b.ptr, '.', b.cap - free_room);
        b.len = b.cap - free_room;
        const size_t before = b.len;
        buf_printf(&b, "%s", "12345");
        assert_int_equal(b.len, before + 5);
        assert_memory_equal(b.ptr + before, "12345", 5);
        assert_memory_equal(b.ptr + before - 1, ".", 1);
    }
}

static void what_is_reserved_can_all_be_written(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    for (size_t len = 0; len < 200; len++) {
        uint8_t *const to = buf_reserve(&b, len);
        assert_non_null(to);
        memset(to, 'r', len);
        b.len += len;
    }
    assert_int_equal(b.len, 199 * 200 / 2);
}

static void freeing_leaves_an_empty_one(void **state)
{
    (void)state;
    struct buf b = { 0 };
    buf_put_text(&b, "gone");
    buf_free(&b);
    assert_null(b.ptr);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.cap, 0);
    buf_free(&b);
    buf_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_failed_growth_nothing_more_is_written),
        cmocka_unit_test(a_length_that_would_wrap_is_refused),
        cmocka_unit_test(clear_forgets_a_failure),
        cmocka_unit_test(an_empty_one_is_the_empty_text),
        cmocka_unit_test(the_nul_behind_the_text_is_never_counted),
        cmocka_unit_test(a_full_buffer_still_has_a_text_when_memory_is_gone),
        cmocka_unit_test(pieces_come_out_in_order_and_big_endian),
        cmocka_unit_test(growing_loses_no_byte),
        cmocka_unit_test(spans_are_put_one_behind_the_other),
        cmocka_unit_test(numbers_are_decimal_to_both_ends),
        cmocka_unit_test(a_format_that_fills_the_room_to_the_byte_is_whole),
        cmocka_unit_test(what_is_reserved_can_all_be_written),
        cmocka_unit_test(freeing_leaves_an_empty_one),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
