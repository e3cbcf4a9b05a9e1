#include "tests/unit/cert/publisher.h"

#include "core/cert/bundle_update.h"
#include "core/cose/cbor.h"

#define ROWS      300u
#define FIXED_MAX 400u /* bytes of a delta beside four a changed row */

static struct publisher pub, other;

/* Three publications of one deployment, and the deltas between them. */
static struct parcel parcels[3];
static struct buf files[3], deltas[2];

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
    return 0;
}

static void fill(struct parcel *q, const struct publisher *p, uint64_t sequence)
{
    parcel_fill(q, p, ROWS);
    q->parts.sequence = sequence;
}

/* As columns are read by everyone, from the file's own bytes. */
static struct bundle *open_file(const struct buf *file, struct columns *rows)
{
    struct bundle *b = NULL;
    struct diag d = DIAG_INIT;
    if (bundle_open(buf_span(file), NULL, &b, &d) != RC_OK || bundle_columns(b, rows, &d) != RC_OK)
        fail_msg("%s", d.text);
    return b;
}

static uint32_t make_delta_as(const struct buf *from, const struct buf *to, const char *typ,
                              const struct test_key *signer, struct buf *ret)
{
    struct columns old_rows = { 0 }, new_rows = { 0 };
    struct bundle *const old = open_file(from, &old_rows), *const new = open_file(to, &new_rows);
    struct buf payload = { 0 };
    struct diag d = DIAG_INIT;
    uint32_t rows = 0;
    if (delta_build(old, new, &old_rows, &new_rows, &payload, &rows, &d) != RC_OK)
        fail_msg("%s", d.text);
    buf_clear(ret);
    test_sign1(signer, typ, buf_span(&payload), ret);
    bundle_free(old);
    bundle_free(new);
    columns_free(&old_rows);
    columns_free(&new_rows);
    buf_free(&payload);
    return rows;
}

static uint32_t make_delta(const struct buf *from, const struct buf *to, struct buf *ret)
{
    return make_delta_as(from, to, TYP_DELTA, &pub.publish, ret);
}

static void renew(struct parcel *q, uint32_t row, int32_t days)
{
    q->columns.rows[row].version++;
    q->columns.rows[row].deadline += days;
}

static int make_three(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++)
        fill(&parcels[i], &pub, 42 + i);
    for (size_t i = 1; i < 3; i++) {
        struct buf *const directory = &parcels[i].sections[SECTION_DIRECTORY];
        buf_clear(directory); /* a signature anew would be another section */
        buf_put_span(directory, buf_span(&parcels[0].sections[SECTION_DIRECTORY]));
        renew(&parcels[i], 7, 365);
        buf_clear(&parcels[i].sections[SECTION_CHECKPOINT]);
        publisher_checkpoint(&pub, 7 + i, &parcels[i].sections[SECTION_CHECKPOINT]);
    }
    parcels[2].columns.rows[90].status = STATUS_SUSPENDED;
    renew(&parcels[2], 299, 731);
    for (size_t i = 0; i < 3; i++)
        parcel_make(&parcels[i], &files[i]);
    (void)make_delta(&files[0], &files[1], &deltas[0]);
    (void)make_delta(&files[1], &files[2], &deltas[1]);
    return 0;
}

static int drop_three(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        parcel_free(&parcels[i]);
        buf_free(&files[i]);
    }
    buf_free(&deltas[0]);
    buf_free(&deltas[1]);
    return 0;
}

/* Applies deltas to a file; all of the result is read. to may be NULL. */
static enum rc update(const struct buf *file, const struct span *chain, size_t count,
                      struct buf *to, struct diag *d)
{
    struct bundle *b = NULL, *new = NULL;
    struct bundle_update *u = NULL;
    struct buf out = { 0 };
    assert_int_equal(bundle_open(buf_span(file), &pub.roots, &b, NULL), RC_OK);
    assert_int_equal(bundle_update_begin(b, &pub.roots, &u, NULL), RC_OK);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < count; i++)
        rc = bundle_update_apply(u, chain[i], d);
    if (rc == RC_OK)
        rc = bundle_update_finish(u, &out, &new, d);
    if (rc == RC_OK)
        rc = bundle_check_all(new, NULL, NULL, d);
    if (rc == RC_OK && to) {
        *to = out;
        out = (struct buf){ 0 };
    }
    bundle_free(new);
    bundle_update_free(u);
    bundle_free(b);
    buf_free(&out);
    return rc;
}

