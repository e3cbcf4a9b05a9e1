#include "tests/unit/intake/files.h"

#include <stdio.h>

static void assert_refused(const char *name, enum record_kind kind, const char *text, enum rc rc,
                           const char *why)
{
    struct rows *rows = NULL;
    struct diag d = DIAG_INIT;
    assert_int_equal(rows_open(write_scratch(name, span_text(text)), kind, &rows, &d), rc);
    assert_null(rows);
    assert_string_equal(d.text, why);
}

static void a_wrong_header_refuses_the_file(void **state)
{
    (void)state;
    assert_refused("photo.csv", KIND_NONE, "record_id,id_type,id_number,file,colour\n", RC_FORMAT,
                   "line 1: unknown_column: photo has no column 'colour'");
    assert_refused("photo.csv", KIND_NONE, "record_id,id_type,id_number\n", RC_FORMAT,
                   "line 1: the column 'file' of photo is missing");
    assert_refused("photo.csv", KIND_NONE, "record_id,id_type,file,id_number,file\n", RC_FORMAT,
                   "line 1: the column 'file' stands twice");
    assert_refused("photo.csv", KIND_NONE, "", RC_FORMAT, "the file is empty: it has no header");
}

static void a_file_without_a_header_does_not_show_its_data(void **state)
{
    (void)state;
    assert_refused("photo.csv", KIND_NONE, "110101199001010015,111,x,y\n", RC_FORMAT,
                   "line 1: unknown_column: cell 1 is no column of photo: this line names the "
                   "columns, as 'record_id', with commas between them");
    assert_refused("photo.csv", KIND_NONE, "record_id,ID_TYPE,file\n", RC_FORMAT,
                   "line 1: unknown_column: cell 2 is no column of photo: this line names the "
                   "columns, as 'record_id', with commas between them");
}

static void what_breaks_in_the_last_row_is_found_at_once(void **state)
{
    (void)state;
    assert_refused("photo.csv", KIND_NONE, PHOTO_HEADER "a,111,1,f\nb,111,2,\"f\n", RC_FORMAT,
                   "line 3: a quote that is never closed");
    assert_refused("photo.ndjson", KIND_NONE, "[1]\n", RC_FORMAT, "line 1: not a JSON object");
}

static void the_kind_must_be_told(void **state)
{
    (void)state;
    struct rows *rows = NULL;
    const char *const path = write_scratch("people.csv", span_text(PHOTO_HEADER));
    assert_int_equal(rows_open(path, KIND_NONE, &rows, NULL), RC_USAGE);
    assert_int_equal(rows_open(path, KIND_PHOTO, &rows, NULL), RC_OK);
    rows_close(rows);
}

static void the_kind_comes_from_the_name(void **state)
{
    (void)state;
    assert_int_equal(kind_from_path("test-2020-03.csv"), KIND_TEST);
    assert_int_equal(kind_from_path("/a/b.c/authority.csv"), KIND_AUTHORITY);
    assert_int_equal(kind_from_path("legacy_anhui.ndjson"), KIND_LEGACY);
    assert_int_equal(kind_from_path("order"), KIND_ORDER);
    assert_int_equal(kind_from_path("tests.csv"), KIND_NONE);
    assert_int_equal(kind_from_path("2020-test.csv"), KIND_NONE);
    assert_int_equal(kind_from_path("test/people.csv"), KIND_NONE);
    assert_int_equal(kind_from_path("-"), KIND_NONE);
}

static struct row next_row(struct rows *rows)
{
    struct row row = { 0 };
    bool end = true;
    assert_int_equal(rows_next(rows, &row, &end, NULL), RC_OK);
    assert_false(end);
    return row;
}

static void assert_cell(const struct row *row, size_t i, const char *column, const char *value)
{
    assert_true(i < row->count);
    assert_true(span_equal(row->cells[i].column, span_text(column)));
    assert_true(span_equal(row->cells[i].value, span_text(value)));
}

static void columns_may_stand_in_any_order(void **state)
{
    (void)state;
    ON_EXIT(rows_close_at)
    struct rows *rows =
        open_rows("photo.csv", KIND_NONE, "\n file ,record_id,id_number,id_type\r\nf,a,1,111\r\n");
    const struct row row = next_row(rows);
    assert_int_equal(row.count, 4);
    assert_int_equal(row.number, 1);
    assert_int_equal(row.line, 3);
    assert_cell(&row, 0, "file", "f");
    assert_cell(&row, 3, "id_type", "111");
    assert_int_equal(rows_count(rows), 1);
}

