#include "tests/unit/cert/publisher.h"

#include "core/cose/cbor.h"

static struct publisher pub, other;
static struct parcel parcel;
static struct buf file;

static int setup(void **state)
{
    (void)state;
    publisher_make(&pub, 30);
    publisher_make(&other, 50);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    publisher_drop(&pub);
    publisher_drop(&other);
    buf_free(&file);
    return 0;
}

static int fill_parcel(void **state)
{
    (void)state;
    parcel_fill(&parcel, &pub, 300);
    return 0;
}

static int drop_parcel(void **state)
{
    (void)state;
    parcel_free(&parcel);
    return 0;
}

static enum rc open_file(struct bundle **b, struct diag *d)
{
    return bundle_open(buf_span(&file), &pub.roots, b, d);
}

/* Makes the parcel as it is now and opens it. */
static enum rc open_parcel(const char *says)
{
    struct bundle *b = NULL;
    struct diag d = DIAG_INIT;
    parcel_make(&parcel, &file);
    const enum rc rc = open_file(&b, &d);
    if (says && !strstr(d.text, says))
        fail_msg("'%s' does not say '%s'", d.text, says);
    bundle_free(b);
    return rc;
}

/* Opens the file, looks up a row of the one block, reads all: the first failure. */
static enum rc use_file(struct span bytes, bool everything)
{
    struct bundle *b = NULL;
    struct column_row row;
    enum rc rc = bundle_open(bytes, &pub.roots, &b, NULL);
    if (rc == RC_OK)
        rc = bundle_find(b, 5, &row, NULL);
    if (rc == RC_OK && bundle_section(b, SECTION_SURVIVORS).len == 0)
        rc = RC_FORMAT;
    if (rc == RC_OK && everything)
        rc = bundle_check_all(b, NULL, NULL, NULL);
    bundle_free(b);
    return rc;
}

