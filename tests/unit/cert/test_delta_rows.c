#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

#include "core/cert/column_layout.h"
#include "core/cert/delta.h"
#include "tests/unit/dice.h"

#define DAY_S  86400
#define ISSUED (INT64_C(20000) * DAY_S + 5)

static struct columns old, new;
static struct buf changes;

static int drop(void **state)
{
    (void)state;
    columns_free(&old);
    columns_free(&new);
    buf_free(&changes);
    return 0;
}

static void make_rows(uint32_t count)
{
    assert_int_equal(columns_resize(&old, count, NULL), RC_OK);
    assert_int_equal(columns_resize(&new, count, NULL), RC_OK);
    for (uint32_t i = 0; i < count; i++)
        old.rows[i] = new.rows[i] =
            (struct column_row){ STATUS_VALID, 3, 20000 + (int32_t)i % 730 };
}

static struct delta_changes written(void)
{
    const struct delta delta = { .issued = ISSUED, .changes = buf_span(&changes) };
    return delta_changes_over(&delta);
}

/* Applies what was written to old, which is then as new. */
static uint32_t apply_all(void)
{
    struct delta_changes c = written();
    struct diag d = DIAG_INIT;
    uint32_t count = 0;
    for (bool more = true;; count++) {
        struct delta_change change;
        if (delta_change_next(&c, &change, &more, &d) != RC_OK)
            fail_msg("%s", d.text);
        if (!more)
            return count;
        if (delta_change_apply(&change, &old.rows[change.index], &d) != RC_OK)
            fail_msg("%s", d.text);
    }
}

static void assert_old_is_new(void)
{
    for (uint32_t i = 0; i < new.count; i++) {
        assert_int_equal(old.rows[i].status, new.rows[i].status);
        assert_int_equal(old.rows[i].version, new.rows[i].version);
        assert_int_equal(old.rows[i].deadline, new.rows[i].deadline);
    }
}

static void any_rows_come_back(void **state)
{
    (void)state;
    struct dice dice = { 7 };
    make_rows(5000);
    for (uint32_t i = 0; i < new.count; i += 1 + (uint32_t)(dice_roll(&dice) % 9))
        new.rows[i] =
            (struct column_row){ (uint8_t)(dice_roll(&dice) % 3), (uint16_t)dice_roll(&dice),
                                 (int32_t)(dice_roll(&dice) & COLUMN_DEADLINE_MAX) };
    const uint32_t count = delta_changes_put(&old, &new, ISSUED, &changes);
    assert_int_equal(apply_all(), count);
    assert_old_is_new();
}

static void the_ends_of_what_a_column_holds_come_back(void **state)
{
    (void)state;
    make_rows(4);
    old.rows[0] = (struct column_row){ STATUS_SUSPENDED, 0, COLUMN_DEADLINE_MAX };
    new.rows[0] = (struct column_row){ STATUS_VALID, COLUMN_VERSION_MAX, 0 };
    old.rows[3] = (struct column_row){ STATUS_VALID, COLUMN_VERSION_MAX, 0 };
    new.rows[3] = (struct column_row){ STATUS_INVALID, 0, COLUMN_DEADLINE_MAX };
    assert_int_equal(delta_changes_put(&old, &new, ISSUED, &changes), 2);
    assert_int_equal(apply_all(), 2);
    assert_old_is_new();
}

static void rows_alike_are_no_change(void **state)
{
    (void)state;
    make_rows(100);
    assert_int_equal(delta_changes_put(&old, &new, ISSUED, &changes), 0);
    assert_int_equal(changes.len, 0);
}

static void a_common_renewal_takes_one_byte_and_its_gap(void **state)
{
    (void)state;
    static const int32_t steps[] = { 0, 365, 366, 730, 731, 1095, 1096 };
    make_rows(7);
    for (uint32_t i = 0; i < 7; i++) {
        new.rows[i].version++;
        new.rows[i].deadline += steps[i];
    }
    assert_int_equal(delta_changes_put(&old, &new, ISSUED, &changes), 7);
    assert_int_equal(changes.len, 14);
}

/* The bound of docs/formats.md, at a national day: 13,700 renewals among ten million. */
static void a_day_of_renewals_takes_at_most_four_bytes_a_row(void **state)
{
    (void)state;
    enum { NATIONAL = 10000000, RENEWALS = 13700 };
    struct dice dice = { 11 };
    make_rows(NATIONAL);
    uint32_t count = 0;
    while (count < RENEWALS) {
        struct column_row *const row = &new.rows[dice_roll(&dice) % NATIONAL];
        if (row->version == 3) {
            row->version++;
            row->deadline += dice_roll(&dice) % 4 == 0 ? 366 : 365;
            count++;
        }
    }
    assert_int_equal(delta_changes_put(&old, &new, ISSUED, &changes), RENEWALS);
    assert_in_range(changes.len, 1, 3 * RENEWALS);
    assert_int_equal(apply_all(), RENEWALS);
    assert_old_is_new();
}

/* Certificates of one day have one deadline: it is written once. */
static void a_day_of_new_certificates_takes_at_most_four_bytes_a_row(void **state)
{
    (void)state;
    make_rows(3000);
    for (uint32_t i = 0; i < 3000; i += 3) {
        old.rows[i] = (struct column_row){ 0 };
        new.rows[i] = (struct column_row){ STATUS_VALID, 1, 21095 };
    }
    assert_int_equal(delta_changes_put(&old, &new, ISSUED, &changes), 1000);
    assert_in_range(changes.len, 1, 4 * 1000);
    assert_int_equal(apply_all(), 1000);
    assert_old_is_new();
}

