#include "tests/unit/cert/publisher.h"

#include "core/cert/deadline_list.h"
#include "core/cose/cbor.h"

static struct publisher pub;

static int setup(void **state)
{
    (void)state;
    publisher_make(&pub, 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    publisher_drop(&pub);
    return 0;
}

static struct deadline_statement some_statement(void)
{
    struct deadline_statement s = { .uri = SPAN_LITERAL(PUBLISHER_URI),
                                    .iat = PUBLISHER_NOW,
                                    .exp = PUBLISHER_UNTIL,
                                    .sequence = SEQUENCE_MAX,
                                    .rows = COLUMN_ROWS_MAX };
    sha256(SPAN_LITERAL("blocks"), s.root);
    return s;
}

static enum rc take(struct span message, struct deadline_statement *ret)
{
    struct cose_sign1 m;
    const enum rc rc = publisher_check(&pub, TYP_DEADLINES, message, &m);
    return rc == RC_OK ? deadline_statement_read(m.payload, ret, NULL) : rc;
}

static void no_bit_flip_prefix_or_byte_more_of_a_signed_statement_is_accepted(void **state)
{
    (void)state;
    struct buf payload = { 0 }, message = { 0 };
    struct deadline_statement s = some_statement();
    deadline_statement_put(&payload, &s);
    publisher_sign(&pub, TYP_DEADLINES, buf_span(&payload), &message);
    for (size_t i = 0; i < message.len * 8; i++) {
        message.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        if (take(buf_span(&message), &s) == RC_OK)
            fail_msg("bit %zu", i);
        message.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t len = 0; len < message.len; len++)
        assert_int_not_equal(take(span_of(message.ptr, len), &s), RC_OK);
    for (unsigned b = 0; b < 256; b++) {
        buf_put_u8(&message, (uint8_t)b);
        assert_int_not_equal(take(buf_span(&message), &s), RC_OK);
        message.len--;
    }
    assert_int_equal(take(buf_span(&message), &s), RC_OK);
    buf_free(&payload);
    buf_free(&message);
}

/* The inner map made by hand. */
static enum rc read_with(uint64_t fields, uint64_t rows, size_t root_len, int64_t exp)
{
    static const uint8_t root[SHA256_LEN + 1];
    struct buf b = { 0 };
    struct deadline_statement s;
    cbor_put_map(&b, 4);
    cbor_put_uint(&b, 2);
    cbor_put_cstr(&b, "u");
    cbor_put_uint(&b, 4);
    cbor_put_int(&b, exp);
    cbor_put_uint(&b, 6);
    cbor_put_uint(&b, 5);
    cbor_put_int(&b, -65537);
    cbor_put_map(&b, fields);
    for (uint64_t key = 1; key <= fields; key++) {
        cbor_put_uint(&b, key);
        if (key == 3)
            cbor_put_bytes(&b, span_of(root, root_len));
        else
            cbor_put_uint(&b, key == 2 ? rows : 7);
    }
    const enum rc rc = deadline_statement_read(buf_span(&b), &s, NULL);
    buf_free(&b);
    return rc;
}

static void no_other_claims_are_taken(void **state)
{
    (void)state;
    assert_int_equal(read_with(3, 1, SHA256_LEN, 5), RC_OK);
    assert_int_equal(read_with(2, 1, SHA256_LEN, 5), RC_FORMAT);
    assert_int_equal(read_with(4, 1, SHA256_LEN, 5), RC_FORMAT);
    assert_int_equal(read_with(3, COLUMN_ROWS_MAX + 1, SHA256_LEN, 5), RC_FORMAT);
    assert_int_equal(read_with(3, 1, SHA256_LEN - 1, 5), RC_FORMAT);
    assert_int_equal(read_with(3, 1, SHA256_LEN + 1, 5), RC_FORMAT);
    assert_int_equal(read_with(3, 1, SHA256_LEN, 4), RC_FORMAT);
    assert_int_equal(read_with(3, 1, SHA256_LEN, -1), RC_FORMAT);
}

static void what_is_put_is_read(void **state)
{
    (void)state;
    struct buf payload = { 0 };
    const struct deadline_statement s = some_statement();
    struct deadline_statement got;
    deadline_statement_put(&payload, &s);
    assert_int_equal(deadline_statement_read(buf_span(&payload), &got, NULL), RC_OK);
    assert_true(span_equal(got.uri, s.uri));
    assert_int_equal(got.iat, s.iat);
    assert_int_equal(got.exp, s.exp);
    assert_true(got.sequence == s.sequence);
    assert_int_equal(got.rows, s.rows);
    assert_memory_equal(got.root, s.root, SHA256_LEN);
    buf_free(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bit_flip_prefix_or_byte_more_of_a_signed_statement_is_accepted),
        cmocka_unit_test(no_other_claims_are_taken),
        cmocka_unit_test(what_is_put_is_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
