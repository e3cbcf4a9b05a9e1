#include "tests/unit/cert/publisher.h"

#include "core/cert/status_list.h"
#include "core/cose/cbor.h"
#include "core/flate/flate.h"

static struct publisher pub;

static int setup(void **state)
{
    (void)state;
    publisher_make(&pub, 10);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    publisher_drop(&pub);
    return 0;
}

static void fill(struct columns *c, uint32_t rows)
{
    assert_int_equal(columns_resize(c, rows, NULL), RC_OK);
    for (uint32_t i = 0; i < rows; i++)
        c->rows[i].status = (uint8_t)(i % 11 == 4   ? STATUS_INVALID
                                      : i % 13 == 7 ? STATUS_SUSPENDED
                                                    : STATUS_VALID);
}

static void make_payload(uint32_t rows, struct buf *to)
{
    struct columns c = { 0 };
    fill(&c, rows);
    buf_clear(to);
    assert_int_equal(
        status_list_payload_put(to, &c, PUBLISHER_URI, PUBLISHER_NOW, PUBLISHER_UNTIL, 3600, NULL),
        RC_OK);
    columns_free(&c);
}

/* What a device does with a whole message. */
static enum rc take(struct span message)
{
    struct cose_sign1 m;
    struct status_list list = { 0 };
    enum rc rc = publisher_check(&pub, TYP_STATUS, message, &m);
    if (rc == RC_OK)
        rc = status_list_payload_read(m.payload, &list, NULL);
    status_list_free(&list);
    return rc;
}

static void no_bit_flip_prefix_or_byte_more_of_a_signed_list_is_accepted(void **state)
{
    (void)state;
    struct buf payload = { 0 }, message = { 0 };
    make_payload(100, &payload);
    publisher_sign(&pub, TYP_STATUS, buf_span(&payload), &message);
    for (size_t i = 0; i < message.len * 8; i++) {
        message.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        if (take(buf_span(&message)) == RC_OK)
            fail_msg("bit %zu", i);
        message.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t len = 0; len < message.len; len++)
        assert_int_not_equal(take(span_of(message.ptr, len)), RC_OK);
    for (unsigned b = 0; b < 256; b++) {
        buf_put_u8(&message, (uint8_t)b);
        assert_int_not_equal(take(buf_span(&message)), RC_OK);
        message.len--;
    }
    assert_int_equal(take(buf_span(&message)), RC_OK);
    buf_free(&payload);
    buf_free(&message);
}

static void what_another_type_signs_is_no_status_list(void **state)
{
    (void)state;
    struct buf payload = { 0 }, message = { 0 };
    make_payload(100, &payload);
    publisher_sign(&pub, TYP_DEADLINES, buf_span(&payload), &message);
    assert_int_not_equal(take(buf_span(&message)), RC_OK);
    buf_free(&payload);
    buf_free(&message);
}

/* A payload made by hand, with one thing wrong. */
struct wrong {
    const char *says;
    enum rc rc;
    int64_t iat, exp;
    uint64_t bits, ttl;
    const char *uri;
    struct span packed;
    bool extra_claim, uri_of_aggregation;
};

static struct wrong right(void)
{
    /* 3 bytes of zeros by RFC 1950: a stored block. */
    static const uint8_t zeros[] = { 0x78, 0x01, 0x01, 3, 0, 0xfc, 0xff, 0, 0, 0, 0, 3, 0, 1 };
    return (struct wrong){ .rc = RC_FORMAT,
                           .iat = 1,
                           .exp = 2,
                           .bits = 2,
                           .ttl = 1,
                           .uri = "u",
                           .packed = span_of(zeros, sizeof zeros) };
}

static void put(const struct wrong *w, struct buf *b)
{
    cbor_put_map(b, w->extra_claim ? 6 : 5);
    cbor_put_uint(b, 2);
    cbor_put_cstr(b, w->uri);
    cbor_put_uint(b, 4);
    cbor_put_int(b, w->exp);
    cbor_put_uint(b, 6);
    cbor_put_int(b, w->iat);
    cbor_put_uint(b, 65533);
    cbor_put_map(b, w->uri_of_aggregation ? 3 : 2);
    cbor_put_cstr(b, "lst");
    cbor_put_bytes(b, w->packed);
    cbor_put_cstr(b, "bits");
    cbor_put_uint(b, w->bits);
    if (w->uri_of_aggregation) {
        cbor_put_cstr(b, "aggregation_uri");
        cbor_put_cstr(b, "u");
    }
    cbor_put_uint(b, 65534);
    cbor_put_uint(b, w->ttl);
    if (w->extra_claim) {
        cbor_put_uint(b, 65535);
        cbor_put_uint(b, 1);
    }
}

static void assert_answer(const struct wrong *w)
{
    struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    struct status_list list = { 0 };
    put(w, &b);
    assert_int_equal(status_list_payload_read(buf_span(&b), &list, &d), w->rc);
    if (w->says && !strstr(d.text, w->says))
        fail_msg("'%s' does not say '%s'", d.text, w->says);
    status_list_free(&list);
    buf_free(&b);
}

static void no_other_claims_are_taken(void **state)
{
    (void)state;
    struct wrong w = right();
    w.rc = RC_OK;
    assert_answer(&w);
    static const uint64_t bits[] = { 0, 1, 4, 8, 9 };
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        w = right();
        w.bits = bits[i];
        assert_answer(&w);
    }
    w = right();
    w.ttl = 0;
    w.says = "ttl is 0";
    assert_answer(&w);
    w = right();
    w.exp = 0;
    w.says = "exp is before iat";
    assert_answer(&w);
    w = right();
    w.iat = -1;
    assert_answer(&w);
    w = right();
    w.exp = CWT_TIME_MAX + 1;
    assert_answer(&w);
    w = right();
    w.uri = "";
    assert_answer(&w);
    w = right();
    w.extra_claim = true;
    assert_answer(&w);
    w = right();
    w.uri_of_aggregation = true;
    assert_answer(&w);
}

