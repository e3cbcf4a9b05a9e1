#include "tests/unit/check.h"

#include "core/cert/column_layout.h"
#include "core/flate/flate.h"
#include "tests/unit/dice.h"

static const enum column_set sets[] = { COLUMN_STATUS, COLUMN_DEADLINES };
static const uint32_t sizes[] = { 1, 2, 3, 4, 5, 7, 255, 256, 257, 1000, 65535, 65536 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- kinds of columns --- */

static void row_constant(struct dice *dice, uint32_t i, struct column_row *r)
{
    (void)dice;
    (void)i;
    *r = (struct column_row){ .status = STATUS_SUSPENDED, .version = 3, .deadline = 20000 };
}

static void row_unassigned(struct dice *dice, uint32_t i, struct column_row *r)
{
    (void)dice;
    (void)i;
    *r = (struct column_row){ .status = STATUS_VALID };
}

static void row_random(struct dice *dice, uint32_t i, struct column_row *r)
{
    (void)i;
    *r = (struct column_row){ .status = (uint8_t)dice_between(dice, 0, 2),
                              .version = (uint16_t)dice_roll(dice),
                              .deadline = (int32_t)dice_between(dice, 0, 0xffffff) };
}

static void row_usual(struct dice *dice, uint32_t i, struct column_row *r)
{
    (void)i;
    *r = (struct column_row){ .status =
                                  dice_between(dice, 0, 99) == 0 ? STATUS_INVALID : STATUS_VALID,
                              .version = (uint16_t)dice_between(dice, 1, 6),
                              .deadline = (int32_t)dice_between(dice, 20000, 20729) };
}

static void row_counting(struct dice *dice, uint32_t i, struct column_row *r)
{
    (void)dice;
    *r = (struct column_row){ .status = (uint8_t)(i % 3),
                              .version = (uint16_t)i,
                              .deadline = (int32_t)(i * 255 % 0x1000000) };
}

static void row_extremes(struct dice *dice, uint32_t i, struct column_row *r)
{
    (void)dice;
    *r = (struct column_row){ .status = i % 2 ? STATUS_SUSPENDED : STATUS_VALID,
                              .version = i % 2 ? UINT16_MAX : 0,
                              .deadline = i % 2 ? 0xffffff : 0 };
}

static void row_long_runs(struct dice *dice, uint32_t i, struct column_row *r)
{
    (void)dice;
    *r = (struct column_row){ .status = (uint8_t)(i / 10000 % 3),
                              .version = (uint16_t)(i / 20000 * 7919),
                              .deadline = (int32_t)(i / 16384 * 1234567) };
}

static void row_one_odd(struct dice *dice, uint32_t i, struct column_row *r)
{
    row_constant(dice, i, r);
    if (i == 0)
        *r = (struct column_row){ .status = STATUS_INVALID, .version = 1, .deadline = 1 };
}

static void (*const kinds[])(struct dice *dice, uint32_t i, struct column_row *r) = {
    row_constant, row_unassigned, row_random,    row_usual,
    row_counting, row_extremes,   row_long_runs, row_one_odd,
};

static void fill(struct columns *c, uint32_t rows, size_t kind)
{
    struct dice dice = { .state = 1 + kind };
    assert_int_equal(columns_resize(c, rows, NULL), RC_OK);
    for (uint32_t i = 0; i < rows; i++)
        kinds[kind](&dice, i, &c->rows[i]);
}

static void code(const struct columns *c, enum column_set set, struct buf *plain, struct buf *coded)
{
    buf_clear(plain);
    buf_clear(coded);
    column_block_plain(c, 0, set, plain);
    assert_int_equal(column_block_code(buf_span(plain), c->count, set, coded, NULL), RC_OK);
}

/* --- hand-made codings of a column of one set --- */

static void put_column(struct buf *b, enum column_coding coding, struct span bytes)
{
    buf_put_u8(b, (uint8_t)coding);
    buf_put_be32(b, (uint32_t)bytes.len);
    buf_put_span(b, bytes);
}

static enum rc decode(struct span coded, uint32_t rows, enum column_set set, struct diag *d)
{
    struct buf to = { 0 };
    buf_put_text(&to, "before");
    const enum rc rc = column_block_decode(coded, rows, set, &to, d);
    if (rc == RC_OK)
        assert_int_equal(to.len, 6 + column_plain_len(set, rows));
    else
        assert_true(span_equal(buf_span(&to), SPAN_LITERAL("before")));
    buf_free(&to);
    return rc;
}

/* A status block of `rows` rows whose only column is coded so. */
static enum rc decode_status(enum column_coding coding, struct span bytes, uint32_t rows,
                             const char *says)
{
    struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    put_column(&b, coding, bytes);
    const enum rc rc = decode(buf_span(&b), rows, COLUMN_STATUS, &d);
    if (says && !strstr(d.text, says))
        fail_msg("'%s' does not say '%s'", d.text, says);
    buf_free(&b);
    return rc;
}

/* bytes deflated. */
static enum rc decode_status_flate(enum column_coding coding, struct span bytes, uint32_t rows,
                                   const char *says)
{
    struct buf packed = { 0 };
    assert_int_equal(flate_deflate(FLATE_RAW, bytes, &packed, NULL), RC_OK);
    const enum rc rc = decode_status(coding, buf_span(&packed), rows, says);
    buf_free(&packed);
    return rc;
}

#define BYTES(...)                                                                                 \
    span_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void an_inflate_bomb_is_refused_with_its_limit(void **state)
{
    (void)state;
    struct buf zeros = { 0 };
    for (size_t i = 0; i < 1u << 20; i++)
        buf_put_u8(&zeros, 0);
    assert_int_equal(
        decode_status_flate(CODING_PLANES, buf_span(&zeros), 400, "over 100 bytes when inflated"),
        RC_LIMIT);
    assert_int_equal(decode_status_flate(CODING_RUNS, buf_span(&zeros), 400, "over 300 bytes"),
                     RC_LIMIT);
    assert_int_equal(decode_status_flate(CODING_DICTIONARY_FLATE, buf_span(&zeros), 400, "over "),
                     RC_LIMIT);
    buf_free(&zeros);
}

static void a_dictionary_index_past_its_entries_is_refused(void **state)
{
    (void)state;
    /* 3 entries, so 2 bits an index; 16 rows are 4 bytes of statuses: indexes 0 1 2 3. */
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 3, 0, 1, 2, 0xe4), 16,
                                   "dictionary index 3 of 3 entries"),
                     RC_FORMAT);
    assert_int_equal(
        decode_status_flate(CODING_DICTIONARY_FLATE, BYTES(0, 3, 0, 1, 2, 0xe4), 16, "index 3"),
        RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 3, 0, 1, 2, 0x64), 16, NULL), RC_OK);
}

