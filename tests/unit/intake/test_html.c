#include "tests/unit/check.h"

#include "core/text/html.h"

static const char *written_as(uint8_t byte)
{
    static const struct {
        uint8_t byte;
        const char *as;
    } table[] = {
        { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].byte == byte)
            return table[i].as;
    return byte < 0x20 && byte != '\n' ? "\xef\xbf\xbd" : NULL;
}

/* Every byte at every place among digits. */
static void each_byte_is_itself_or_its_reference(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < 20; at++) {
            ON_EXIT(buf_free_at) struct buf got = { 0 }, want = { 0 };
            uint8_t text[20];
            memset(text, '7', sizeof text);
            text[at] = (uint8_t)byte;
            const char *const as = written_as((uint8_t)byte);
            buf_put(&want, text, at);
            buf_put(&want, as ? as : (const char *)&text[at], as ? strlen(as) : 1);
            buf_put(&want, text + at + 1, sizeof text - at - 1);
            html_put(&got, span_of(text, sizeof text));
            assert_true(span_equal(buf_span(&got), buf_span(&want)));
        }
    }
}

static void what_stands_together_is_written_apart(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    html_put(&b, SPAN_LITERAL("<a href=\"/V/123?x&y\">张'示例\n</a>"));
    html_put(&b, (struct span){ 0 });
    assert_string_equal(buf_cstr(&b),
                        "&lt;a href=&quot;/V/123?x&amp;y&quot;&gt;张&#39;示例\n&lt;/a&gt;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_byte_is_itself_or_its_reference),
        cmocka_unit_test(what_stands_together_is_written_apart),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
