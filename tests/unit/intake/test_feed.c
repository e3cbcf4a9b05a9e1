#include "tests/unit/intake/files.h"

#include <stdio.h>

#include "issuer/intake/feed.h"

#define TODAY 18500 /* 2020-08-26 */

static void put_orders(struct buf *to, unsigned count)
{
    buf_put_text(to, ORDER_HEADER);
    for (unsigned i = 1; i <= count; i++)
        buf_printf(to, "o%u,suspend,03301202000000018,示例,示例,\n", i);
}

static void rows_come_whole_and_in_order(void **state)
{
    (void)state;
    enum { ROWS = 1000 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_orders(&text, ROWS);
    ON_EXIT(rows_close_at) struct rows *rows = open_rows("order.csv", KIND_NONE, buf_cstr(&text));
    ON_EXIT(feed_close_at) struct feed *feed = NULL;
    assert_int_equal(feed_open(rows, ".", TODAY, 7, &feed, NULL), RC_OK);

    unsigned seen = 0;
    const struct batch *b;
    do {
        b = feed_next(feed);
        assert_int_equal(b->rc, RC_OK);
        for (size_t i = 0; i < b->count; i++) {
            char id[16];
            (void)snprintf(id, sizeof id, "o%u", ++seen);
            assert_true(span_equal(b->rows[i].record.record_id, span_text(id)));
            assert_int_equal(b->rows[i].record.row, seen);
            assert_int_equal(b->rows[i].early->count, 0);
        }
        assert_int_equal(b->next.row, seen);
    } while (!b->last);
    assert_int_equal(seen, ROWS);
}

static void it_may_be_closed_before_the_end(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_orders(&text, 500);
    ON_EXIT(rows_close_at) struct rows *rows = open_rows("order.csv", KIND_NONE, buf_cstr(&text));
    for (unsigned taken = 0; taken < 3; taken++) {
        ON_EXIT(feed_close_at) struct feed *feed = NULL;
        assert_int_equal(feed_open(rows, ".", TODAY, 3, &feed, NULL), RC_OK);
        for (unsigned i = 0; i < taken; i++)
            assert_int_equal(feed_next(feed)->count, 3);
    }
}

static void a_file_that_changes_ends_with_what_was_wrong(void **state)
{
    (void)state;
    ON_EXIT(rows_close_at)
    struct rows *rows =
        open_rows("order.csv", KIND_NONE, ORDER_HEADER "o1,suspend,1,a,b,\no2,suspend,1,a,b,\n");
    const int fd = open(in_scratch("order.csv"), O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "o\"3", 3), 3);
    assert_int_equal(close(fd), 0);

    ON_EXIT(feed_close_at) struct feed *feed = NULL;
    assert_int_equal(feed_open(rows, ".", TODAY, 100, &feed, NULL), RC_OK);
    const struct batch *const b = feed_next(feed);
    assert_true(b->last);
    assert_int_equal(b->count, 2);
    assert_int_equal(b->rc, RC_FORMAT);
    assert_int_equal(b->why.offset, sizeof ORDER_HEADER - 1 + 2 * 18 + 1);
}

static void large_rows_make_small_batches(void **state)
{
    (void)state;
    enum { ROWS = 8 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (unsigned i = 0; i < ROWS; i++) {
        buf_printf(&text, "{\"record_id\":\"o%u\",\"colour\":\"", i);
        for (unsigned k = 0; k < 1000000; k++)
            buf_put_u8(&text, 'x');
        buf_put_text(&text, "\"}\n");
    }
    ON_EXIT(rows_close_at)
    struct rows *rows = open_rows("order.ndjson", KIND_NONE, buf_cstr(&text));
    ON_EXIT(feed_close_at) struct feed *feed = NULL;
    assert_int_equal(feed_open(rows, ".", TODAY, ROWS, &feed, NULL), RC_OK);
    size_t seen = 0;
    const struct batch *b;
    do {
        b = feed_next(feed);
        assert_int_equal(b->rc, RC_OK);
        assert_true(b->count < ROWS);
        for (size_t i = 0; i < b->count; i++)
            assert_true(reasons_has(b->rows[i].early, REASON_UNKNOWN_COLUMN));
        seen += b->count;
    } while (!b->last);
    assert_int_equal(seen, ROWS);
}

static struct batch_row only_row(struct batch *b, const char *name, const char *text)
{
    ON_EXIT(rows_close_at) struct rows *rows = open_rows(name, KIND_NONE, text);
    assert_int_equal(batch_open(2, b, NULL), RC_OK);
    batch_fill(b, rows, scratch, TODAY);
    assert_int_equal(b->rc, RC_OK);
    assert_int_equal(b->count, 1);
    return b->rows[0];
}

static void a_photo_comes_from_a_file_or_from_the_row(void **state)
{
    (void)state;
    (void)write_scratch("a.jpg", SPAN_LITERAL("picture"));
    ON_EXIT(batch_close) struct batch csv = { 0 };
    ON_EXIT(batch_close) struct batch json = { 0 };
    const struct batch_row by_file =
        only_row(&csv, "photo.csv", PHOTO_HEADER "p1,111,110101199001010015,a.jpg\n");
    const struct batch_row by_data =
        only_row(&json, "photo.ndjson",
                 "{\"record_id\":\"p2\",\"id_type\":111,\"id_number\":\"110101199001010015\","
                 "\"data\":\"cGljdHVyZQ==\"}\n");
    assert_int_equal(by_file.early->count, 0);
    assert_int_equal(by_data.early->count, 0);
    assert_true(span_equal(by_file.record.as.photo.file, SPAN_LITERAL("picture")));
    assert_true(span_equal(by_data.record.as.photo.file, SPAN_LITERAL("picture")));
    assert_memory_equal(by_file.record.content, by_data.record.content, 32);
}

static void a_photo_given_both_ways_is_refused(void **state)
{
    (void)state;
    ON_EXIT(batch_close) struct batch b = { 0 };
    const struct batch_row row = only_row(
        &b, "photo.ndjson", "{\"record_id\":\"p2\",\"file\":\"a.jpg\",\"data\":\"AAAA\"}\n");
    assert_true(reasons_has(row.early, REASON_FIELD_INVALID));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_whole_and_in_order),
        cmocka_unit_test(it_may_be_closed_before_the_end),
        cmocka_unit_test(a_file_that_changes_ends_with_what_was_wrong),
        cmocka_unit_test(large_rows_make_small_batches),
        cmocka_unit_test(a_photo_comes_from_a_file_or_from_the_row),
        cmocka_unit_test(a_photo_given_both_ways_is_refused),
    };
    return cmocka_run_group_tests_name("feed", tests, scratch_make, scratch_remove);
}
