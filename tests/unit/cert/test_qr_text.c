#include "tests/unit/check.h"

#include "core/cert/digits.h"

static void texts_that_are_no_address_of_ours_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "abc",
        "12 3",
        "http://CERT.EXAMPLE/V/123",
        "HTTPS://",
        "HTTPS:///V/123",
        "HTTPS://CERT.EXAMPLE",
        "HTTPS://CERT.EXAMPLE/",
        "HTTPS://CERT.EXAMPLE/V/",
        "HTTPS://CERT.EXAMPLE/X/123",
        "HTTPS://CERT.EXAMPLE/V/123/",
        "HTTPS://CERT.EXAMPLE/V/123?a",
        "HTTPS://CERT.EXAMPLE/V/123#a",
        "HTTPS://USER@CERT.EXAMPLE/V/123",
        "HTTPS://CERT.EXAMPLE\\V\\123",
        "HTTPS://CERT.EXAMPLE/V//123",
        "HTTPS://CERT_EXAMPLE/V/123",
        "HTTPS://EVIL.EXAMPLE/CERT.EXAMPLE/V/123",
        "HTTPS://证书.EXAMPLE/V/123",
        "\xff\xfe",
        "-123",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct qr_text qr = { .digits = SPAN_LITERAL("untouched") };
        if (qr_text_parse(span_text(bad[i]), &qr, NULL) != RC_FORMAT)
            fail_msg("'%s' was taken", bad[i]);
        assert_true(span_equal(qr.digits, SPAN_LITERAL("untouched")));
    }
}

static void the_reason_names_the_place(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    struct qr_text qr;
    assert_int_equal(qr_text_parse(SPAN_LITERAL(" https://A.B/V/12x "), &qr, &d), RC_FORMAT);
    assert_int_equal(d.offset, 17);
    assert_string_equal(d.text, "a character that is not a digit");
}

static void host_and_digits_are_found(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "HTTPS://CERT.EXAMPLE:8443/V/0123",
        "https://CERT.EXAMPLE:8443/v/0123",
        " \tHtTpS://CERT.EXAMPLE:8443/V/0123\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct qr_text qr;
        assert_int_equal(qr_text_parse(span_text(texts[i]), &qr, NULL), RC_OK);
        assert_true(span_equal(qr.host, SPAN_LITERAL("CERT.EXAMPLE:8443")));
        assert_true(span_equal(qr.digits, SPAN_LITERAL("0123")));
    }
}

static void bare_digits_have_no_host(void **state)
{
    (void)state;
    struct qr_text qr;
    assert_int_equal(qr_text_parse(SPAN_LITERAL("\n0042 "), &qr, NULL), RC_OK);
    assert_int_equal(qr.host.len, 0);
    assert_true(span_equal(qr.digits, SPAN_LITERAL("0042")));
}

static void a_text_is_read_as_it_was_put(void **state)
{
    (void)state;
    struct buf text = { 0 }, bytes = { 0 };
    struct qr_text qr;
    qr_text_put(&text, "CERT.EXAMPLE", SPAN_LITERAL("token!!8"));
    assert_int_equal(qr_text_parse(buf_span(&text), &qr, NULL), RC_OK);
    assert_true(span_equal(qr.host, SPAN_LITERAL("CERT.EXAMPLE")));
    assert_int_equal(digits_decode(qr.digits, &bytes, NULL), RC_OK);
    assert_string_equal(buf_cstr(&bytes), "token!!8");
    buf_free(&text);
    buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_are_no_address_of_ours_are_refused),
        cmocka_unit_test(the_reason_names_the_place),
        cmocka_unit_test(host_and_digits_are_found),
        cmocka_unit_test(bare_digits_have_no_host),
        cmocka_unit_test(a_text_is_read_as_it_was_put),
    };
    return cmocka_run_group_tests_name("qr_text", tests, NULL, NULL);
}