static enum rc update_by(const struct buf *file, const struct buf *delta, const char *says)
{
    struct diag d = DIAG_INIT;
    const struct span one = buf_span(delta);
    const enum rc rc = update(file, &one, 1, NULL, &d);
    if (says && !strstr(d.text, says))
        fail_msg("'%s' does not say '%s'", d.text, says);
    return rc;
}

/* Two bundles say the same, whatever the coding of their blocks. */
static void assert_alike(const struct buf *a, const struct buf *b)
{
    struct columns ra = { 0 }, rb = { 0 };
    struct bundle *const ba = open_file(a, &ra), *const bb = open_file(b, &rb);
    const struct bundle_times ta = bundle_times(ba), tb = bundle_times(bb);
    assert_int_equal(ta.sequence, tb.sequence);
    assert_int_equal(ta.issued, tb.issued);
    assert_int_equal(ta.status_exp, tb.status_exp);
    assert_int_equal(ta.deadlines_exp, tb.deadlines_exp);
    assert_int_equal(ra.count, rb.count);
    for (uint32_t i = 0; i < ra.count; i++) {
        assert_int_equal(ra.rows[i].status, rb.rows[i].status);
        assert_int_equal(ra.rows[i].version, rb.rows[i].version);
        assert_int_equal(ra.rows[i].deadline, rb.rows[i].deadline);
    }
    for (enum bundle_section s = SECTION_TRUST; s <= SECTION_SELFTEST; s++)
        assert_true(span_equal(bundle_section(ba, s), bundle_section(bb, s)));
    bundle_free(ba);
    bundle_free(bb);
    columns_free(&ra);
    columns_free(&rb);
}

