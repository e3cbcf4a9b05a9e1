#include "tests/unit/cert/token_sample.h"

#include "core/cert/digits.h"

#define ROUNDS 100000

struct fixture {
    struct test_key key;
    struct pubkey *pub;
    struct buf token;
};

static int setup(void **state)
{
    struct fixture *fx = calloc(1, sizeof *fx);
    const struct token t = token_sample();
    fx->key = test_key_new(ALG_ES256, 1);
    fx->pub = test_pubkey(&fx->key);
    token_sign(&fx->key, &t, &fx->token);
    *state = fx;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fx = *state;
    pubkey_free(fx->pub);
    test_key_free(&fx->key);
    buf_free(&fx->token);
    free(fx);
    return 0;
}

static bool is_authentic(const struct fixture *fx, struct span bytes)
{
    struct token t;
    enum check ret = CHECK_BAD;
    if (token_parse(bytes, &t, NULL) != RC_OK)
        return false;
    assert_int_equal(cose_sign1_check(&t.cose, fx->pub, &ret, NULL), RC_OK);
    /* The kid is the caller's to look up: here there is one key. */
    return ret == CHECK_GOOD && span_equal(t.cose.header.kid, span_of(fx->key.kid, KID_LEN));
}

static void no_bit_flip_is_authentic(void **state)
{
    struct fixture *fx = *state;
    assert_true(is_authentic(fx, buf_span(&fx->token)));
    for (size_t i = 0; i < fx->token.len * 8; i++) {
        fx->token.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_false(is_authentic(fx, buf_span(&fx->token)));
        fx->token.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void no_prefix_is_authentic(void **state)
{
    const struct fixture *fx = *state;
    for (size_t len = 0; len < fx->token.len; len++)
        assert_false(is_authentic(fx, span_of(fx->token.ptr, len)));
}

static void no_byte_more_is_authentic(void **state)
{
    struct fixture *fx = *state;
    const size_t len = fx->token.len;
    for (unsigned v = 0; v < 256; v++) {
        struct buf longer = { 0 };
        fx->token.len = len;
        buf_put_u8(&fx->token, (uint8_t)v);
        assert_false(is_authentic(fx, buf_span(&fx->token)));
        buf_put_u8(&longer, (uint8_t)v);
        buf_put(&longer, fx->token.ptr, len);
        assert_false(is_authentic(fx, buf_span(&longer)));
        buf_free(&longer);
    }
}

static void a_token_over_the_limit_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[TOKEN_MAX_LEN + 1] = { 0xd2 };
    struct token t;
    assert_int_equal(token_parse(span_of(bytes, sizeof bytes), &t, NULL), RC_LIMIT);
    assert_int_equal(token_payload_parse(span_of(bytes, sizeof bytes), &t, NULL), RC_LIMIT);
}

static void a_header_other_than_alg_and_kid_is_refused(void **state)
{
    const struct fixture *fx = *state;
    const struct token sample = token_sample();
    struct buf payload = { 0 }, no_kid = { 0 }, typ = { 0 };
    struct diag d = DIAG_INIT;
    struct token t;
    token_payload_put(&payload, &sample);
    test_sign1_raw(&fx->key, SPAN_LITERAL("\xa1\x01\x26"), buf_span(&payload), &no_kid);
    assert_int_equal(token_parse(buf_span(&no_kid), &t, &d), RC_FORMAT);
    assert_string_equal(d.text, "header 4 (kid) is missing");
    test_sign1(&fx->key, TYP_STATUS, buf_span(&payload), &typ);
    d = DIAG_INIT;
    assert_int_equal(token_parse(buf_span(&typ), &t, &d), RC_FORMAT);
    assert_string_equal(d.text, "header 16 (typ) does not belong in a token");
    buf_free(&payload);
    buf_free(&no_kid);
    buf_free(&typ);
}

static enum rc parse_made(const struct token *t)
{
    struct buf payload = { 0 };
    struct token back;
    token_payload_put(&payload, t);
    const enum rc rc = token_payload_parse(buf_span(&payload), &back, NULL);
    buf_free(&payload);
    return rc;
}

#define REFUSED_WITH(...)                                                                          \
    do {                                                                                           \
        struct token t = token_sample();                                                           \
        __VA_ARGS__;                                                                               \
        assert_int_equal(parse_made(&t), RC_FORMAT);                                               \
    } while (0)

#define TAKEN_WITH(...)                                                                            \
    do {                                                                                           \
        struct token t = token_sample();                                                           \
        __VA_ARGS__;                                                                               \
        assert_int_equal(parse_made(&t), RC_OK);                                                   \
    } while (0)

static void numbers_outside_their_range_are_refused(void **state)
{
    (void)state;
    REFUSED_WITH(t.iat = 0);
    REFUSED_WITH(t.iat = -1);
    REFUSED_WITH(t.iat = INT64_C(1) << 40);
    REFUSED_WITH(t.id_type = 0);
    REFUSED_WITH(t.id_type = 1000);
    REFUSED_WITH(t.post = 0);
    REFUSED_WITH(t.post = 10000);
    REFUSED_WITH(t.unit = 0);
    REFUSED_WITH(t.unit = 1000);
}

static void indexes_and_dates_outside_their_range_are_refused(void **state)
{
    (void)state;
    REFUSED_WITH(t.version = 0);
    REFUSED_WITH(t.version = 65536);
    REFUSED_WITH(t.status_index = 1u << 28);
    REFUSED_WITH(t.log_index = UINT64_C(1) << 53);
    REFUSED_WITH(t.issued = DATE_MAX + 1, t.deadline = DATE_MAX + 1);
    REFUSED_WITH(t.deadline = DATE_MAX + 1);
    REFUSED_WITH(t.issued = -1);
    REFUSED_WITH(t.deadline = t.issued - 1);
}

static void numbers_at_the_ends_of_their_range_are_taken(void **state)
{
    (void)state;
    TAKEN_WITH(t.iat = 1);
    TAKEN_WITH(t.iat = (INT64_C(1) << 40) - 1);
    TAKEN_WITH(t.id_type = 1);
    TAKEN_WITH(t.id_type = 999);
    TAKEN_WITH(t.post = 9999);
    TAKEN_WITH(t.unit = 999);
    TAKEN_WITH(t.provider = UINT32_MAX);
    TAKEN_WITH(t.version = 65535);
    TAKEN_WITH(t.status_index = (1u << 28) - 1);
    TAKEN_WITH(t.log_index = (UINT64_C(1) << 53) - 1);
    TAKEN_WITH(t.issued = 0, t.deadline = 0);
    TAKEN_WITH(t.deadline = DATE_MAX);
}

static void ce_years_that_cannot_be_are_refused(void **state)
{
    (void)state;
    REFUSED_WITH(t.ce[0].k = 0);
    REFUSED_WITH(t.ce[1].k = 1);
    REFUSED_WITH(t.ce[0].k = 2, t.ce[1].k = 1);
    REFUSED_WITH(t.ce[0].hours = 65, t.ce[0].post_hours = 1);
    REFUSED_WITH(t.ce[1].hours = 21, t.ce[1].post_hours = 22);
    TAKEN_WITH(t.ce[0].hours = 64, t.ce[0].post_hours = 64);
    TAKEN_WITH(t.ce[0].hours = 0, t.ce[0].post_hours = 0);
    TAKEN_WITH(t.ce_count = 1);
    TAKEN_WITH(t.ce_count = 0);
}

static void ce_arrays_of_another_length_are_refused(void **state)
{
    (void)state;
    for (uint64_t len = 0; len <= 9; len++) {
        const struct token sample = token_sample();
        struct buf b = { 0 };
        struct token t;
        token_payload_put(&b, &sample);
        const size_t tail = 11 + 10; /* claim 12, claim 13 */
        b.len -= tail;
        cbor_put_uint(&b, 12);
        cbor_put_array(&b, len);
        for (uint64_t i = 0; i < len; i++)
            cbor_put_uint(&b, i < 3 ? 1 : 3);
        cbor_put_uint(&b, 13);
        cbor_put_bytes(&b, sample.photo);
        assert_int_equal(token_payload_parse(buf_span(&b), &t, NULL),
                         len == 3 || len == 6 ? RC_OK : RC_FORMAT);
        buf_free(&b);
    }
}

static void numbers_of_another_charset_are_refused(void **state)
{
    (void)state;
    REFUSED_WITH(t.number = SPAN_LITERAL(""));
    REFUSED_WITH(t.number = SPAN_LITERAL("0330120230001234x"));
    REFUSED_WITH(t.number = SPAN_LITERAL("0330 1"));
    REFUSED_WITH(t.number = SPAN_LITERAL("０３３"));
    REFUSED_WITH(t.number = SPAN_LITERAL("12345678901234567890123456789012345678901"));
    TAKEN_WITH(t.number = SPAN_LITERAL("A-1234567890123456789012345678901234567Z"));
}

static void names_that_cannot_be_are_refused(void **state)
{
    (void)state;
    uint8_t long_name[TOKEN_NAME_MAX + 1];
    memset(long_name, 'a', sizeof long_name);
    REFUSED_WITH(t.name = SPAN_LITERAL(""));
    REFUSED_WITH(t.name = SPAN_LITERAL("张\n示例"));
    REFUSED_WITH(t.name = SPAN_LITERAL("张\x7f"));
    REFUSED_WITH(t.name = SPAN_LITERAL("张\xc2\x85示"));
    REFUSED_WITH(t.name = SPAN_LITERAL("张\xff"));
    REFUSED_WITH(t.name = SPAN_LITERAL("\xed\xa0\x80"));
    REFUSED_WITH(t.name = span_of(long_name, sizeof long_name));
    TAKEN_WITH(t.name = span_of(long_name, TOKEN_NAME_MAX));
    TAKEN_WITH(t.name = SPAN_LITERAL("𰻝·示例"));
}

static void id_tails_that_cannot_be_are_refused(void **state)
{
    (void)state;
    REFUSED_WITH(t.id_tail = SPAN_LITERAL(""));
    REFUSED_WITH(t.id_tail = SPAN_LITERAL("12345"));
    REFUSED_WITH(t.id_tail = SPAN_LITERAL("002x"));
    REFUSED_WITH(t.id_tail = SPAN_LITERAL("00-X"));
    TAKEN_WITH(t.id_tail = SPAN_LITERAL("7"));
}

static void a_photo_digest_of_another_length_is_refused(void **state)
{
    (void)state;
    REFUSED_WITH(t.photo = SPAN_LITERAL("1234567"));
    REFUSED_WITH(t.photo = SPAN_LITERAL("123456789"));
    TAKEN_WITH(t.photo = span_of(NULL, 0));
}

static void what_is_encoded_is_decoded_and_again_encoded(void **state)
{
    (void)state;
    struct dice d = { 5 };
    struct buf first = { 0 }, second = { 0 };
    for (int i = 0; i < ROUNDS; i++) {
        struct token_texts texts;
        const struct token t = token_random(&d, &texts);
        struct token back;
        buf_clear(&first);
        buf_clear(&second);
        token_payload_put(&first, &t);
        assert_int_equal(token_payload_parse(buf_span(&first), &back, NULL), RC_OK);
        tokens_are_equal(&t, &back);
        token_payload_put(&second, &back);
        assert_true(span_equal(buf_span(&first), buf_span(&second)));
    }
    buf_free(&first);
    buf_free(&second);
}

static size_t size_of(const struct test_key *key, const struct token *t)
{
    struct buf b = { 0 };
    token_sign(key, t, &b);
    const size_t len = b.len;
    buf_free(&b);
    return len;
}

/* docs/formats.md, "Token": indexes below 65,536 take three bytes, larger ones five. */
static void a_full_token_keeps_to_its_size(void **state)
{
    const struct fixture *fx = *state;
    struct token t = token_sample();
    t.ce[0] = (struct ce_hours){ 1, 64, 44 };
    t.ce[1] = (struct ce_hours){ 2, 64, 44 };
    t.status_index = 65535;
    t.log_index = 65535;
    assert_int_equal(size_of(&fx->key, &t), 186);
    t.ce[0] = t.ce[1] = (struct ce_hours){ 1, 32, 22 };
    assert_int_equal(size_of(&fx->key, &t), 184);
    t.status_index = 10000000;
    t.log_index = 30000000;
    assert_int_equal(size_of(&fx->key, &t), 188);
    t.ce[0] = (struct ce_hours){ 1, 64, 44 };
    t.ce[1] = (struct ce_hours){ 2, 64, 44 };
    assert_int_equal(size_of(&fx->key, &t), 190);
    struct test_key sm2 = test_key_new(ALG_SM2, 3);
    assert_int_equal(size_of(&sm2, &t), 194);
    test_key_free(&sm2);
}

/* QR version 10-M has 216 data codewords; the host's 20 characters stand in alphanumeric mode. */
static void a_full_token_fits_version_10_with_a_host_of_20(void **state)
{
    const struct fixture *fx = *state;
    struct token t = token_sample();
    struct buf token = { 0 }, digits = { 0 };
    t.status_index = 10000000;
    t.log_index = 30000000;
    t.ce[1] = (struct ce_hours){ 2, 32, 22 };
    token_sign(&fx->key, &t, &token);
    digits_encode(buf_span(&token), &digits);
    const size_t head = 4 + 11 + (8 + 20 + 3) / 2 * 11 + (8 + 20 + 3) % 2 * 6;
    const size_t rest = digits.len % 3 ? digits.len % 3 * 3 + 1 : 0;
    const size_t numeric = 4 + 12 + digits.len / 3 * 10 + rest;
    assert_in_range(head + numeric, 1, 216 * 8);
    buf_free(&token);
    buf_free(&digits);
}

static void offsets_are_those_of_the_whole_token(void **state)
{
    const struct fixture *fx = *state;
    struct token sample = token_sample();
    struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    struct token t;
    sample.version = 0;
    token_sign(&fx->key, &sample, &b);
    assert_int_equal(token_parse(buf_span(&b), &t, &d), RC_FORMAT);
    assert_string_equal(d.text, "claim 9 (version) is under 1");
    assert_int_equal(b.ptr[d.offset], 0);
    assert_int_equal(b.ptr[d.offset - 1], 9);
    buf_free(&b);
}

static void the_photo_digest_covers_all_of_its_parts(void **state)
{
    (void)state;
    uint8_t digest[TOKEN_PHOTO_LEN], expected[SHA256_LEN];
    sha256(SPAN_LITERAL("A1\0\0\0\0\x01\x02\x03\x04\0\0\0\0\0\0\x01\0photo"), expected);
    token_photo_digest(SPAN_LITERAL("A1"), 0x01020304, 256, SPAN_LITERAL("photo"), digest);
    assert_memory_equal(digest, expected, TOKEN_PHOTO_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_bit_flip_is_authentic, setup, teardown),
        cmocka_unit_test_setup_teardown(no_prefix_is_authentic, setup, teardown),
        cmocka_unit_test_setup_teardown(no_byte_more_is_authentic, setup, teardown),
        cmocka_unit_test(a_token_over_the_limit_is_refused),
        cmocka_unit_test_setup_teardown(a_header_other_than_alg_and_kid_is_refused, setup,
                                        teardown),
        cmocka_unit_test(numbers_outside_their_range_are_refused),
        cmocka_unit_test(indexes_and_dates_outside_their_range_are_refused),
        cmocka_unit_test(ce_years_that_cannot_be_are_refused),
        cmocka_unit_test(ce_arrays_of_another_length_are_refused),
        cmocka_unit_test(numbers_of_another_charset_are_refused),
        cmocka_unit_test(names_that_cannot_be_are_refused),
        cmocka_unit_test(id_tails_that_cannot_be_are_refused),
        cmocka_unit_test(a_photo_digest_of_another_length_is_refused),
        cmocka_unit_test(numbers_at_the_ends_of_their_range_are_taken),
        cmocka_unit_test(what_is_encoded_is_decoded_and_again_encoded),
        cmocka_unit_test_setup_teardown(a_full_token_keeps_to_its_size, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_token_fits_version_10_with_a_host_of_20, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(offsets_are_those_of_the_whole_token, setup, teardown),
        cmocka_unit_test(the_photo_digest_covers_all_of_its_parts),
    };
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
