/* Photos of every kind that is taken come out as what the register keeps and a PDF draws. */
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "core/cert/photo.h"
#include "core/picture/picture.h"
#include "issuer/intake/photo.h"

#define SIDE 64u

static uint8_t file[PHOTO_MAX];
static size_t file_len;
static struct reasons reasons;

static void settle(void)
{
    reasons = (struct reasons){ 0 };
    assert_int_equal(photo_settle(file, &file_len, &reasons, NULL), RC_OK);
}

static void is_refused(enum reason_code code)
{
    settle();
    assert_int_equal(reasons.count, 1);
    assert_int_equal(reasons.items[0].code, code);
    assert_int_equal(file_len, 0);
}

static struct photo is_settled(void)
{
    struct photo p;
    struct diag d = DIAG_INIT;
    settle();
    assert_int_equal(reasons.count, 0);
    if (photo_read(span_of(file, file_len), &p, &d) != RC_OK)
        fail_msg("%s", d.text);
    return p;
}

/* Grey g of 0 to 255 at (x, y), in every sample of this format but alpha, which is 255. */
static uint8_t shade(unsigned x, unsigned y)
{
    return (uint8_t)(x * 2 + y);
}

/* With libpng's simple interface. alpha: of the left half; the right half is opaque. */
static void make_png(unsigned format, unsigned side, uint8_t alpha)
{
    png_image image = { .version = PNG_IMAGE_VERSION, .width = side, .height = side };
    image.format = format;
    const unsigned samples = PNG_IMAGE_PIXEL_CHANNELS(format);
    uint8_t *const pixels = test_calloc(PNG_IMAGE_SIZE(image), 1);
    for (unsigned i = 0; i < side * side * samples; i++) {
        const unsigned x = i / samples % side;
        const bool is_alpha = (format & PNG_FORMAT_FLAG_ALPHA) && i % samples == samples - 1;
        const uint8_t opacity = x < side / 2 ? alpha : 255;
        const uint8_t v = is_alpha ? opacity : shade(x, i / samples / side);
        if (format & PNG_FORMAT_FLAG_LINEAR)
            ((uint16_t *)(void *)pixels)[i] = (uint16_t)(v * 257);
        else
            pixels[i] = v;
    }
    uint8_t colours[256 * 3];
    for (unsigned i = 0; i < sizeof colours; i++)
        colours[i] = (uint8_t)(i / 3);
    image.colormap_entries = format & PNG_FORMAT_FLAG_COLORMAP ? 256 : 0;
    png_alloc_size_t len = sizeof file;
    assert_true(png_image_write_to_memory(&image, file, &len, 0, pixels, 0, colours));
    file_len = len;
    test_free(pixels);
}

static void take_bytes(png_structp png, png_bytep from, size_t len)
{
    (void)png;
    assert_true(file_len + len <= sizeof file);
    memcpy(file + file_len, from, len);
    file_len += len;
}

static void ignore_flush(png_structp png)
{
    (void)png;
}