static void no_other_form_of_a_dictionary_is_taken(void **state)
{
    (void)state;
    const uint32_t rows = 12; /* 3 bytes, 1 bit an index */
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 2, 0, 1, 5), rows, NULL), RC_OK);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 2, 0, 1, 8), rows, "spare bits"),
                     RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 2, 1, 0, 5), rows, "ascend"),
                     RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 2, 1, 1, 5), rows, "ascend"),
                     RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 1, 1), rows, "fewer than 2"),
                     RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 0), rows, "fewer than 2"),
                     RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0), rows, "fewer than 2"), RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 2, 0, 1), rows, "2 entries"),
                     RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(0, 2, 0, 1, 5, 0), rows, "2 entries"),
                     RC_FORMAT);
    assert_int_equal(decode_status(CODING_DICTIONARY, BYTES(255, 255, 0, 1, 5), rows, "65535"),
                     RC_FORMAT);
}

static void runs_that_do_not_fill_the_rows_are_refused(void **state)
{
    (void)state;
    const uint32_t rows = 16; /* 4 values */
    assert_int_equal(decode_status_flate(CODING_RUNS, BYTES(0, 3, 0), rows, NULL), RC_OK);
    assert_int_equal(decode_status_flate(CODING_RUNS, BYTES(0, 2, 0), rows, "runs of 3 values"),
                     RC_FORMAT);
    assert_int_equal(decode_status_flate(CODING_RUNS, BYTES(0, 4, 0), rows, "more than 4"),
                     RC_FORMAT);
    assert_int_equal(decode_status_flate(CODING_RUNS, BYTES(255, 255, 0), rows, "more than 4"),
                     RC_FORMAT);
    assert_int_equal(decode_status_flate(CODING_RUNS, BYTES(0, 3, 0, 0), rows, "cut short"),
                     RC_FORMAT);
    assert_int_equal(decode_status_flate(CODING_RUNS, BYTES(0, 3), rows, "cut short"), RC_FORMAT);
    assert_int_equal(decode_status_flate(CODING_RUNS, span_of(NULL, 0), rows, "runs of 0"),
                     RC_FORMAT);
}

