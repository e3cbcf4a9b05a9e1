#include "tests/unit/check.h"

#include "core/cose/cose.h"
#include "core/crypto/hash.h"

#define KID8   "\x48\x01\x02\x03\x04\x05\x06\x07\x08"
#define SIGNER "\x4d\xa2\x01\x26\x04" KID8
#define SIG64                                                                                      \
    "\x58\x40"                                                                                     \
    "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
#define ONE  "\x83" SIGNER "\xa0" SIG64
#define BODY "\x44\xa1\x10\x61t"

static enum rc parse(struct span bytes)
{
    struct cose_sign m;
    return cose_sign_parse(bytes, &m, NULL);
}

static void messages_of_another_shape_are_refused(void **state)
{
    (void)state;
    const struct span bad[] = {
        SPAN_LITERAL("\x84" BODY "\xa0\x41\x01\x81" ONE),
        SPAN_LITERAL("\xd2\x84" BODY "\xa0\x41\x01\x81" ONE),
        SPAN_LITERAL("\xd8\x62\x85" BODY "\xa0\x41\x01\x81" ONE "\x00"),
        SPAN_LITERAL("\xd8\x62\x83" BODY "\xa0\x41\x01"),
        SPAN_LITERAL("\xd8\x62\x84\x41\xa0\xa0\x41\x01\x81" ONE),
        SPAN_LITERAL("\xd8\x62\x84\x46\xa2\x01\x26\x10\x61t\xa0\x41\x01\x81" ONE),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa1\x01\x26\x41\x01\x81" ONE),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\xf6\x81" ONE),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x80"),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x82" ONE),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x9f" ONE "\xff"),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x81" ONE "\x00"),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x81\x83\x43\xa1\x01\x26\xa0" SIG64),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x81\x83" SIGNER "\xa1\x01\x26" SIG64),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x81\x82" SIGNER "\xa0"),
        SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x81\x83\x50\xa3\x01\x26\x04" KID8
                     "\x10\x61t\xa0" SIG64),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (parse(bad[i]) != RC_FORMAT)
            fail_msg("message %zu was taken", i);
    }
    assert_int_equal(parse(SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01\x81" ONE)), RC_OK);
}

static void more_than_sixteen_signers_are_refused(void **state)
{
    (void)state;
    for (size_t count = 16; count <= 17; count++) {
        struct buf b = { 0 };
        buf_put_span(&b, SPAN_LITERAL("\xd8\x62\x84" BODY "\xa0\x41\x01"));
        cbor_put_array(&b, count);
        for (size_t i = 0; i < count; i++)
            buf_put_span(&b, SPAN_LITERAL(ONE));
        assert_int_equal(parse(buf_span(&b)), count == 16 ? RC_OK : RC_FORMAT);
        buf_free(&b);
    }
}

static void what_is_put_together_is_read_back(void **state)
{
    (void)state;
    struct cose_signer signers[2] = {
        { .header = { .raw = SPAN_LITERAL("\xa2\x01\x26\x04" KID8) } },
        { .header = { .raw = SPAN_LITERAL("\xa2\x01\x27\x04" KID8) } },
    };
    uint8_t sigs[2][64];
    struct buf body = { 0 }, b = { 0 };
    struct cose_sign m;
    memset(sigs[0], 1, 64);
    memset(sigs[1], 2, 64);
    signers[0].signature = span_of(sigs[0], 64);
    signers[1].signature = span_of(sigs[1], 64);
    cose_sign_body_header_put(&body, TYP_TRUST);
    cose_sign_put(&b, buf_span(&body), SPAN_LITERAL("payload"), signers, 2);
    assert_int_equal(cose_sign_parse(buf_span(&b), &m, NULL), RC_OK);
    assert_true(span_equal(m.body_header, buf_span(&body)));
    assert_true(span_equal(m.typ, span_text(TYP_TRUST)));
    assert_true(span_equal(m.payload, SPAN_LITERAL("payload")));
    assert_int_equal(m.count, 2);
    assert_int_equal(m.signers[1].header.alg, ALG_EDDSA);
    assert_true(span_equal(m.signers[1].header.raw, signers[1].header.raw));
    assert_true(span_equal(m.signers[1].signature, signers[1].signature));
    buf_free(&body);
    buf_free(&b);
}

/* RFC 9052 section 4.4: five items, the signer's header after the body's. */
static void what_is_signed_is_the_sig_structure(void **state)
{
    (void)state;
    struct buf b = { 0 };
    char hex[128];
    cose_sign_to_be_signed(&b, SPAN_LITERAL("\xa0"), SPAN_LITERAL("\xa1\x01\x26"),
                           SPAN_LITERAL("This is the content."));
    hex_encode(b.ptr, b.len, hex);
    assert_string_equal(hex, "85695369676e617475726541a043a101264054546869732069732074686520636f"
                             "6e74656e742e");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_another_shape_are_refused),
        cmocka_unit_test(more_than_sixteen_signers_are_refused),
        cmocka_unit_test(what_is_put_together_is_read_back),
        cmocka_unit_test(what_is_signed_is_the_sig_structure),
    };
    return cmocka_run_group_tests_name("cose_sign", tests, NULL, NULL);
}
