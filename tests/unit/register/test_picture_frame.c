#include "tests/unit/check.h"

#include <string.h>

#include "issuer/scheme/photo.h"

static const uint8_t jpeg[] = {
    0xFF, 0xD8,                                             /* SOI */
    0xFF, 0xE0, 0,    4,  1, 2,                             /* APP0 */
    0xFF, 0xFF, 0xDB, 0,  3, 9,                             /* DQT behind a fill byte */
    0xFF, 0xC0, 0,    11, 8, 0, 1, 0, 1,  1, 1,    0x11, 0, /* SOF0: one pixel */
    0xFF, 0xDA, 0,    8,  1, 1, 0, 0, 63, 0, 0x55,          /* SOS and data */
    0xFF, 0xD9,                                             /* EOI */
};
#define SOF_AT 14

static const uint8_t png[] = {
    0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', /* signature */
    0,    0,   0,   13,  'I',  'H',  'D',  'R',  0,    0,    0,    1, 0,
    0,    0,   1,   8,   2,    0,    0,    0,    1,    2,    3,    4, 0,
    0,    0,   0,   'I', 'E',  'N',  'D',  0xAE, 0x42, 0x60, 0x82,
};

static void no_prefix_is_a_picture(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof jpeg; len++)
        assert_false(photo_is_picture(span_of(jpeg, len)));
    for (size_t len = 0; len < sizeof png; len++)
        assert_false(photo_is_picture(span_of(png, len)));
}

static void nothing_may_stand_behind_the_end(void **state)
{
    (void)state;
    uint8_t longer[sizeof jpeg + sizeof png] = { 0 };
    memcpy(longer, jpeg, sizeof jpeg);
    assert_false(photo_is_picture(span_of(longer, sizeof jpeg + 1)));
    memcpy(longer, png, sizeof png);
    assert_false(photo_is_picture(span_of(longer, sizeof png + 1)));
}

static void a_picture_without_pixels_is_none(void **state)
{
    (void)state;
    uint8_t b[sizeof jpeg + sizeof png];
    memcpy(b, jpeg, sizeof jpeg);
    b[SOF_AT + 6] = 0; /* height */
    assert_false(photo_is_picture(span_of(b, sizeof jpeg)));
    memcpy(b, jpeg, sizeof jpeg);
    b[SOF_AT + 8] = 0; /* width */
    assert_false(photo_is_picture(span_of(b, sizeof jpeg)));
    memcpy(b, png, sizeof png);
    b[19] = 0;
    assert_false(photo_is_picture(span_of(b, sizeof png)));
    memcpy(b, png, sizeof png);
    b[23] = 0;
    assert_false(photo_is_picture(span_of(b, sizeof png)));
}

static void a_scan_before_its_frame_is_no_picture(void **state)
{
    (void)state;
    static const uint8_t b[] = {
        0xFF, 0xD8, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xFF, 0xD9
    };
    assert_false(photo_is_picture(span_of(b, sizeof b)));
}

static void other_files_are_no_pictures(void **state)
{
    (void)state;
    static const char *const others[] = { "",       "GIF89a", "%PDF-1.7\n",
                                          "<svg/>", "BM",     "\xFF\xD8\xFF\xD9" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(photo_is_picture(span_text(others[i])));
}

static void jpeg_and_png_are_pictures(void **state)
{
    (void)state;
    assert_true(photo_is_picture(span_of(jpeg, sizeof jpeg)));
    assert_true(photo_is_picture(span_of(png, sizeof png)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_prefix_is_a_picture),
        cmocka_unit_test(nothing_may_stand_behind_the_end),
        cmocka_unit_test(a_picture_without_pixels_is_none),
        cmocka_unit_test(a_scan_before_its_frame_is_no_picture),
        cmocka_unit_test(other_files_are_no_pictures),
        cmocka_unit_test(jpeg_and_png_are_pictures),
    };
    return cmocka_run_group_tests_name("picture frame", tests, NULL, NULL);
}
