#include "tests/unit/check.h"

#include <stdio.h>

#include "verifier/daemon/forms.h"

#define TYPE "multipart/form-data; boundary=b"

static struct form form;

static enum rc multipart(const char *type, const char *body)
{
    return form_multipart_read(span_text(type), span_text(body), &form, NULL);
}

static void is(const char *name, const char *value)
{
    const struct span got = form_find(&form, name);
    assert_int_equal(got.len, strlen(value));
    assert_memory_equal(got.ptr ? got.ptr : (const uint8_t *)"", value, got.len);
}

static void parts_are_found_by_name(void **state)
{
    (void)state;
    assert_int_equal(
        multipart(TYPE, "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nx\r\n--b\r\n"
                        "content-disposition:form-data; name=\"f\"; filename=\"\"\r\n"
                        "Content-Type: image/png\r\n\r\n\r\n-bx\r\n\r\n--b--\r\n"),
        RC_OK);
    assert_int_equal(form.count, 2);
    is("t", "x");
    is("f", "\r\n-bx\r\n");
    is("none", "");
}

static void a_boundary_is_one_token(void **state)
{
    (void)state;
    static const char *const good[] = { TYPE, "Multipart/Form-Data ;boundary=\"b\"",
                                        "multipart/form-data;  boundary=b" };
    static const char *const bad[] = {
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=b; charset=x",
        "multipart/form-data; charset=x; boundary=b",
        "multipart/form-data; boundary=\"b",
        "multipart/form-data; boundary=b c",
        "multipart/mixed; boundary=b",
        "multipart/form-datax; boundary=b",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(multipart(good[i], "--b--"), RC_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(multipart(bad[i], "--b--"), RC_FORMAT);
}

static void what_two_readers_could_read_differently_is_refused(void **state)
{
    (void)state;
#define PART "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nx\r\n"
    static const char *const bad[] = {
        "",
        "x" PART "--b--",
        "\r\n" PART "--b--",
        PART "--b-",
        PART "--b--x",
        PART "--b",
        PART PART "--b--",
        "--b\nContent-Disposition: form-data; name=\"t\"\n\nx\n--b--",
        "--b\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=t\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"t\"; name=\"u\"\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"t\"; filename*=x\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: attachment; name=\"t\"\r\n\r\nx\r\n--b--",
        ("--b\r\nContent-Disposition: form-data; name=\"t\"\r\nContent-Disposition: form-data; "
         "name=\"u\"\r\n\r\nx\r\n--b--"),
        "--b\r\nContent-Disposition: form-data; name=\"t\"\r\nX-More: 1\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n folded\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nx--b--",
        "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n\r\n--bx\r\n--b--",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (multipart(TYPE, bad[i]) != RC_FORMAT)
            fail_msg("taken: %s", bad[i]);
    assert_int_equal(multipart(TYPE, PART "--b--"), RC_OK);
}

static void fields_are_bounded(void **state)
{
    (void)state;
    char body[8192] = "";
    size_t len = 0;
    for (unsigned i = 0; i < FORM_FIELDS_MAX; i++)
        len +=
            (size_t)snprintf(body + len, sizeof body - len,
                             "--b\r\nContent-Disposition: form-data; name=\"n%u\"\r\n\r\nx\r\n", i);
    (void)snprintf(body + len, sizeof body - len, "--b--");
    assert_int_equal(multipart(TYPE, body), RC_OK);
    (void)snprintf(body + len, sizeof body - len,
                   "--b\r\nContent-Disposition: form-data; name=\"more\"\r\n\r\nx\r\n--b--");
    assert_int_equal(multipart(TYPE, body), RC_LIMIT);
    for (size_t n = FORM_NAME_MAX; n <= FORM_NAME_MAX + 1; n++) {
        (void)snprintf(body, sizeof body,
                       "--b\r\nContent-Disposition: form-data; name=\"%0*d\"\r\n\r\nx\r\n--b--",
                       (int)n, 1);
        assert_int_equal(multipart(TYPE, body), n == FORM_NAME_MAX ? RC_OK : RC_LIMIT);
    }
}

static enum rc urlencoded(const char *body)
{
    static uint8_t room[512];
    return form_urlencoded_read(span_text(body), room, &form, NULL);
}

static void urlencoded_fields_are_decoded(void **state)
{
    (void)state;
    assert_int_equal(urlencoded("name=%E5%BC%A0+x&id_number=1%2b1&empty=&bare&n%61=b%3d=c"), RC_OK);
    is("name", "张 x");
    is("id_number", "1+1");
    is("empty", "");
    is("bare", "");
    is("na", "b==c");
    assert_int_equal(urlencoded(""), RC_OK);
    static const char *const bad[] = { "a=%", "a=%2", "a=%2g", "a=1&a=2", "=1", "a=1&&b=2", "a&a" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (urlencoded(bad[i]) != RC_FORMAT)
            fail_msg("taken: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_found_by_name),
        cmocka_unit_test(a_boundary_is_one_token),
        cmocka_unit_test(what_two_readers_could_read_differently_is_refused),
        cmocka_unit_test(fields_are_bounded),
        cmocka_unit_test(urlencoded_fields_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