static void planes_of_another_length_are_refused(void **state)
{
    (void)state;
    assert_int_equal(decode_status_flate(CODING_PLANES, BYTES(0, 0, 0, 0), 16, NULL), RC_OK);
    assert_int_equal(decode_status_flate(CODING_PLANES, BYTES(0, 0, 0), 16, "3 bytes, not 4"),
                     RC_FORMAT);
    assert_int_equal(decode_status_flate(CODING_PLANES, BYTES(0, 0, 0, 0, 0), 16, "over 4 bytes"),
                     RC_LIMIT);
    assert_int_equal(decode_status(CODING_PLANES, BYTES(0xff, 0xff), 16, "deflated"), RC_FORMAT);
}

static void a_constant_has_exactly_one_value(void **state)
{
    (void)state;
    assert_int_equal(decode_status(CODING_CONSTANT, BYTES(0x55), 16, NULL), RC_OK);
    assert_int_equal(decode_status(CODING_CONSTANT, BYTES(0x55, 0x55), 16, "2 bytes"), RC_FORMAT);
    assert_int_equal(decode_status(CODING_CONSTANT, span_of(NULL, 0), 16, "0 bytes"), RC_FORMAT);
}

static void a_coding_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    for (unsigned coding = CODING_RUNS + 1; coding < 256; coding++) {
        const uint8_t block[] = { (uint8_t)coding, 0, 0, 0, 1, 0 };
        assert_int_equal(decode(span_of(block, sizeof block), 4, COLUMN_STATUS, NULL), RC_FORMAT);
    }
}

static void a_status_that_is_none_of_ours_is_refused(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        bool ours = true;
        for (unsigned k = 0; k < 8; k += 2)
            ours = ours && (byte >> k & 3) != 3;
        assert_int_equal(decode_status(CODING_CONSTANT, BYTES((uint8_t)byte), 4, NULL),
                         ours ? RC_OK : RC_FORMAT);
    }
}

static void rows_past_the_last_must_be_zero(void **state)
{
    (void)state;
    assert_int_equal(decode_status(CODING_CONSTANT, BYTES(0x15), 3, NULL), RC_OK);
    assert_int_equal(decode_status(CODING_CONSTANT, BYTES(0x55), 3, NULL), RC_FORMAT);
    assert_int_equal(decode_status(CODING_CONSTANT, BYTES(0x05), 1, NULL), RC_FORMAT);
}

static void no_prefix_no_byte_more_and_no_other_row_count_is_taken(void **state)
{
    (void)state;
    struct columns c = { 0 };
    struct buf plain = { 0 }, coded = { 0 };
    for (size_t kind = 0; kind < COUNT(kinds); kind++) {
        for (size_t s = 0; s < COUNT(sets); s++) {
            fill(&c, 100, kind);
            code(&c, sets[s], &plain, &coded);
            for (size_t len = 0; len < coded.len; len++)
                assert_int_not_equal(decode(span_of(coded.ptr, len), 100, sets[s], NULL), RC_OK);
            /* A constant does not say how often it stands there: the hash of the plain bytes does.
             */
            const bool constant = coded.ptr[0] == CODING_CONSTANT;
            assert_int_equal(decode(buf_span(&coded), 200, sets[s], NULL) == RC_OK, constant);
            assert_int_equal(decode(buf_span(&coded), 48, sets[s], NULL) == RC_OK, constant);
            buf_put_u8(&coded, 0);
            assert_int_equal(decode(buf_span(&coded), 100, sets[s], NULL), RC_FORMAT);
        }
    }
    columns_free(&c);
    buf_free(&plain);
    buf_free(&coded);
}

/* Both sets of these columns, there and back. */
static void go_there_and_back(const struct columns *c)
{
    struct buf plain = { 0 }, coded = { 0 }, again = { 0 };
    for (size_t s = 0; s < COUNT(sets); s++) {
        code(c, sets[s], &plain, &coded);
        buf_clear(&again);
        assert_int_equal(column_block_decode(buf_span(&coded), c->count, sets[s], &again, NULL),
                         RC_OK);
        assert_true(span_equal(buf_span(&plain), buf_span(&again)));
    }
    buf_free(&plain);
    buf_free(&coded);
    buf_free(&again);
}

