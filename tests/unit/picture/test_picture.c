#include "core/picture/picture.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/file.h"
#include "tests/unit/check.h"

static void refused(struct span file, enum rc expected)
{
    struct picture p = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(picture_read(file, &p, &d), expected);
    assert_null(p.grey);
    assert_true(d.text[0] != '\0');
}

/* 4 × 3 pixels, one of each grey. */
static void make_png(struct buf *to)
{
    static const uint8_t pixels[12] = { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 255 };
    assert_int_equal(picture_write_png(to, pixels, 4, 3, NULL), RC_OK);
}

static void what_is_neither_png_nor_jpeg_is_refused(void **state)
{
    (void)state;
    refused(SPAN_LITERAL(""), RC_FORMAT);
    refused(SPAN_LITERAL("GIF89a"), RC_FORMAT);
    refused(SPAN_LITERAL("%PDF-1.7"), RC_FORMAT);
    refused(SPAN_LITERAL("\xff\xd8\xff"), RC_FORMAT);
    refused(SPAN_LITERAL("\x89PNG\r\n\x1a\n"), RC_FORMAT);
}

static void no_prefix_of_a_png_is_a_picture(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf png = { 0 };
    make_png(&png);
    /* The last 12 bytes are the end chunk, which holds no pixels. */
    for (size_t len = 0; len + 12 < png.len; len++)
        refused(span_of(png.ptr, len), RC_FORMAT);
}

/* A few bytes that promise more pixels than anyone needs: refused before memory is taken. */
static void a_picture_of_too_many_pixels_is_refused_by_its_head(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf png = { 0 };
    make_png(&png);
    static const uint8_t ten_thousand[4] = { 0, 0, 0x27, 0x10 };
    memcpy(png.ptr + 16, ten_thousand, 4);
    memcpy(png.ptr + 20, ten_thousand, 4);
    uint32_t crc = 0xffffffffu; /* ISO 3309, as PNG has it, over the head chunk's type and data */
    for (size_t i = 12; i < 29; i++) {
        crc ^= png.ptr[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    crc = ~crc;
    for (unsigned i = 0; i < 4; i++)
        png.ptr[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
    refused(buf_span(&png), RC_LIMIT);
}

static void a_file_over_the_limit_is_refused_unread(void **state)
{
    (void)state;
    refused(span_of("\x89PNG", (size_t)PICTURE_FILE_MAX + 1), RC_LIMIT);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf png = { 0 };
    ON_EXIT(picture_free) struct picture p = { 0 };
    make_png(&png);
    assert_int_equal(picture_kind(buf_span(&png)), PICTURE_PNG);
    assert_int_equal(picture_read(buf_span(&png), &p, NULL), RC_OK);
    assert_int_equal(p.width, 4);
    assert_int_equal(p.height, 3);
    assert_int_equal(p.grey[0], 0);
    assert_int_equal(p.grey[5], 50);
    assert_int_equal(p.grey[11], 255);
}

static void the_same_pixels_give_the_same_bytes(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf a = { 0 }, b = { 0 };
    make_png(&a);
    make_png(&b);
    assert_true(span_equal(buf_span(&a), buf_span(&b)));
}

static void a_jpeg_reads_as_grey(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(picture_free) struct picture p = { 0 };
    assert_int_equal(file_read(VECTORS "/grey.jpg", PICTURE_FILE_MAX, &file, NULL), RC_OK);
    assert_int_equal(picture_read(buf_span(&file), &p, NULL), RC_OK);
    assert_int_equal(p.width, 16);
    assert_int_equal(p.height, 8);
    assert_in_range(p.grey[0], 0, 10);
    assert_in_range(p.grey[15], 245, 255);
}

static void a_jpeg_cut_in_its_head_is_refused(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    assert_int_equal(file_read(VECTORS "/grey.jpg", PICTURE_FILE_MAX, &file, NULL), RC_OK);
    for (size_t len = 3; len < 100; len++)
        refused(span_of(file.ptr, len), RC_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_neither_png_nor_jpeg_is_refused),
        cmocka_unit_test(no_prefix_of_a_png_is_a_picture),
        cmocka_unit_test(a_picture_of_too_many_pixels_is_refused_by_its_head),
        cmocka_unit_test(a_file_over_the_limit_is_refused_unread),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(the_same_pixels_give_the_same_bytes),
        cmocka_unit_test(a_jpeg_reads_as_grey),
        cmocka_unit_test(a_jpeg_cut_in_its_head_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