static void no_bit_flip_survives_opening_and_a_look_up(void **state)
{
    (void)state;
    /* As small as it gets, since each of its bits is tried. */
    struct buf *const policy = &parcel.sections[SECTION_POLICY];
    buf_clear(policy);
    buf_put_text(policy, "{\"versions\":[{\"from\":\"2018-12-13\",\"values\":{}}]}");
    assert_int_equal(columns_resize(&parcel.columns, 40, NULL), RC_OK);
    parcel_make(&parcel, &file);
    assert_int_equal(use_file(buf_span(&file), true), RC_OK);
    for (size_t i = 0; i < file.len * 8; i++) {
        file.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        if (use_file(buf_span(&file), false) == RC_OK)
            fail_msg("bit %zu of %zu", i, file.len * 8);
        file.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void no_prefix_and_no_byte_more_opens(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    parcel_make(&parcel, &file);
    for (size_t len = 0; len < file.len; len++)
        assert_int_not_equal(bundle_open(span_of(file.ptr, len), &pub.roots, &b, NULL), RC_OK);
    struct diag d = DIAG_INIT;
    const size_t len = file.len;
    buf_put_u8(&file, 0);
    assert_int_equal(open_file(&b, &d), RC_FORMAT);
    assert_int_equal(d.offset, len);
    assert_null(b);
}

static void a_header_by_a_key_of_another_use_is_refused(void **state)
{
    (void)state;
    parcel.signer = &pub.token;
    assert_int_equal(open_parcel(NULL), RC_REFUSED);
}

static void a_header_by_an_unlisted_key_is_not_found(void **state)
{
    (void)state;
    parcel.signer = &other.publish;
    assert_int_equal(open_parcel(NULL), RC_NOT_FOUND);
}

static void a_header_of_another_type_is_refused(void **state)
{
    (void)state;
    parcel.typ = TYP_DIRECTORY;
    assert_int_not_equal(open_parcel(NULL), RC_OK);
}

static void a_header_outside_its_keys_dates_is_refused(void **state)
{
    (void)state;
    parcel.parts.issued = PUBLISHER_NOW + 1001;
    assert_int_equal(open_parcel(NULL), RC_REFUSED);
    parcel.parts.issued = PUBLISHER_NOW - 1001;
    assert_int_equal(open_parcel(NULL), RC_REFUSED);
    parcel.parts.issued = PUBLISHER_NOW + 1000;
    assert_int_equal(open_parcel(NULL), RC_OK);
}

static void another_deployments_roots_do_not_open_it(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    parcel_make(&parcel, &file);
    assert_int_equal(bundle_open(buf_span(&file), &other.roots, &b, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(bundle_open(buf_span(&file), NULL, &b, NULL), RC_OK);
    bundle_free(b);
}

static void another_deployments_trust_list_is_refused(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    struct buf mixed = { 0 }, payload = { 0 }, body = { 0 }, header = { 0 };
    /* The header says `pub`, the trust list is `other`'s and lists its key: made as bundle_build
     * would not. */
    parcel_make(&parcel, &file);
    buf_clear(&parcel.sections[SECTION_TRUST]);
    buf_put_span(&parcel.sections[SECTION_TRUST], buf_span(&other.trust_bytes));
    parcel.parts.sections[SECTION_TRUST] = buf_span(&parcel.sections[SECTION_TRUST]);
    assert_int_equal(bundle_build(&parcel.parts, &payload, &body, NULL), RC_OK);
    memcpy(payload.ptr + 4, pub.trust->deployment, DEPLOYMENT_LEN);
    test_sign1(&other.publish, TYP_BUNDLE, buf_span(&payload), &header);
    bundle_put(&mixed, buf_span(&header), buf_span(&body));
    struct diag d = DIAG_INIT;
    assert_int_equal(bundle_open(buf_span(&mixed), NULL, &b, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "trust list is of another deployment"));
    buf_free(&mixed);
    buf_free(&payload);
    buf_free(&body);
    buf_free(&header);
}

static void another_deployments_directory_is_refused(void **state)
{
    (void)state;
    struct buf *const section = &parcel.sections[SECTION_DIRECTORY];
    struct buf payload = { 0 };
    struct cose_sign1 m;
    buf_clear(section);
    publisher_directory(&other, section);
    assert_int_equal(open_parcel(NULL), RC_NOT_FOUND);

    /* Even when our own key signed it. */
    assert_int_equal(cose_sign1_parse(buf_span(section), &m, NULL), RC_OK);
    buf_put_span(&payload, m.payload);
    publisher_sign(&pub, TYP_DIRECTORY, buf_span(&payload), section);
    assert_int_equal(open_parcel("directory is of another deployment"), RC_REFUSED);
    buf_free(&payload);
}

static void another_logs_checkpoint_is_refused(void **state)
{
    (void)state;
    struct buf *const section = &parcel.sections[SECTION_CHECKPOINT];
    buf_clear(section);
    publisher_checkpoint(&other, 7, section);
    assert_int_equal(open_parcel(NULL), RC_BAD_SIGNATURE);

    section->ptr[0] = 'L';
    assert_int_equal(open_parcel("another log"), RC_REFUSED);
    buf_clear(section);
    assert_int_equal(open_parcel("origin"), RC_FORMAT);
}

static void the_checkpoint_of_an_empty_log_will_do(void **state)
{
    (void)state;
    struct buf *const section = &parcel.sections[SECTION_CHECKPOINT];
    buf_clear(section);
    publisher_checkpoint(&pub, 0, section);
    assert_int_equal(open_parcel(NULL), RC_OK);
}

static void sections_that_are_not_what_they_should_be_are_refused(void **state)
{
    (void)state;
    static const enum bundle_section which[] = { SECTION_DIRECTORY, SECTION_POLICY,
                                                 SECTION_SELFTEST };
    for (size_t i = 0; i < sizeof which / sizeof *which; i++) {
        struct buf *const section = &parcel.sections[which[i]];
        section->ptr[0] ^= 0xff;
        assert_int_equal(open_parcel(NULL), RC_FORMAT);
        section->ptr[0] ^= 0xff;
        buf_put_u8(section, 0);
        assert_int_equal(open_parcel(NULL), RC_FORMAT);
        section->len--;
        assert_int_equal(open_parcel(NULL), RC_OK);
    }
}

static void survivors_that_are_not_what_the_header_promises_read_as_none(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    parcel_make(&parcel, &file);
    size_t at = 0;
    for (enum bundle_section s = SECTION_TRUST; s < SECTION_SURVIVORS; s++)
        at += parcel.sections[s].len;
    const size_t header = 12 + ((size_t)file.ptr[8] << 24 | (size_t)file.ptr[9] << 16 |
                                (size_t)file.ptr[10] << 8 | file.ptr[11]);
    assert_int_equal(file.ptr[header + at], 0xa0);
    file.ptr[header + at] = 0xa1;
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_section(b, SECTION_SURVIVORS).len, 0);
    assert_int_equal(bundle_check_all(b, NULL, NULL, NULL), RC_FORMAT);
    bundle_free(b);
}

static void survivors_are_a_map_by_text(void **state)
{
    (void)state;
    struct buf *const section = &parcel.sections[SECTION_SURVIVORS];
    static const uint8_t kid[KID_LEN] = { 1 }, leaves[20] = { 2 };
    struct bundle *b = NULL;
    buf_clear(section);
    cbor_put_map(section, 1);
    cbor_put_cstr(section, "0100000000000000");
    cbor_put_bytes(section, span_of(leaves, sizeof leaves));
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_true(span_equal(bundle_section(b, SECTION_SURVIVORS), buf_span(section)));
    bundle_free(b);

    b = NULL;
    buf_clear(section);
    cbor_put_map(section, 1);
    cbor_put_bytes(section, span_of(kid, sizeof kid));
    cbor_put_bytes(section, span_of(leaves, sizeof leaves));
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_section(b, SECTION_SURVIVORS).len, 0);
    bundle_free(b);
}

static void an_index_past_the_last_row_is_not_found(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    struct column_row row;
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_find(b, 300, &row, NULL), RC_NOT_FOUND);
    assert_int_equal(bundle_find(b, UINT64_MAX, &row, NULL), RC_NOT_FOUND);
    assert_int_equal(bundle_find(b, 299, &row, NULL), RC_OK);
    bundle_free(b);
}

static void a_bundle_of_no_rows_opens_and_finds_nothing(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    struct column_row row;
    assert_int_equal(columns_resize(&parcel.columns, 0, NULL), RC_OK);
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_find(b, 0, &row, NULL), RC_NOT_FOUND);
    assert_int_equal(bundle_check_all(b, NULL, NULL, NULL), RC_OK);
    bundle_free(b);
}

