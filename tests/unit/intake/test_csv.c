#include "tests/unit/intake/cases.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tests/unit/intake/csv_pieces.h"

static void put_row(struct buf *to, const struct csv_row *row)
{
    buf_printf(to, "line %" PRIu64 " byte %" PRIu64 " ", row->line, row->offset);
    for (size_t i = 0; i < row->count; i++) {
        buf_put_u8(to, '[');
        put_shown(to, row->cells[i]);
        buf_put_u8(to, ']');
    }
    buf_put_u8(to, '\n');
}

static void tell_in_pieces(struct span in, size_t step, struct buf *to)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = csv_in_pieces(in, step, put_row, to, &d);
    if (rc != RC_OK)
        put_refusal(to, rc, &d);
}

static void tell_whole(const char *path, struct span in, struct buf *to)
{
    (void)path;
    tell_in_pieces(in, in.len + 1, to);
}

static void tell_by_bytes(const char *path, struct span in, struct buf *to)
{
    (void)path;
    tell_in_pieces(in, 1, to);
}

static void tell_by_threes(const char *path, struct span in, struct buf *to)
{
    (void)path;
    tell_in_pieces(in, 3, to);
}

static void every_case_reads_as_written(void **state)
{
    (void)state;
    each_case("csv", tell_whole);
}

static void pieces_make_no_difference(void **state)
{
    (void)state;
    each_case("csv", tell_by_bytes);
    each_case("csv", tell_by_threes);
}

/* One row of len bytes of the same, with what stands before and behind; told by its outcome alone.
 */
static enum rc outcome_of(const char *before, char fill, size_t len, const char *behind,
                          size_t *ret_offset)
{
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    ON_EXIT(buf_free_at) struct buf told = { 0 };
    ON_EXIT(csv_free_at) struct csv c = { 0 };
    buf_put_text(&in, before);
    for (size_t i = 0; i < len; i++)
        buf_put_u8(&in, (uint8_t)fill);
    buf_put_text(&in, behind);
    struct diag d = DIAG_INIT;
    csv_begin(&c, 0, 1);
    const enum rc rc = csv_piece(&c, buf_span(&in), put_row, &told, &d);
    *ret_offset = d.offset;
    return rc;
}

static void a_cell_one_byte_too_long_is_refused(void **state)
{
    (void)state;
    size_t offset;
    assert_int_equal(outcome_of("", 'x', CSV_CELL_MAX + 1, "\n", &offset), RC_LIMIT);
    assert_int_equal(offset, CSV_CELL_MAX);
    assert_int_equal(outcome_of("\"", 'x', CSV_CELL_MAX + 1, "\"\n", &offset), RC_LIMIT);
    assert_int_equal(offset, CSV_CELL_MAX + 1);
}

static void the_longest_cell_is_taken(void **state)
{
    (void)state;
    size_t offset;
    assert_int_equal(outcome_of("", 'x', CSV_CELL_MAX, "\n", &offset), RC_OK);
    assert_int_equal(outcome_of("a,\"", 'x', CSV_CELL_MAX, "\"\r\n", &offset), RC_OK);
}

static void one_cell_too_many_is_refused(void **state)
{
    (void)state;
    size_t offset;
    assert_int_equal(outcome_of("", ',', CSV_CELLS_MAX, "\n", &offset), RC_LIMIT);
    assert_int_equal(outcome_of("", ',', 9999, "\n", &offset), RC_LIMIT);
    assert_int_equal(offset, CSV_CELLS_MAX);
}

static void the_most_cells_are_taken(void **state)
{
    (void)state;
    size_t offset;
    assert_int_equal(outcome_of("", ',', CSV_CELLS_MAX - 1, "\n", &offset), RC_OK);
}

/* Fifteen cells with their commas take 64 KiB each; the last one is what is asked for. */
static void put_long_row(struct buf *to, size_t last)
{
    for (size_t i = 0; i < 16; i++) {
        for (size_t k = 0; k < (i < 15 ? CSV_CELL_MAX - 1 : last); k++)
            buf_put_u8(to, 'x');
        buf_put_u8(to, i < 15 ? ',' : '\n');
    }
}

static enum rc outcome_of_long_row(size_t last)
{
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    ON_EXIT(buf_free_at) struct buf told = { 0 };
    ON_EXIT(csv_free_at) struct csv c = { 0 };
    struct diag d = DIAG_INIT;
    put_long_row(&in, last);
    csv_begin(&c, 0, 1);
    return csv_piece(&c, buf_span(&in), put_row, &told, &d);
}

static void a_row_one_byte_too_long_is_refused(void **state)
{
    (void)state;
    assert_int_equal(outcome_of_long_row(CSV_ROW_MAX - 15 * CSV_CELL_MAX), RC_OK);
    assert_int_equal(CSV_ROW_MAX - 15 * CSV_CELL_MAX, CSV_CELL_MAX);
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    ON_EXIT(buf_free_at) struct buf told = { 0 };
    ON_EXIT(csv_free_at) struct csv c = { 0 };
    struct diag d = DIAG_INIT;
    for (size_t i = 0; i < 17; i++)
        for (size_t k = 0; k <= 61680; k++)
            buf_put_u8(&in, k < 61680 ? 'x' : ',');
    csv_begin(&c, 0, 1);
    assert_int_equal(in.len, CSV_ROW_MAX + 1);
    assert_int_equal(csv_piece(&c, buf_span(&in), put_row, &told, &d), RC_LIMIT);
    assert_int_equal(d.offset, CSV_ROW_MAX);
}

static void an_open_quote_is_named_when_a_limit_is_hit(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    ON_EXIT(buf_free_at) struct buf told = { 0 };
    ON_EXIT(csv_free_at) struct csv c = { 0 };
    struct diag d = DIAG_INIT;
    buf_put_text(&in, "a\nb,\"c");
    for (size_t i = 0; i < CSV_CELL_MAX; i++)
        buf_put_u8(&in, '\n');
    csv_begin(&c, 0, 1);
    assert_int_equal(csv_piece(&c, buf_span(&in), put_row, &told, &d), RC_LIMIT);
    assert_string_equal(d.text,
                        "line 2: a cell is over 64 KiB; is the quote of line 2 never closed?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_reads_as_written),
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(a_cell_one_byte_too_long_is_refused),
        cmocka_unit_test(the_longest_cell_is_taken),
        cmocka_unit_test(one_cell_too_many_is_refused),
        cmocka_unit_test(the_most_cells_are_taken),
        cmocka_unit_test(a_row_one_byte_too_long_is_refused),
        cmocka_unit_test(an_open_quote_is_named_when_a_limit_is_hit),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
