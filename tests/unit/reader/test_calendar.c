/* The holder's calendar: RFC 5545 by its own rules. With a folder as argument the calendars are
 * written there, for a second parser (tests/interop). */
#include "tests/unit/check.h"

#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/sys/file.h"
#include "issuer/reader/calendar.h"

static const char *folder;

static struct calendar_event event(bool chinese)
{
    struct calendar_event e = { .number = "03301202000000013",
                                .host = "SITECERT.EXAMPLE",
                                .version = 2,
                                .made_s = 1596420000,
                                .post = "装饰装修施工员",
                                .chinese = chinese };
    assert_true(date_parse(SPAN_LITERAL("2024-02-29"), &e.deadline));
    return e;
}

static void make(const struct calendar_event *e, struct buf *to)
{
    calendar_put(to, e);
    assert_true(buf_ok(to));
}

static size_t count_of(const struct buf *b, const char *what)
{
    size_t n = 0;
    for (const char *at = (const char *)b->ptr; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static void it_says_when_and_how_long_before(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        "\r\nUID:03301202000000013@SITECERT.EXAMPLE\r\n",
        "\r\nDTSTAMP:20200803T020000Z\r\n",
        "\r\nSEQUENCE:1\r\n",
        "\r\nDTSTART;VALUE=DATE:20240229\r\n",
        "\r\nDTEND;VALUE=DATE:20240301\r\n",
        "\r\nTRIGGER:-P90D\r\n",
        "\r\nTRIGGER:-P30D\r\n",
        "\r\nTRIGGER:-P7D\r\n",
        "END:VEVENT\r\nEND:VCALENDAR\r\n",
    };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct calendar_event e = event(false);
    make(&e, &b);
    (void)buf_cstr(&b);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(count_of(&b, lines[i]), 1);
    assert_int_equal(count_of(&b, "BEGIN:VALARM\r\nACTION:DISPLAY\r\n"), 3);
}

static void no_line_is_over_75_octets_and_no_character_is_cut(void **state)
{
    (void)state;
    for (int chinese = 0; chinese < 2; chinese++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        const struct calendar_event e = event(chinese);
        make(&e, &b);
        size_t len = 0, longest = 0;
        for (size_t i = 0; i < b.len; i++, len++) {
            if (b.ptr[i] != '\r')
                continue;
            assert_int_equal(b.ptr[i + 1], '\n');
            assert_true(i + 2 >= b.len || (b.ptr[i + 2] & 0xC0) != 0x80);
            longest = len > longest ? len : longest;
            if (i + 2 < b.len && b.ptr[i + 2] == ' ')
                assert_true((b.ptr[i + 3] & 0xC0) != 0x80);
            len = (size_t)-2;
        }
        assert_true(longest <= 75);
        assert_true(longest > 60);
    }
}

static void texts_are_escaped(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct calendar_event e = event(false);
    e.post = "a,b;c\\d";
    make(&e, &b);
    (void)buf_cstr(&b);
    assert_int_equal(count_of(&b, "a\\,b\\;c\\\\d"), 1);
}

static void they_are_written_for_a_second_parser(void **state)
{
    (void)state;
    if (!folder)
        return;
    for (int chinese = 0; chinese < 2; chinese++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        char path[PATH_LEN];
        const struct calendar_event e = event(chinese);
        make(&e, &b);
        assert_int_equal(path_join(folder, chinese ? "zh.ics" : "en.ics", path, NULL), RC_OK);
        assert_int_equal(file_replace(path, buf_span(&b), 0600, NULL), RC_OK);
    }
}

int main(int argc, char *argv[])
{
    folder = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_when_and_how_long_before),
        cmocka_unit_test(no_line_is_over_75_octets_and_no_character_is_cut),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(they_are_written_for_a_second_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