static enum rc read_bytes(const char *bytes, size_t len)
{
    const struct delta delta = { .issued = ISSUED, .changes = span_of(bytes, len) };
    struct delta_changes c = delta_changes_over(&delta);
    for (;;) {
        struct delta_change change;
        struct column_row row = { .version = COLUMN_VERSION_MAX };
        bool more = false;
        enum rc rc = delta_change_next(&c, &change, &more, NULL);
        if (rc == RC_OK && more)
            rc = delta_change_apply(&change, &row, NULL);
        if (rc != RC_OK || !more)
            return rc;
    }
}

static void one_way_to_write_each_number(void **state)
{
    (void)state;
#define READ(text) read_bytes(text, sizeof(text) - 1)
    assert_int_equal(READ("\x00\x00"), RC_OK);
    assert_int_equal(READ("\x7f\x00"), RC_OK);
    assert_int_equal(READ("\x80\x01\x00"), RC_OK);
    assert_int_equal(READ("\x80\x00\x00"), RC_FORMAT);             /* longer than it need be */
    assert_int_equal(READ("\xff\xff\xff\x7f\x00"), RC_OK);         /* the last row there is */
    assert_int_equal(READ("\x80\x80\x80\x80\x01\x00"), RC_FORMAT); /* past it */
    assert_int_equal(READ("\xff\xff\xff\x7f\x00\x00\x00"),
                     RC_FORMAT); /* one more behind the last */
    assert_int_equal(READ("\x80\x80\x80\x80\x80\x01\x00"), RC_FORMAT);
    assert_int_equal(READ("\x80"), RC_FORMAT);
    assert_int_equal(READ("\x00"), RC_FORMAT);
}

static void codes_that_say_nothing_are_refused(void **state)
{
    (void)state;
    assert_int_equal(READ("\x00\x03"), RC_FORMAT); /* a version past the greatest */
    assert_int_equal(READ("\x00\x06\x01"), RC_OK); /* written out */
    assert_int_equal(READ("\x00\x06\x80\x80\x04"), RC_FORMAT);
    assert_int_equal(READ("\x00\x3f\x00"), RC_OK);             /* the base day itself */
    assert_int_equal(READ("\x00\x3f\x00\x00\x48"), RC_OK);     /* and once more */
    assert_int_equal(READ("\x00\x48"), RC_FORMAT);             /* like one that is not there */
    assert_int_equal(READ("\x00\x3f\xc1\xb8\x02"), RC_FORMAT); /* before 1970 */
    assert_int_equal(READ("\x00\x51"), RC_FORMAT);
    assert_int_equal(READ("\x00\xff"), RC_FORMAT);
#undef READ
}

/* --- the quick coding of blocks --- */

static void the_quick_coding_says_the_same(void **state)
{
    (void)state;
    static const uint32_t spreads[] = { 1, 2, 3, 730, 65536, 65537, COLUMN_DEADLINE_MAX };
    static const uint32_t counts[] = { 1, 7, 1000, COLUMN_BLOCK };
    struct dice dice = { 3 };
    for (size_t i = 0; i < 7 * 4; i++) {
        const uint32_t rows = counts[i % 4], spread = spreads[i / 4];
        make_rows(rows);
        for (uint32_t k = 0; k < rows; k++)
            new.rows[k] = (struct column_row){ (uint8_t)(dice_roll(&dice) % 3),
                                               (uint16_t)(dice_roll(&dice) % spread),
                                               (int32_t)(dice_roll(&dice) % spread) };
        for (enum column_set set = COLUMN_STATUS; set <= COLUMN_DEADLINES; set++) {
            struct buf plain = { 0 }, coded = { 0 }, again = { 0 };
            column_block_plain(&new, 0, set, &plain);
            assert_int_equal(column_block_code_quick(buf_span(&plain), rows, set, &coded, NULL),
                             RC_OK);
            assert_int_equal(column_block_decode(buf_span(&coded), rows, set, &again, NULL), RC_OK);
            assert_true(span_equal(buf_span(&plain), buf_span(&again)));
            buf_free(&plain);
            buf_free(&coded);
            buf_free(&again);
        }
    }
}

static void a_row_that_is_set_is_read_back(void **state)
{
    (void)state;
    make_rows(9);
    for (enum column_set set = COLUMN_STATUS; set <= COLUMN_DEADLINES; set++) {
        struct buf plain = { 0 };
        column_block_plain(&old, 0, set, &plain);
        for (uint32_t i = 0; i < 9; i++) {
            const struct column_row to = { (uint8_t)(i % 3), (uint16_t)(i * 7000),
                                           (int32_t)i << 20 };
            struct column_row got = { 0 };
            (void)column_block_set(plain.ptr, 9, set, i, &to);
            assert_false(column_block_set(plain.ptr, 9, set, i, &to));
            column_block_row(buf_span(&plain), 9, set, i, &got);
            assert_int_equal(got.status, set == COLUMN_STATUS ? to.status : 0);
            assert_int_equal(got.version, set == COLUMN_STATUS ? 0 : to.version);
            assert_int_equal(got.deadline, set == COLUMN_STATUS ? 0 : to.deadline);
        }
        buf_free(&plain);
    }
}

int main(void)
{
#define CASE(f) cmocka_unit_test_teardown(f, drop)
    const struct CMUnitTest tests[] = {
        CASE(any_rows_come_back),
        CASE(the_ends_of_what_a_column_holds_come_back),
        CASE(rows_alike_are_no_change),
        CASE(a_common_renewal_takes_one_byte_and_its_gap),
        CASE(a_day_of_renewals_takes_at_most_four_bytes_a_row),
        CASE(a_day_of_new_certificates_takes_at_most_four_bytes_a_row),
        CASE(one_way_to_write_each_number),
        CASE(codes_that_say_nothing_are_refused),
        CASE(the_quick_coding_says_the_same),
        CASE(a_row_that_is_set_is_read_back),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