static void every_kind_of_column_comes_back(void **state)
{
    (void)state;
    struct columns c = { 0 };
    for (size_t kind = 0; kind < COUNT(kinds); kind++) {
        for (size_t n = 0; n < COUNT(sizes); n++) {
            fill(&c, sizes[n], kind);
            go_there_and_back(&c);
        }
    }
    columns_free(&c);
}

/* Days of two years, ten bits each: deflating them saves a hundredth, and costs a reader ten times
 * the work. */
static void a_column_that_hardly_deflates_is_coded_to_be_read_quickly(void **state)
{
    (void)state;
    struct columns c = { 0 };
    struct buf plain = { 0 }, coded = { 0 };
    uint32_t dice = 1;
    assert_int_equal(columns_resize(&c, COLUMN_BLOCK, NULL), RC_OK);
    for (uint32_t i = 0; i < COLUMN_BLOCK; i++) {
        dice = dice * 1664525u + 1013904223u;
        c.rows[i].version = 1;
        c.rows[i].deadline = 20000 + (int32_t)((dice >> 8) % 730);
    }
    code(&c, COLUMN_DEADLINES, &plain, &coded);
    assert_int_equal(coded.ptr[0], CODING_CONSTANT);
    assert_int_equal(coded.ptr[1 + 4 + 2], CODING_DICTIONARY);
    columns_free(&c);
    buf_free(&plain);
    buf_free(&coded);
}

static void each_kind_of_column_gets_the_coding_that_suits_it(void **state)
{
    (void)state;
    static const struct {
        size_t kind;
        uint32_t rows;
        enum column_set set;
        enum column_coding coding; /* of the first column */
    } cases[] = {
        { 0, 1, COLUMN_STATUS, CODING_CONSTANT },
        { 1, COLUMN_BLOCK, COLUMN_DEADLINES, CODING_CONSTANT },
        { 3, COLUMN_BLOCK, COLUMN_STATUS, CODING_DICTIONARY_FLATE },
        { 2, COLUMN_BLOCK, COLUMN_DEADLINES, CODING_PLANES },
        { 3, 64, COLUMN_DEADLINES, CODING_DICTIONARY },
        { 5, COLUMN_BLOCK, COLUMN_DEADLINES, CODING_DICTIONARY_FLATE },
        { 6, COLUMN_BLOCK, COLUMN_DEADLINES, CODING_RUNS },
    };
    struct columns c = { 0 };
    struct buf plain = { 0 }, coded = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        fill(&c, cases[i].rows, cases[i].kind);
        code(&c, cases[i].set, &plain, &coded);
        if (coded.ptr[0] != cases[i].coding)
            fail_msg("case %zu: coding %u", i, coded.ptr[0]);
    }
    columns_free(&c);
    buf_free(&plain);
    buf_free(&coded);
}

static void find_rows_of_block(const struct columns *c, uint32_t block, enum column_set set)
{
    const uint32_t rows = columns_block_rows(c->count, block);
    struct buf plain = { 0 };
    column_block_plain(c, block, set, &plain);
    for (uint32_t i = 0; i < rows; i++) {
        const struct column_row *want = &c->rows[block * COLUMN_BLOCK + i];
        struct column_row got = *want;
        column_block_row(buf_span(&plain), rows, set, i, &got);
        assert_memory_equal(&got, want, sizeof got);
    }
    buf_free(&plain);
}

static void every_row_of_every_block_is_found(void **state)
{
    (void)state;
    struct columns c = { 0 };
    fill(&c, COLUMN_BLOCK + 5, 2);
    for (uint32_t b = 0; b < columns_block_count(c.count); b++) {
        for (size_t s = 0; s < COUNT(sets); s++)
            find_rows_of_block(&c, b, sets[s]);
    }
    columns_free(&c);
}