static void a_chain_leads_to_what_was_published(void **state)
{
    (void)state;
    const struct span chain[] = { buf_span(&deltas[0]), buf_span(&deltas[1]) };
    struct buf out = { 0 };
    struct diag d = DIAG_INIT;
    if (update(&files[0], chain, 2, &out, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_alike(&out, &files[2]);
    buf_free(&out);
}

static void one_delta_may_span_several_publications(void **state)
{
    (void)state;
    struct buf delta = { 0 };
    assert_int_equal(make_delta(&files[0], &files[2], &delta), 3);
    assert_int_equal(update_by(&files[0], &delta, NULL), RC_OK);
    buf_free(&delta);
}

static void every_section_can_change(void **state)
{
    (void)state;
    struct buf *const s = parcels[2].sections;
    struct buf delta = { 0 }, out = { 0 };
    struct diag d = DIAG_INIT;
    buf_clear(&s[SECTION_TRUST]);
    publisher_trust(&pub, 2, &s[SECTION_TRUST]);
    buf_clear(&s[SECTION_POLICY]);
    buf_put_text(&s[SECTION_POLICY], "{\"versions\":[{\"from\":\"2018-12-13\",\"values\":{}}]}");
    buf_clear(&s[SECTION_SURVIVORS]);
    cbor_put_map(&s[SECTION_SURVIVORS], 1);
    cbor_put_cstr(&s[SECTION_SURVIVORS], "0011223344556677");
    cbor_put_bytes(&s[SECTION_SURVIVORS], SPAN_LITERAL("0123456789"));
    buf_put_text(&s[SECTION_CHECKPOINT], "— witness.example AAAAAAA=\n");
    parcels[2].parts.issued++;
    parcel_make(&parcels[2], &files[2]);
    (void)make_delta(&files[1], &files[2], &delta);
    const struct span one = buf_span(&delta);
    if (update(&files[1], &one, 1, &out, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_alike(&out, &files[2]);
    buf_free(&delta);
    buf_free(&out);
}

static void rows_may_grow_in_the_last_block_and_beyond(void **state)
{
    (void)state;
    static const uint32_t counts[] = { 301, 304, COLUMN_BLOCK, COLUMN_BLOCK + 1, 3 * COLUMN_BLOCK };
    uint32_t named = ROWS;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct columns *const c = &parcels[2].columns;
        struct buf delta = { 0 }, out = { 0 };
        struct diag d = DIAG_INIT;
        assert_int_equal(columns_resize(c, counts[i], NULL), RC_OK);
        for (; counts[i] > 2 * COLUMN_BLOCK && named < counts[i] - COLUMN_BLOCK; named++)
            c->rows[named].version = 1;
        c->rows[counts[i] - 1] =
            (struct column_row){ .status = STATUS_INVALID, .version = 1, .deadline = 20001 };
        parcel_make(&parcels[2], &files[2]);
        (void)make_delta(&files[0], &files[2], &delta);
        const struct span one = buf_span(&delta);
        if (update(&files[0], &one, 1, &out, &d) != RC_OK)
            fail_msg("%u rows: %s", counts[i], d.text);
        assert_alike(&out, &files[2]);
        buf_free(&delta);
        buf_free(&out);
    }
}

/* --- how many new rows --- */

static void rows_grow_by_what_was_sent_and_the_rest_of_a_block(void **state)
{
    (void)state;
    struct delta delta = { .rows = ROWS + 5 + DELTA_ROWS_UNNAMED - 1, .changes = { .len = 11 } };
    assert_true(delta_may_grow(&delta, ROWS));
    delta.rows++;
    assert_false(delta_may_grow(&delta, ROWS));
    delta.changes.len = 12;
    assert_true(delta_may_grow(&delta, ROWS));
    delta = (struct delta){ .rows = COLUMN_ROWS_MAX, .changes = { .len = DELTA_MAX } };
    assert_false(delta_may_grow(&delta, 0));
}

/* Borrows deltas[0]. */
static struct delta first_delta(void)
{
    struct cose_sign1 m;
    struct delta delta;
    assert_int_equal(cose_sign1_parse(buf_span(&deltas[0]), &m, NULL), RC_OK);
    assert_int_equal(delta_payload_read(m.payload, &delta, NULL), RC_OK);
    return delta;
}

/* Signed as it stands, whatever it says. */
static enum rc update_as(const struct delta *delta, const char *says)
{
    struct buf payload = { 0 }, message = { 0 };
    delta_payload_put(&payload, delta);
    test_sign1(&pub.publish, TYP_DELTA, buf_span(&payload), &message);
    const enum rc rc = update_by(&files[0], &message, says);
    buf_free(&payload);
    buf_free(&message);
    return rc;
}

static void more_rows_than_were_sent_are_not_made_room_for(void **state)
{
    (void)state;
    struct delta delta = first_delta();
    const uint32_t half = (uint32_t)(delta.changes.len / DELTA_CHANGE_MIN);
    /* Its header was signed for other rows: so far it comes, and no further. */
    delta.rows = ROWS + half + DELTA_ROWS_UNNAMED - 1;
    assert_int_equal(update_as(&delta, NULL), RC_BAD_SIGNATURE);
    delta.rows++;
    assert_int_equal(update_as(&delta, "names too few"), RC_LIMIT);
    delta.rows = COLUMN_ROWS_MAX;
    assert_int_equal(update_as(&delta, "names too few"), RC_LIMIT);
}

static void fewer_rows_or_an_earlier_time_are_refused(void **state)
{
    (void)state;
    struct delta delta = first_delta();
    delta.rows--;
    assert_int_equal(update_as(&delta, "fewer rows or an earlier time"), RC_REFUSED);
    delta.rows++;
    delta.issued--;
    assert_int_equal(update_as(&delta, "fewer rows or an earlier time"), RC_REFUSED);
    delta.issued++;
    assert_int_equal(update_as(&delta, NULL), RC_OK);
}

static void a_publisher_makes_no_delta_that_would_be_refused(void **state)
{
    (void)state;
    struct columns *const c = &parcels[2].columns;
    struct columns old_rows = { 0 }, new_rows = { 0 };
    struct buf payload = { 0 };
    uint32_t rows = 0;
    assert_int_equal(columns_resize(c, ROWS + 2 * COLUMN_BLOCK, NULL), RC_OK);
    parcel_make(&parcels[2], &files[2]);
    struct bundle *const old = open_file(&files[0], &old_rows);
    struct bundle *const new = open_file(&files[2], &new_rows);
    assert_int_equal(delta_build(old, new, &old_rows, &new_rows, &payload, &rows, NULL),
                     RC_REFUSED);
    bundle_free(old);
    bundle_free(new);
    columns_free(&old_rows);
    columns_free(&new_rows);
    buf_free(&payload);
}

/* --- what is refused --- */

static void no_bit_flip_of_a_delta_is_applied(void **state)
{
    (void)state;
    struct buf *const delta = &deltas[0];
    assert_int_equal(update_by(&files[0], delta, NULL), RC_OK);
    for (size_t i = 0; i < delta->len * 8; i++) {
        delta->ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        if (update_by(&files[0], delta, NULL) == RC_OK)
            fail_msg("bit %zu of %zu", i, delta->len * 8);
        delta->ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void no_prefix_and_no_byte_more_is_applied(void **state)
{
    (void)state;
    const struct buf whole = deltas[0];
    for (size_t len = 0; len < whole.len; len++) {
        const struct buf cut = { .ptr = whole.ptr, .len = len };
        assert_int_not_equal(update_by(&files[0], &cut, NULL), RC_OK);
    }
    buf_put_u8(&deltas[0], 0);
    assert_int_equal(update_by(&files[0], &deltas[0], NULL), RC_FORMAT);
}

static void a_gap_is_refused(void **state)
{
    (void)state;
    assert_int_equal(update_by(&files[0], &deltas[1], "one between is missing"), RC_REFUSED);
}

static void what_was_applied_already_is_refused(void **state)
{
    (void)state;
    const struct span twice[] = { buf_span(&deltas[0]), buf_span(&deltas[0]) };
    const struct span backwards[] = { buf_span(&deltas[1]), buf_span(&deltas[0]) };
    struct diag d = DIAG_INIT;
    assert_int_equal(update(&files[0], twice, 2, NULL, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "has 43 already"));
    assert_int_equal(update(&files[0], backwards, 2, NULL, NULL), RC_REFUSED);
    assert_int_equal(update_by(&files[2], &deltas[0], "has 44 already"), RC_REFUSED);
}

static void another_deployments_delta_is_refused(void **state)
{
    (void)state;
    struct parcel theirs[2] = { 0 };
    struct buf their_files[2] = { 0 }, delta = { 0 };
    for (size_t i = 0; i < 2; i++) {
        fill(&theirs[i], &other, 42 + i);
        parcel_make(&theirs[i], &their_files[i]);
    }
    (void)make_delta_as(&their_files[0], &their_files[1], TYP_DELTA, &other.publish, &delta);
    assert_int_equal(update_by(&files[0], &delta, "another deployment"), RC_REFUSED);
    for (size_t i = 0; i < 2; i++) {
        parcel_free(&theirs[i]);
        buf_free(&their_files[i]);
    }
    buf_free(&delta);
}

static void only_a_publish_key_and_the_right_type_count(void **state)
{
    (void)state;
    struct buf delta = { 0 };
    (void)make_delta_as(&files[0], &files[1], TYP_BUNDLE, &pub.publish, &delta);
    assert_int_equal(update_by(&files[0], &delta, "another type"), RC_REFUSED);
    (void)make_delta_as(&files[0], &files[1], TYP_DELTA, &pub.token, &delta);
    assert_int_equal(update_by(&files[0], &delta, "a token key"), RC_REFUSED);
    (void)make_delta_as(&files[0], &files[1], TYP_DELTA, &other.publish, &delta);
    assert_int_equal(update_by(&files[0], &delta, NULL), RC_NOT_FOUND);
    buf_free(&delta);
}

static void an_older_trust_list_is_refused(void **state)
{
    (void)state;
    struct buf delta = { 0 };
    buf_clear(&parcels[1].sections[SECTION_TRUST]);
    publisher_trust(&pub, 5, &parcels[1].sections[SECTION_TRUST]);
    parcel_make(&parcels[1], &files[1]);
    buf_clear(&parcels[2].sections[SECTION_TRUST]);
    publisher_trust(&pub, 4, &parcels[2].sections[SECTION_TRUST]);
    parcel_make(&parcels[2], &files[2]);
    (void)make_delta(&files[1], &files[2], &delta);
    assert_int_equal(update_by(&files[1], &delta, "not newer than 5"), RC_REFUSED);
    buf_clear(&parcels[2].sections[SECTION_TRUST]);
    publisher_trust(&pub, 5, &parcels[2].sections[SECTION_TRUST]); /* signed anew, no newer */
    parcel_make(&parcels[2], &files[2]);
    (void)make_delta(&files[1], &files[2], &delta);
    assert_int_equal(update_by(&files[1], &delta, "not newer than 5"), RC_REFUSED);
    buf_free(&delta);
}

/* Signed as a delta, but its rows are not those of the bundle whose header it promises. */
static void rows_other_than_the_headers_are_refused(void **state)
{
    (void)state;
    struct columns old_rows = { 0 }, new_rows = { 0 };
    struct bundle *const old = open_file(&files[0], &old_rows);
    struct bundle *const new = open_file(&files[1], &new_rows);
    struct buf payload = { 0 }, delta = { 0 };
    uint32_t rows = 0;
    new_rows.rows[8].deadline++;
    assert_int_equal(delta_build(old, new, &old_rows, &new_rows, &payload, &rows, NULL), RC_OK);
    assert_int_equal(rows, 2);
    test_sign1(&pub.publish, TYP_DELTA, buf_span(&payload), &delta);
    assert_int_equal(update_by(&files[0], &delta, NULL), RC_BAD_SIGNATURE);
    bundle_free(old);
    bundle_free(new);
    columns_free(&old_rows);
    columns_free(&new_rows);
    buf_free(&payload);
    buf_free(&delta);
}

static void a_damaged_block_is_not_updated(void **state)
{
    (void)state;
    files[0].ptr[files[0].len - 1] ^= 1;
    assert_int_equal(update_by(&files[0], &deltas[0], "block 0"), RC_FORMAT);
}

static void no_delta_leads_back(void **state)
{
    (void)state;
    struct columns a = { 0 }, b = { 0 };
    struct bundle *const old = open_file(&files[1], &a), *const new = open_file(&files[0], &b);
    struct buf payload = { 0 };
    uint32_t rows = 0;
    assert_int_equal(delta_build(old, new, &a, &b, &payload, &rows, NULL), RC_REFUSED);
    bundle_free(old);
    bundle_free(new);
    columns_free(&a);
    columns_free(&b);
    buf_free(&payload);
}

static void a_delta_of_one_row_is_small(void **state)
{
    (void)state;
    print_message("%zu bytes\n", deltas[0].len);
    assert_in_range(deltas[0].len, 1, FIXED_MAX + 4);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_three, drop_three)
    const struct CMUnitTest tests[] = {
        CASE(a_chain_leads_to_what_was_published),
        CASE(one_delta_may_span_several_publications),
        CASE(every_section_can_change),
        CASE(rows_may_grow_in_the_last_block_and_beyond),
        CASE(rows_grow_by_what_was_sent_and_the_rest_of_a_block),
        CASE(more_rows_than_were_sent_are_not_made_room_for),
        CASE(fewer_rows_or_an_earlier_time_are_refused),
        CASE(a_publisher_makes_no_delta_that_would_be_refused),
        CASE(no_bit_flip_of_a_delta_is_applied),
        CASE(no_prefix_and_no_byte_more_is_applied),
        CASE(a_gap_is_refused),
        CASE(what_was_applied_already_is_refused),
        CASE(another_deployments_delta_is_refused),
        CASE(only_a_publish_key_and_the_right_type_count),
        CASE(an_older_trust_list_is_refused),
        CASE(rows_other_than_the_headers_are_refused),
        CASE(a_damaged_block_is_not_updated),
        CASE(no_delta_leads_back),
        CASE(a_delta_of_one_row_is_small),
    };
#undef CASE
    return cmocka_run_group_tests(tests, setup, teardown);
}