static void a_stream_that_is_not_whole_is_refused(void **state)
{
    (void)state;
    struct wrong w = right();
    w.packed.len--;
    assert_answer(&w);
    static const uint8_t sum_wrong[] = { 0x78, 0x01, 0x01, 3, 0, 0xfc, 0xff, 0, 0, 0, 0, 3, 0, 2 };
    w.packed = span_of(sum_wrong, sizeof sum_wrong);
    assert_answer(&w);
    static const uint8_t more[] = { 0x78, 0x01, 0x01, 3, 0, 0xfc, 0xff, 0, 0, 0, 0, 3, 0, 1, 0 };
    w.packed = span_of(more, sizeof more);
    assert_answer(&w);
    w.packed = span_of(NULL, 0);
    assert_answer(&w);
}

static void an_inflate_bomb_is_refused_with_its_limit(void **state)
{
    (void)state;
    struct buf zeros = { 0 }, packed = { 0 };
    uint8_t *const at = buf_reserve(&zeros, STATUS_LIST_MAX + 1);
    assert_non_null(at);
    memset(at, 0, STATUS_LIST_MAX + 1);
    zeros.len = STATUS_LIST_MAX + 1;
    assert_int_equal(flate_deflate(FLATE_ZLIB, buf_span(&zeros), &packed, NULL), RC_OK);
    struct wrong w = right();
    w.packed = buf_span(&packed);
    w.rc = RC_LIMIT;
    w.says = "67108864";
    assert_answer(&w);
    buf_free(&zeros);
    buf_free(&packed);
}

static void an_index_past_the_list_is_not_found(void **state)
{
    (void)state;
    struct buf payload = { 0 };
    struct status_list list = { 0 };
    enum status_bits bits;
    make_payload(9, &payload);
    assert_int_equal(status_list_payload_read(buf_span(&payload), &list, NULL), RC_OK);
    assert_int_equal(status_list_find(&list, 12, &bits, NULL), RC_NOT_FOUND);
    assert_int_equal(status_list_find(&list, UINT64_MAX, &bits, NULL), RC_NOT_FOUND);
    status_list_free(&list);
    buf_free(&payload);
}

static void a_value_that_is_none_of_ours_is_no_status(void **state)
{
    (void)state;
    struct status_list list = { 0 };
    enum status_bits bits = STATUS_VALID;
    buf_put_u8(&list.bits, 0x30);
    assert_int_equal(status_list_find(&list, 2, &bits, NULL), RC_FORMAT);
    assert_int_equal(status_list_find(&list, 1, &bits, NULL), RC_OK);
    status_list_free(&list);
}

static void every_status_is_found_where_it_was_put(void **state)
{
    (void)state;
    const uint32_t rows = COLUMN_BLOCK + 3;
    struct buf payload = { 0 };
    struct status_list list = { 0 };
    struct columns c = { 0 };
    fill(&c, rows);
    make_payload(rows, &payload);
    assert_int_equal(status_list_payload_read(buf_span(&payload), &list, NULL), RC_OK);
    for (uint32_t i = 0; i < rows; i++) {
        enum status_bits bits;
        assert_int_equal(status_list_find(&list, i, &bits, NULL), RC_OK);
        assert_int_equal(bits, c.rows[i].status);
    }
    assert_int_equal(list.iat, PUBLISHER_NOW);
    assert_int_equal(list.exp, PUBLISHER_UNTIL);
    assert_int_equal(list.ttl, 3600);
    assert_true(span_equal(list.uri, SPAN_LITERAL(PUBLISHER_URI)));
    columns_free(&c);
    status_list_free(&list);
    buf_free(&payload);
}

/* draft-ietf-oauth-status-list section 4.1: the second example, of 2 bits; 3 is a value of others.
 */
static void the_drafts_own_example_is_read(void **state)
{
    (void)state;
    static const uint8_t lst[] = {
        0x78, 0xda, 0x3b, 0xe9, 0xf2, 0x13, 0x00, 0x03, 0xdf, 0x02, 0x07
    };
    static const uint8_t want[] = { 1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3 };
    struct buf b = { 0 };
    struct status_list list = { 0 };
    struct wrong w = right();
    w.packed = span_of(lst, sizeof lst);
    put(&w, &b);
    assert_int_equal(status_list_payload_read(buf_span(&b), &list, NULL), RC_OK);
    for (uint64_t i = 0; i < sizeof want; i++) {
        enum status_bits bits;
        const enum rc rc = status_list_find(&list, i, &bits, NULL);
        assert_int_equal(rc, want[i] == 3 ? RC_FORMAT : RC_OK);
        if (rc == RC_OK)
            assert_int_equal(bits, want[i]);
    }
    status_list_free(&list);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bit_flip_prefix_or_byte_more_of_a_signed_list_is_accepted),
        cmocka_unit_test(what_another_type_signs_is_no_status_list),
        cmocka_unit_test(no_other_claims_are_taken),
        cmocka_unit_test(a_stream_that_is_not_whole_is_refused),
        cmocka_unit_test(an_inflate_bomb_is_refused_with_its_limit),
        cmocka_unit_test(an_index_past_the_list_is_not_found),
        cmocka_unit_test(a_value_that_is_none_of_ours_is_no_status),
        cmocka_unit_test(every_status_is_found_where_it_was_put),
        cmocka_unit_test(the_drafts_own_example_is_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