/* What the simple interface does not write: Adam7, and 16 bits that state no gamma. */
static void make_other_png(int bits, int interlace)
{
    uint8_t row[SIDE * 2];
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    file_len = 0;
    png_set_write_fn(png, NULL, take_bytes, ignore_flush);
    png_set_IHDR(png, info, SIDE, SIDE, bits, PNG_COLOR_TYPE_GRAY, interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    const int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++) {
        for (unsigned y = 0; y < SIDE; y++) {
            for (unsigned x = 0; x < SIDE; x++)
                memset(row + x * (unsigned)bits / 8, shade(x, y), (size_t)bits / 8);
            png_write_row(png, row);
        }
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}

/* The pixels that come out, as grey; a JPEG may be off by a little. */
static void shows(unsigned x, unsigned y, int grey)
{
    ON_EXIT(picture_free) struct picture p = { 0 };
    assert_int_equal(picture_read(span_of(file, file_len), &p, NULL), RC_OK);
    const int there = p.grey[(size_t)y * p.width + x];
    if (abs(there - grey) > 3)
        fail_msg("%d at %u, %u instead of %d", there, x, y, grey);
}

static void a_broken_png_is_no_picture(void **state)
{
    (void)state;
    make_png(PNG_FORMAT_RGB, SIDE, 0);
    for (size_t at = 60; at + 12 < file_len; at += 7) {
        file[at] ^= 1;
        is_refused(REASON_PHOTO_NOT_A_PICTURE);
        make_png(PNG_FORMAT_RGB, SIDE, 0);
    }
    /* Sound chunks around data that no inflater takes. */
    const struct photo none = { .bits = 8, .width = 2, .height = 2, .bytes = SPAN_LITERAL("data") };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    photo_put(&b, &none);
    memcpy(file, b.ptr, file_len = b.len);
    is_refused(REASON_PHOTO_NOT_A_PICTURE);
}

static void a_jpeg_that_pdf_cannot_hold_is_no_picture(void **state)
{
    (void)state;
    static const uint8_t arithmetic[] = {
        0xFF, 0xD8, 0xFF, 0xC9, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0, 0xFF, 0xD9,
    };
    memcpy(file, arithmetic, file_len = sizeof arithmetic);
    is_refused(REASON_PHOTO_NOT_A_PICTURE);
}

static void a_small_file_of_very_many_pixels_is_too_large(void **state)
{
    (void)state;
    png_image image = { .version = PNG_IMAGE_VERSION, .width = 2001, .height = 2000 };
    image.format = PNG_FORMAT_GRAY;
    uint8_t *const pixels = test_calloc(PNG_IMAGE_SIZE(image), 1);
    png_alloc_size_t len = sizeof file;
    assert_true(png_image_write_to_memory(&image, file, &len, 0, pixels, 0, NULL));
    file_len = len;
    test_free(pixels);
    is_refused(REASON_PHOTO_TOO_LARGE);
}

static void what_is_no_picture_by_its_frame_is_left_to_the_engine(void **state)
{
    (void)state;
    memcpy(file, "picture", file_len = 7);
    settle();
    assert_int_equal(reasons.count, 0);
    assert_int_equal(file_len, 7);
    assert_memory_equal(file, "picture", 7);

    make_png(PNG_FORMAT_RGBA, SIDE, 0);
    const size_t cut = file_len -= 1;
    settle();
    assert_int_equal(reasons.count, 0);
    assert_int_equal(file_len, cut);
}

static void a_jpeg_stays_as_it_is(void **state)
{
    (void)state;
    uint8_t grey[SIDE * SIDE];
    for (unsigned i = 0; i < sizeof grey; i++)
        grey[i] = shade(i % SIDE, i / SIDE);
    ON_EXIT(buf_free_at) struct buf jpeg = { 0 };
    const struct picture_colour p = { .width = SIDE, .height = SIDE, .grey = true, .pixels = grey };
    assert_int_equal(picture_write_jpeg(&jpeg, &p, 80, NULL), RC_OK);
    memcpy(file, jpeg.ptr, file_len = jpeg.len);
    assert_true(is_settled().jpeg);
    assert_true(span_equal(span_of(file, file_len), buf_span(&jpeg)));
}

static void a_png_of_plain_pixels_keeps_each_of_them(void **state)
{
    (void)state;
    static const unsigned formats[] = { PNG_FORMAT_GRAY, PNG_FORMAT_RGB };
    for (unsigned i = 0; i < 2; i++) {
        make_png(formats[i], SIDE, 0);
        const struct photo p = is_settled();
        assert_false(p.jpeg);
        assert_int_equal(p.grey, i == 0);
        assert_int_equal(p.width, SIDE);
        shows(0, 0, 0);
        shows(20, 10, shade(20, 10));
        const size_t len = file_len;
        (void)is_settled();
        assert_int_equal(file_len, len);
    }
}

static void any_other_png_becomes_a_jpeg_that_looks_alike(void **state)
{
    (void)state;
    static const unsigned formats[] = { PNG_FORMAT_RGBA, PNG_FORMAT_GA, PNG_FORMAT_RGB_COLORMAP };
    for (unsigned i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        make_png(formats[i], SIDE, 255);
        assert_true(is_settled().jpeg);
        shows(1, 1, shade(1, 1));
        shows(50, 30, shade(50, 30));
    }
}

static void what_is_transparent_becomes_white(void **state)
{
    (void)state;
    make_png(PNG_FORMAT_RGBA, SIDE, 0);
    const struct photo p = is_settled();
    assert_true(p.jpeg && !p.grey);
    shows(4, 4, 255);
    shows(60, 4, shade(60, 4));
}

static void interlaced_pixels_come_out_in_order(void **state)
{
    (void)state;
    make_other_png(8, PNG_INTERLACE_ADAM7);
    const struct photo p = is_settled();
    assert_true(p.jpeg && p.grey);
    shows(17, 33, shade(17, 33));
}

/* Without a word about gamma they are as 8 bits are, not linear light. */
static void sixteen_bits_keep_their_brightness(void **state)
{
    (void)state;
    make_other_png(16, PNG_INTERLACE_NONE);
    assert_true(is_settled().jpeg);
    shows(20, 10, shade(20, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_png_is_no_picture),
        cmocka_unit_test(a_jpeg_that_pdf_cannot_hold_is_no_picture),
        cmocka_unit_test(a_small_file_of_very_many_pixels_is_too_large),
        cmocka_unit_test(what_is_no_picture_by_its_frame_is_left_to_the_engine),
        cmocka_unit_test(a_jpeg_stays_as_it_is),
        cmocka_unit_test(a_png_of_plain_pixels_keeps_each_of_them),
        cmocka_unit_test(any_other_png_becomes_a_jpeg_that_looks_alike),
        cmocka_unit_test(what_is_transparent_becomes_white),
        cmocka_unit_test(interlaced_pixels_come_out_in_order),
        cmocka_unit_test(sixteen_bits_keep_their_brightness),
    };
    return cmocka_run_group_tests_name("photo_settle", tests, NULL, NULL);
}
