#include "tests/unit/signing.h"

#define PAYLOAD SPAN_LITERAL("\xa1\x01\x02")

struct fixture {
    struct test_key key;
    struct pubkey *pub;
    struct buf msg;
};

static int setup(void **state)
{
    struct fixture *fx = calloc(1, sizeof *fx);
    fx->key = test_key_new(ALG_ES256, 1);
    fx->pub = test_pubkey(&fx->key);
    test_sign1(&fx->key, TYP_STATUS, PAYLOAD, &fx->msg);
    *state = fx;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fx = *state;
    pubkey_free(fx->pub);
    test_key_free(&fx->key);
    buf_free(&fx->msg);
    free(fx);
    return 0;
}

static bool holds(const struct fixture *fx, struct span bytes)
{
    struct cose_sign1 m;
    enum check ret = CHECK_BAD;
    if (cose_sign1_parse(bytes, &m, NULL) != RC_OK)
        return false;
    assert_int_equal(cose_sign1_check(&m, fx->pub, &ret, NULL), RC_OK);
    return ret == CHECK_GOOD;
}

static void no_bit_flip_of_a_message_holds(void **state)
{
    struct fixture *fx = *state;
    assert_true(holds(fx, buf_span(&fx->msg)));
    for (size_t i = 0; i < fx->msg.len * 8; i++) {
        fx->msg.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_false(holds(fx, buf_span(&fx->msg)));
        fx->msg.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void no_prefix_and_no_extension_of_a_message_holds(void **state)
{
    struct fixture *fx = *state;
    for (size_t len = 0; len < fx->msg.len; len++)
        assert_false(holds(fx, span_of(fx->msg.ptr, len)));
    const size_t len = fx->msg.len;
    for (unsigned v = 0; v < 256; v++) {
        fx->msg.len = len;
        buf_put_u8(&fx->msg, (uint8_t)v);
        assert_false(holds(fx, buf_span(&fx->msg)));
    }
}

static bool header_is_taken(const struct fixture *fx, struct span header)
{
    struct buf b = { 0 };
    struct cose_sign1 m;
    test_sign1_raw(&fx->key, header, PAYLOAD, &b);
    const bool taken = cose_sign1_parse(buf_span(&b), &m, NULL) == RC_OK;
    buf_free(&b);
    return taken;
}

#define KID8 "\x48\x01\x02\x03\x04\x05\x06\x07\x08"

static void protected_headers_that_are_not_ours_are_refused(void **state)
{
    const struct fixture *fx = *state;
    const struct span bad[] = {
        SPAN_LITERAL(""),
        SPAN_LITERAL("\xa0"),
        SPAN_LITERAL("\xa1\x04" KID8),
        SPAN_LITERAL("\xa2\x04" KID8 "\x01\x26"),
        SPAN_LITERAL("\xa2\x01\x26\x01\x26"),
        SPAN_LITERAL("\xa2\x01\x26\x02\x81\x01"),
        SPAN_LITERAL("\xa2\x01\x26\x03\x00"),
        SPAN_LITERAL("\xa2\x01\x26\x04\x47\x01\x02\x03\x04\x05\x06\x07"),
        SPAN_LITERAL("\xa2\x01\x26\x04\x49\x01\x02\x03\x04\x05\x06\x07\x08\x09"),
        SPAN_LITERAL("\xa2\x01\x26\x04\x61\x61"),
        SPAN_LITERAL("\xa1\x01\x65\x45\x53\x32\x35\x36"),
        SPAN_LITERAL("\xa2\x01\x26\x10\x00"),
        SPAN_LITERAL("\xa2\x01\x26\x10\x60"),
        SPAN_LITERAL("\xa1\x01\x38\x06"),
        SPAN_LITERAL("\xbf\x01\x26\xff"),
        SPAN_LITERAL("\xa1\x01\x26\x00"),
        SPAN_LITERAL("\xa4\x01\x26\x04" KID8 "\x10\x61\x61\x18\x20\x00"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (header_is_taken(fx, bad[i]))
            fail_msg("header %zu was taken", i);
    }
    assert_true(header_is_taken(fx, SPAN_LITERAL("\xa1\x01\x26")));
    assert_true(header_is_taken(fx, SPAN_LITERAL("\xa2\x01\x26\x04" KID8)));
    assert_true(header_is_taken(fx, SPAN_LITERAL("\xa2\x01\x26\x10\x61\x61")));
}

/* Everything around header and payload, written otherwise than we do. */
static void messages_of_another_shape_are_refused(void **state)
{
    (void)state;
#define SIG64                                                                                      \
    "\x58\x40"                                                                                     \
    "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
    const struct span bad[] = {
        SPAN_LITERAL("\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd1\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd8\x12\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd8\x62\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd8\x3d\xd2\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\xd2\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x83\x43\xa1\x01\x26\xa0\x41\x01"),
        SPAN_LITERAL("\xd2\x85\x43\xa1\x01\x26\xa0\x41\x01" SIG64 "\x00"),
        SPAN_LITERAL("\xd2\x9f\x43\xa1\x01\x26\xa0\x41\x01" SIG64 "\xff"),
        SPAN_LITERAL("\xd2\x98\x04\x43\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x58\x03\xa1\x01\x26\xa0\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa1\x04\x41\x01\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xb8\x00\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xbf\xff\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xf6\x41\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\xf6" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\x40" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\x61\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\x58\x01\x01" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\x5f\x41\x01\xff" SIG64),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\x41\x01\x41s"),
        SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64 "\x00"),
    };
    struct cose_sign1 m;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (cose_sign1_parse(bad[i], &m, NULL) != RC_FORMAT)
            fail_msg("message %zu was taken", i);
    }
    assert_int_equal(
        cose_sign1_parse(SPAN_LITERAL("\xd2\x84\x43\xa1\x01\x26\xa0\x41\x01" SIG64), &m, NULL),
        RC_OK);
}

static void an_algorithm_other_than_the_keys_does_not_hold(void **state)
{
    const struct fixture *fx = *state;
    const struct span headers[] = {
        SPAN_LITERAL("\xa1\x01\x27"),     /* EdDSA */
        SPAN_LITERAL("\xa1\x01\x38\x22"), /* ES384 */
        SPAN_LITERAL("\xa1\x01\x00"),     /* reserved */
        SPAN_LITERAL("\xa1\x01\x05"),     /* HMAC 256 */
        SPAN_LITERAL("\xa1\x01\x3a\x00\x01\x00\x01"),
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct buf b = { 0 };
        test_sign1_raw(&fx->key, headers[i], PAYLOAD, &b);
        assert_false(holds(fx, buf_span(&b)));
        buf_free(&b);
    }
}

static void the_reason_has_the_offset_in_the_whole_message(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    struct cose_sign1 m;
    assert_int_equal(cose_sign1_parse(SPAN_LITERAL("\xd2\x84\x45\xa1\x01\x26\x00\x00"), &m, &d),
                     RC_FORMAT);
    assert_int_equal(d.offset, 6);
    assert_string_equal(d.text, "bytes follow the end");
}

static void a_message_has_the_parts_that_were_put_in(void **state)
{
    const struct fixture *fx = *state;
    struct cose_sign1 m;
    assert_int_equal(cose_sign1_parse(buf_span(&fx->msg), &m, NULL), RC_OK);
    assert_int_equal(m.header.alg, ALG_ES256);
    assert_true(span_equal(m.header.kid, span_of(fx->key.kid, KID_LEN)));
    assert_true(span_equal(m.header.typ, span_text(TYP_STATUS)));
    assert_true(span_equal(m.payload, PAYLOAD));
}

/* RFC 9052 section 4.4, and the ToBeSigned of the COSE working group's example
 * sign1-tests/sign-pass-01. */
static void what_is_signed_is_the_sig_structure(void **state)
{
    (void)state;
    struct buf b = { 0 };
    char hex[128];
    cose_sign1_to_be_signed(&b, SPAN_LITERAL("\xa1\x01\x26"), SPAN_LITERAL("This is the content."));
    hex_encode(b.ptr, b.len, hex);
    assert_string_equal(hex, "846a5369676e61747572653143a101264054546869732069732074686520636f6e"
                             "74656e742e");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_bit_flip_of_a_message_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(no_prefix_and_no_extension_of_a_message_holds, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(protected_headers_that_are_not_ours_are_refused, setup,
                                        teardown),
        cmocka_unit_test(messages_of_another_shape_are_refused),
        cmocka_unit_test_setup_teardown(an_algorithm_other_than_the_keys_does_not_hold, setup,
                                        teardown),
        cmocka_unit_test(the_reason_has_the_offset_in_the_whole_message),
        cmocka_unit_test_setup_teardown(a_message_has_the_parts_that_were_put_in, setup, teardown),
        cmocka_unit_test(what_is_signed_is_the_sig_structure),
    };
    return cmocka_run_group_tests_name("cose_sign1", tests, NULL, NULL);
}