static void a_row_fills_only_the_fields_of_its_set(void **state)
{
    (void)state;
    struct columns c = { 0 };
    struct buf plain = { 0 };
    fill(&c, 1, 0);
    struct column_row row = { .status = 9, .version = 9, .deadline = 9 };
    column_block_plain(&c, 0, COLUMN_STATUS, &plain);
    column_block_row(buf_span(&plain), 1, COLUMN_STATUS, 0, &row);
    assert_int_equal(row.status, STATUS_SUSPENDED);
    assert_int_equal(row.version, 9);
    assert_int_equal(row.deadline, 9);
    row.status = 9;
    buf_clear(&plain);
    column_block_plain(&c, 0, COLUMN_DEADLINES, &plain);
    column_block_row(buf_span(&plain), 1, COLUMN_DEADLINES, 0, &row);
    assert_int_equal(row.status, 9);
    assert_int_equal(row.version, 3);
    assert_int_equal(row.deadline, 20000);
    columns_free(&c);
    buf_free(&plain);
}

static void new_rows_are_never_assigned_and_old_ones_stay(void **state)
{
    (void)state;
    struct columns c = { 0 };
    fill(&c, 10, 0);
    assert_int_equal(columns_resize(&c, 5, NULL), RC_OK);
    assert_int_equal(columns_resize(&c, 5000, NULL), RC_OK);
    assert_int_equal(c.rows[4].version, 3);
    for (uint32_t i = 5; i < 5000; i++)
        assert_int_equal(c.rows[i].version | c.rows[i].deadline | c.rows[i].status, 0);
    assert_int_equal(columns_resize(&c, COLUMN_ROWS_MAX + 1, NULL), RC_LIMIT);
    assert_int_equal(c.count, 5000);
    columns_free(&c);
    columns_free(&c);
}

static void blocks_are_counted_to_the_last_row(void **state)
{
    (void)state;
    assert_int_equal(columns_block_count(0), 0);
    assert_int_equal(columns_block_count(1), 1);
    assert_int_equal(columns_block_count(COLUMN_BLOCK), 1);
    assert_int_equal(columns_block_count(COLUMN_BLOCK + 1), 2);
    assert_int_equal(columns_block_count(10000000), 153);
    assert_int_equal(columns_block_rows(10000000, 152), 10000000 - 152 * COLUMN_BLOCK);
    assert_int_equal(columns_block_rows(COLUMN_BLOCK, 0), COLUMN_BLOCK);
}

static void the_root_is_the_hash_of_the_blocks_hashes(void **state)
{
    (void)state;
    uint8_t hashes[2 * SHA256_LEN], root[SHA256_LEN], want[SHA256_LEN];
    sha256(SPAN_LITERAL("first"), hashes);
    sha256(SPAN_LITERAL("second"), hashes + SHA256_LEN);
    column_root(hashes, 2, root);
    sha256(span_of(hashes, sizeof hashes), want);
    assert_memory_equal(root, want, SHA256_LEN);
    column_root(NULL, 0, root);
    sha256(span_of(NULL, 0), want);
    assert_memory_equal(root, want, SHA256_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_inflate_bomb_is_refused_with_its_limit),
        cmocka_unit_test(a_dictionary_index_past_its_entries_is_refused),
        cmocka_unit_test(no_other_form_of_a_dictionary_is_taken),
        cmocka_unit_test(runs_that_do_not_fill_the_rows_are_refused),
        cmocka_unit_test(planes_of_another_length_are_refused),
        cmocka_unit_test(a_constant_has_exactly_one_value),
        cmocka_unit_test(a_coding_that_does_not_exist_is_refused),
        cmocka_unit_test(a_status_that_is_none_of_ours_is_refused),
        cmocka_unit_test(rows_past_the_last_must_be_zero),
        cmocka_unit_test(no_prefix_no_byte_more_and_no_other_row_count_is_taken),
        cmocka_unit_test(every_kind_of_column_comes_back),
        cmocka_unit_test(a_column_that_hardly_deflates_is_coded_to_be_read_quickly),
        cmocka_unit_test(each_kind_of_column_gets_the_coding_that_suits_it),
        cmocka_unit_test(every_row_of_every_block_is_found),
        cmocka_unit_test(a_row_fills_only_the_fields_of_its_set),
        cmocka_unit_test(new_rows_are_never_assigned_and_old_ones_stay),
        cmocka_unit_test(blocks_are_counted_to_the_last_row),
        cmocka_unit_test(the_root_is_the_hash_of_the_blocks_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