static void a_column_that_may_be_empty_may_be_absent(void **state)
{
    (void)state;
    ON_EXIT(rows_close_at)
    struct rows *rows =
        open_rows("order.csv", KIND_NONE, "record_id,action,certificate,reason,reference\n");
    assert_int_equal(rows_count(rows), 0);
}

static void a_row_of_another_length_is_misshapen(void **state)
{
    (void)state;
    ON_EXIT(rows_close_at)
    struct rows *rows =
        open_rows("photo.csv", KIND_NONE, PHOTO_HEADER "a,111,1\nb,111,1,f,g\nc,111,1,f\n");
    static const char *const why[] = { "3 cells, header has 4", "5 cells, header has 4" };
    for (size_t i = 0; i < 2; i++) {
        const struct row row = next_row(rows);
        assert_int_equal(row.early->count, 1);
        assert_int_equal(row.early->items[0].code, REASON_FIELD_INVALID);
        assert_null(row.early->items[0].field);
        assert_string_equal(row.early->items[0].detail, why[i]);
    }
    assert_int_equal(next_row(rows).early->count, 0);
}

static void ndjson_is_told_by_its_first_byte(void **state)
{
    (void)state;
    ON_EXIT(rows_close_at)
    struct rows *rows =
        open_rows("photo.txt", KIND_PHOTO, "{\"file\":\"f\",\"record_id\":7}\n{]\n{\"file\":{}}\n");
    assert_int_equal(rows_format(rows), FORMAT_NDJSON);
    const struct row first = next_row(rows);
    assert_cell(&first, 1, "record_id", "7");
    assert_int_equal(first.early->count, 0);
    assert_int_equal(next_row(rows).early->count, 1);
    assert_string_equal(next_row(rows).early->items[0].field, "file");
}

/* The file in GB18030 is longer than one piece, so that places stand in several. */
static void reading_goes_on_from_any_place(void **state)
{
    (void)state;
    enum { ROWS = 12000, STEP = 1999 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    buf_put_text(&text, PHOTO_HEADER);
    for (unsigned i = 1; i <= ROWS; i++)
        buf_printf(&text, "%u,111,1,\"\xd5\xc5\xca\xbe\xc0\xfd\n%u\"\r\n", i, i);
    ON_EXIT(rows_close_at) struct rows *rows = NULL;
    assert_int_equal(rows_open(write_scratch("photo.csv", buf_span(&text)), KIND_NONE, &rows, NULL),
                     RC_OK);
    assert_int_equal(rows_encoding(rows), ENCODING_GB18030);

    struct place places[ROWS / STEP + 1];
    size_t count = 0;
    for (unsigned i = 1; i <= ROWS; i++) {
        (void)next_row(rows);
        if (i % STEP == 0)
            assert_int_equal(rows_place(rows, &places[count++], NULL), RC_OK);
    }
    for (unsigned i = 0; i < count; i++) {
        char id[16];
        assert_int_equal(rows_seek(rows, &places[i], NULL), RC_OK);
        const struct row row = next_row(rows);
        (void)snprintf(id, sizeof id, "%u", (i + 1) * STEP + 1);
        assert_cell(&row, 0, "record_id", id);
        assert_int_equal(row.number, (i + 1) * STEP + 1);
        assert_int_equal(row.line, 2 + 2 * (i + 1) * STEP);
    }
}

static void another_version_of_a_file_is_another(void **state)
{
    (void)state;
    uint8_t first[32], again[32], second[32];
    struct rows *rows = open_rows("photo.csv", KIND_NONE, PHOTO_HEADER);
    assert_true(rows_identity(rows, first) && rows_identity(rows, again));
    rows_close(rows);
    rows = open_rows("photo.csv", KIND_NONE, PHOTO_HEADER "a,111,1,f\n");
    assert_true(rows_identity(rows, second));
    rows_close(rows);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_header_refuses_the_file),
        cmocka_unit_test(a_file_without_a_header_does_not_show_its_data),
        cmocka_unit_test(what_breaks_in_the_last_row_is_found_at_once),
        cmocka_unit_test(the_kind_must_be_told),
        cmocka_unit_test(the_kind_comes_from_the_name),
        cmocka_unit_test(columns_may_stand_in_any_order),
        cmocka_unit_test(a_column_that_may_be_empty_may_be_absent),
        cmocka_unit_test(a_row_of_another_length_is_misshapen),
        cmocka_unit_test(ndjson_is_told_by_its_first_byte),
        cmocka_unit_test(reading_goes_on_from_any_place),
        cmocka_unit_test(another_version_of_a_file_is_another),
    };
    return cmocka_run_group_tests_name("rows", tests, scratch_make, scratch_remove);
}