static void count_progress(void *ctx, uint32_t done, uint32_t of)
{
    uint32_t *const last = ctx;
    assert_int_equal(done, *last + 1);
    assert_int_equal(of, 6);
    *last = done;
}

static void rows_of_several_blocks_are_found_in_any_order(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    const uint32_t rows = 2 * COLUMN_BLOCK + 9;
    uint32_t progress = 0;
    parcel_free(&parcel);
    parcel_fill(&parcel, &pub, rows);
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    for (uint64_t i = 1; i < 60; i++) {
        const uint64_t at = i * 48611 % rows;
        struct column_row row;
        assert_int_equal(bundle_find(b, at, &row, NULL), RC_OK);
        assert_memory_equal(&row, &parcel.columns.rows[at], sizeof row);
    }
    assert_int_equal(bundle_check_all(b, count_progress, &progress, NULL), RC_OK);
    assert_int_equal(progress, 6);
    bundle_free(b);
}

static void another_handle_finds_the_same_rows_and_keeps_its_own_blocks(void **state)
{
    (void)state;
    struct bundle *b = NULL, *second = NULL;
    struct column_row row;
    const uint32_t rows = 2 * COLUMN_BLOCK + 9;
    parcel_free(&parcel);
    parcel_fill(&parcel, &pub, rows);
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_find(b, 0, &row, NULL), RC_OK);
    assert_int_equal(bundle_share(b, &second, NULL), RC_OK);
    for (uint64_t i = 0; i < 40; i++) {
        const uint64_t here = i * 48611 % rows, there = rows - 1 - here;
        assert_int_equal(bundle_find(b, here, &row, NULL), RC_OK);
        assert_memory_equal(&row, &parcel.columns.rows[here], sizeof row);
        assert_int_equal(bundle_find(second, there, &row, NULL), RC_OK);
        assert_memory_equal(&row, &parcel.columns.rows[there], sizeof row);
    }
    assert_ptr_equal(bundle_trust(second), bundle_trust(b));
    assert_int_not_equal(bundle_section(second, SECTION_SURVIVORS).len, 0);
    bundle_free(second);
    assert_int_equal(bundle_find(b, rows - 1, &row, NULL), RC_OK);
    bundle_free(b);
}

