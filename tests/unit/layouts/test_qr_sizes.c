/* Which QR version a token of so many bytes gets behind a host of so many characters: what
 * docs/formats.md, "Token", promises, asked of libqrencode. */
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

#include "core/cert/digits.h"
#include "core/qr/qr.h"

static unsigned version_of(size_t bytes, size_t host)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint8_t token[256];
    char text[sizeof name];
    struct buf b = { 0 };
    struct qr *const qr = malloc(sizeof *qr);
    assert_non_null(qr);
    assert_true(bytes <= sizeof token && host < sizeof text);
    for (size_t i = 0; i < bytes; i++)
        token[i] = (uint8_t)(i * 37 + 210);
    memcpy(text, name, host);
    text[host] = '\0';
    qr_text_put(&b, text, span_of(token, bytes));
    assert_int_equal(qr_encode(buf_span(&b), qr, NULL), RC_OK);
    const unsigned version = qr->version;
    buf_free(&b);
    free(qr);
    return version;
}

static void the_longest_that_fit_version_10_are_those_of_the_document(void **state)
{
    (void)state;
    static const struct {
        size_t bytes, host;
        unsigned version;
    } cases[] = {
        { 186, 23, 10 }, { 186, 24, 11 }, /* both indexes below 65,536 */
        { 188, 20, 10 }, { 188, 21, 11 }, /* both above, 32 and 22 hours a year */
        { 190, 17, 10 }, { 190, 18, 11 }, /* both above, as many hours as there may be */
        { 190, 16, 10 },                  /* the same and the default host */
        { 194, 11, 10 }, { 194, 12, 11 }, /* the same with SM2, whose alg takes four bytes more */
        { 194, 20, 11 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned version = version_of(cases[i].bytes, cases[i].host);
        if (version != cases[i].version)
            fail_msg("%zu bytes behind a host of %zu: version %u", cases[i].bytes, cases[i].host,
                     version);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_that_fit_version_10_are_those_of_the_document),
    };
    return cmocka_run_group_tests_name("qr_sizes", tests, NULL, NULL);
}