static void an_unfolded_bundle_finds_every_row_without_its_file(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    struct column_row row;
    const uint32_t rows = 2 * COLUMN_BLOCK + 9;
    parcel_free(&parcel);
    parcel_fill(&parcel, &pub, rows);
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_unfold(b, NULL), RC_OK);
    struct span pieces[BUNDLE_PIECES];
    assert_int_equal(bundle_pieces(b, 0, pieces), BUNDLE_PIECES);
    memset(file.ptr + (pieces[0].ptr - file.ptr), 0, file.len - (size_t)(pieces[0].ptr - file.ptr));
    for (uint64_t at = 0; at < rows; at += at % COLUMN_BLOCK == 0 ? 1 : 9973) {
        assert_int_equal(bundle_find(b, at, &row, NULL), RC_OK);
        assert_memory_equal(&row, &parcel.columns.rows[at], sizeof row);
    }
    assert_int_equal(bundle_find(b, rows - 1, &row, NULL), RC_OK);
    assert_memory_equal(&row, &parcel.columns.rows[rows - 1], sizeof row);
    assert_int_equal(bundle_find(b, rows, &row, NULL), RC_NOT_FOUND);
    bundle_free(b);
}

static void a_damaged_block_cannot_be_unfolded(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    parcel_free(&parcel);
    parcel_fill(&parcel, &pub, 2 * COLUMN_BLOCK + 9);
    parcel_make(&parcel, &file);
    file.ptr[file.len - 1] ^= 1;
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_unfold(b, NULL), RC_FORMAT);
    bundle_free(b);
}

/* All but the head and the pieces is made zero: what looking up reads must not be there. */
static void looking_up_reads_nothing_but_the_head_and_the_pieces(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    struct buf whole = { 0 };
    struct span pieces[BUNDLE_PIECES];
    struct column_row row;
    const uint32_t rows = 3 * COLUMN_BLOCK + 9;
    parcel_free(&parcel);
    parcel_fill(&parcel, &pub, rows);
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_pieces(b, rows, pieces), 0);
    assert_int_equal(bundle_pieces(b, UINT64_MAX, pieces), 0);
    assert_int_equal(bundle_pieces(b, 0, pieces), BUNDLE_PIECES);
    const size_t head = (size_t)(pieces[0].ptr - file.ptr);
    assert_true(head < BUNDLE_HEAD);
    buf_put_span(&whole, buf_span(&file));

    for (uint32_t block = 0; block < 4; block++) {
        const uint64_t index = (uint64_t)block * COLUMN_BLOCK + 5;
        assert_int_equal(bundle_pieces(b, index, pieces), BUNDLE_PIECES);
        memset(file.ptr + head, 0, file.len - head);
        for (size_t i = 0; i < BUNDLE_PIECES; i++) {
            const size_t at = (size_t)(pieces[i].ptr - file.ptr);
            memcpy(file.ptr + at, whole.ptr + at, pieces[i].len);
        }
        assert_int_equal(bundle_find(b, index, &row, NULL), RC_OK);
        assert_memory_equal(&row, &parcel.columns.rows[index], sizeof row);
        assert_int_equal(
            bundle_find(b, (index + COLUMN_BLOCK) % (4 * (uint64_t)COLUMN_BLOCK), &row, NULL),
            RC_FORMAT);
    }
    bundle_free(b);
    buf_free(&whole);
}

static void damage_in_one_block_spares_the_others(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    struct column_row row;
    struct diag d = DIAG_INIT;
    parcel_free(&parcel);
    parcel_fill(&parcel, &pub, 2 * COLUMN_BLOCK);
    parcel_make(&parcel, &file);
    file.ptr[file.len - 1] ^= 1;
    assert_int_equal(open_file(&b, NULL), RC_OK);
    assert_int_equal(bundle_find(b, 0, &row, NULL), RC_OK);
    assert_int_equal(bundle_find(b, COLUMN_BLOCK, &row, &d), RC_FORMAT);
    assert_string_equal(d.text, "block 1 of the bundle's deadlines: its bytes are damaged");
    assert_int_equal(bundle_find(b, COLUMN_BLOCK, &row, NULL), RC_FORMAT);
    assert_int_equal(bundle_find(b, 1, &row, NULL), RC_OK);
    assert_int_equal(bundle_check_all(b, NULL, NULL, NULL), RC_FORMAT);
    bundle_free(b);
}

static void an_open_bundle_says_what_was_put_in(void **state)
{
    (void)state;
    struct bundle *b = NULL;
    parcel_make(&parcel, &file);
    assert_int_equal(open_file(&b, NULL), RC_OK);
    const struct bundle_times times = bundle_times(b);
    assert_int_equal(times.sequence, 42);
    assert_int_equal(times.issued, PUBLISHER_NOW);
    assert_int_equal(times.status_exp, PUBLISHER_UNTIL);
    assert_int_equal(times.deadlines_exp, PUBLISHER_UNTIL + 1);
    assert_int_equal(times.rows, 300);
    assert_memory_equal(bundle_trust(b)->deployment, pub.trust->deployment, DEPLOYMENT_LEN);
    assert_non_null(directory_find_post(bundle_directory(b), 9));
    assert_int_equal(policy_at(bundle_policy(b), 0, 20000)->due_days, 90);
    assert_int_equal(bundle_checkpoint(b)->size, 7);
    for (enum bundle_section s = SECTION_TRUST; s <= SECTION_SELFTEST; s++)
        assert_true(span_equal(bundle_section(b, s), buf_span(&parcel.sections[s])));
    bundle_free(b);
}

#define BUNDLE_TEST(name) cmocka_unit_test_setup_teardown(name, fill_parcel, drop_parcel)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUNDLE_TEST(no_bit_flip_survives_opening_and_a_look_up),
        BUNDLE_TEST(no_prefix_and_no_byte_more_opens),
        BUNDLE_TEST(a_header_by_a_key_of_another_use_is_refused),
        BUNDLE_TEST(a_header_by_an_unlisted_key_is_not_found),
        BUNDLE_TEST(a_header_of_another_type_is_refused),
        BUNDLE_TEST(a_header_outside_its_keys_dates_is_refused),
        BUNDLE_TEST(another_deployments_roots_do_not_open_it),
        BUNDLE_TEST(another_deployments_trust_list_is_refused),
        BUNDLE_TEST(another_deployments_directory_is_refused),
        BUNDLE_TEST(another_logs_checkpoint_is_refused),
        BUNDLE_TEST(sections_that_are_not_what_they_should_be_are_refused),
        BUNDLE_TEST(survivors_that_are_not_what_the_header_promises_read_as_none),
        BUNDLE_TEST(survivors_are_a_map_by_text),
        BUNDLE_TEST(an_index_past_the_last_row_is_not_found),
        BUNDLE_TEST(the_checkpoint_of_an_empty_log_will_do),
        BUNDLE_TEST(a_bundle_of_no_rows_opens_and_finds_nothing),
        BUNDLE_TEST(rows_of_several_blocks_are_found_in_any_order),
        BUNDLE_TEST(another_handle_finds_the_same_rows_and_keeps_its_own_blocks),
        BUNDLE_TEST(an_unfolded_bundle_finds_every_row_without_its_file),
        BUNDLE_TEST(a_damaged_block_cannot_be_unfolded),
        BUNDLE_TEST(looking_up_reads_nothing_but_the_head_and_the_pieces),
        BUNDLE_TEST(damage_in_one_block_spares_the_others),
        BUNDLE_TEST(an_open_bundle_says_what_was_put_in),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
