#include "tests/unit/check.h"

#include <string.h>

#include "core/cert/photo.h"

static const uint8_t jpeg[] = {
    0xFF, 0xD8,                 /* SOI */
    0xFF, 0xFF, 0xDB, 0,  3, 9, /* DQT behind a fill byte */
    0xFF, 0xC0, 0,    17, 8, 0, 49, 0, 35, 3, 1,    0x11, 0,    2, 0x11, /* SOF0: 35 by 49 */
    1,    3,    0x11, 1,                                                 /* … */
    0xFF, 0xDA, 0,    8,  1, 1, 0,  0, 63, 0, 0x55, 0xFF, 0xD9,
};
#define SOF_AT 8

/* Grey, 2 by 2, 8 bits; data as zlib gives them. Made by another writer of PNG. */
static const uint8_t png[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
    0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00, 0x00, 0x00, 0x00, 0x57,
    0xdd, 0x52, 0xf8, 0x00, 0x00, 0x00, 0x0e, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xe0,
    0x4a, 0x61, 0x98, 0xf6, 0x1f, 0x00, 0x03, 0xf3, 0x02, 0x04, 0xe6, 0xff, 0x11, 0x36, 0x00,
    0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};
#define IHDR_AT  16 /* its data */
#define DATA_AT  41
#define DATA_LEN 14

static void is_refused(struct span file)
{
    struct photo p = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(photo_read(file, &p, &d), RC_FORMAT);
    assert_true(strncmp(d.text, "the photo ", 10) == 0);
    assert_null(p.bytes.ptr);
}

/* Written slowly, after ISO/IEC 15948 annex D. */
static uint32_t crc(const uint8_t *at, size_t len)
{
    uint32_t c = 0xFFFFFFFFu;
    for (size_t i = 0; i < len; i++) {
        c ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
    }
    return ~c;
}

static void put_chunk(struct buf *to, const char *type, struct span data)
{
    buf_put_be32(to, (uint32_t)data.len);
    const size_t at = to->len;
    buf_put_text(to, type);
    buf_put_span(to, data);
    buf_put_be32(to, crc(to->ptr + at, to->len - at));
}

/* colour, bits, compression, filter, interlace: as IHDR has them behind the size. */
static void put_head(struct buf *to, uint32_t width, uint32_t height, const uint8_t kind[5])
{
    uint8_t ihdr[13] = { 0 };
    for (unsigned i = 0; i < 4; i++) {
        ihdr[i] = (uint8_t)(width >> (24 - 8 * i));
        ihdr[4 + i] = (uint8_t)(height >> (24 - 8 * i));
    }
    memcpy(ihdr + 8, kind, 5);
    buf_put(to, png, 8);
    put_chunk(to, "IHDR", span_of(ihdr, sizeof ihdr));
}

static void other_files_are_refused(void **state)
{
    (void)state;
    is_refused(SPAN_LITERAL(""));
    is_refused(SPAN_LITERAL("GIF89a"));
    is_refused(SPAN_LITERAL("\xff\xd8"));
    is_refused(SPAN_LITERAL("\xff\xd8\xff\xe0"));
    is_refused(SPAN_LITERAL("\x89PNG\r\n\x1a\n"));
}

static void no_prefix_of_a_png_is_a_photo(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof png; len++)
        is_refused(span_of(png, len));
}

static void no_bit_flip_of_a_png_is_the_same_photo(void **state)
{
    (void)state;
    uint8_t b[sizeof png];
    for (size_t bit = 0; bit < 8 * sizeof png; bit++) {
        memcpy(b, png, sizeof b);
        b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        is_refused(span_of(b, sizeof b));
    }
}

static void nothing_may_stand_behind_a_png(void **state)
{
    (void)state;
    uint8_t b[sizeof png + 1] = { 0 };
    memcpy(b, png, sizeof png);
    is_refused(span_of(b, sizeof b));
}

static void a_jpeg_that_pdf_cannot_hold_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } changes[] = {
        { 1, 0xC3 }, { 1, 0xC5 }, { 1, 0xC9 }, /* lossless, hierarchical, arithmetic */
        { 4, 12 },   { 9, 4 },    { 9, 2 },    /* bits, components */
        { 6, 0 },    { 8, 0 },                 /* height, width */
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        uint8_t b[sizeof jpeg];
        memcpy(b, jpeg, sizeof b);
        b[SOF_AT + changes[i].at] = changes[i].value;
        is_refused(span_of(b, sizeof b));
    }
}

static void a_png_of_another_kind_is_refused(void **state)
{
    (void)state;
    static const uint8_t kinds[][5] = {
        { 16, 0, 0, 0, 0 }, { 8, 2, 0, 0, 1 }, { 8, 3, 0, 0, 0 },
        { 8, 4, 0, 0, 0 },  { 8, 6, 0, 0, 0 }, { 4, 2, 0, 0, 0 },
        { 3, 0, 0, 0, 0 },  { 8, 0, 1, 0, 0 }, { 8, 0, 0, 1, 0 },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        ON_EXIT(buf_free_at) struct buf plain = { 0 };
        put_head(&b, 2, 2, kinds[i]);
        put_chunk(&b, "IDAT", SPAN_LITERAL("data"));
        put_chunk(&b, "IEND", SPAN_LITERAL(""));
        is_refused(buf_span(&b));
        assert_int_equal(photo_plain(buf_span(&b), &plain, NULL), RC_FORMAT);
        assert_int_equal(plain.len, 0);
    }
}

static void a_png_without_size_or_data_is_refused(void **state)
{
    (void)state;
    static const uint8_t grey[5] = { 8, 0, 0, 0, 0 };
    static const uint32_t sizes[][2] = { { 0, 1 }, { 1, 0 }, { 65501, 1 }, { 1, 65501 }, { 1, 1 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        ON_EXIT(buf_free_at) struct buf plain = { 0 };
        put_head(&b, sizes[i][0], sizes[i][1], grey);
        put_chunk(&b, "IDAT", i == 4 ? SPAN_LITERAL("") : SPAN_LITERAL("data"));
        put_chunk(&b, "IEND", SPAN_LITERAL(""));
        is_refused(buf_span(&b));
        assert_int_equal(photo_plain(buf_span(&b), &plain, NULL), RC_FORMAT);
    }
}

static void a_jpeg_and_a_plain_png_are_read_and_written_back(void **state)
{
    (void)state;
    const struct span files[] = { span_of(jpeg, sizeof jpeg), span_of(png, sizeof png) };
    for (size_t i = 0; i < 2; i++) {
        struct photo p;
        ON_EXIT(buf_free_at) struct buf again = { 0 };
        assert_int_equal(photo_read(files[i], &p, NULL), RC_OK);
        assert_int_equal(p.width, i == 0 ? 35 : 2);
        assert_int_equal(p.height, i == 0 ? 49 : 2);
        assert_int_equal(p.jpeg, i == 0);
        assert_int_equal(p.grey, i == 1);
        photo_put(&again, &p);
        assert_true(span_equal(buf_span(&again), files[i]));
    }
}

static void other_chunks_are_left_out_and_the_data_joined(void **state)
{
    (void)state;
    const struct span data = span_of(png + DATA_AT, DATA_LEN);
    ON_EXIT(buf_free_at) struct buf many = { 0 };
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    put_head(&many, 2, 2, png + IHDR_AT + 8);
    put_chunk(&many, "gAMA", SPAN_LITERAL("\0\0\xb1\x8f"));
    put_chunk(&many, "IDAT", span_of(data.ptr, 5));
    put_chunk(&many, "IDAT", span_of(data.ptr + 5, data.len - 5));
    put_chunk(&many, "tEXt", SPAN_LITERAL("Comment"));
    put_chunk(&many, "IEND", SPAN_LITERAL(""));
    is_refused(buf_span(&many));
    assert_int_equal(photo_plain(buf_span(&many), &plain, NULL), RC_OK);
    assert_true(span_equal(buf_span(&plain), span_of(png, sizeof png)));
}

static void a_transparent_colour_or_a_missing_end_is_not_plain(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        ON_EXIT(buf_free_at) struct buf plain = { 0 };
        put_head(&b, 2, 2, png + IHDR_AT + 8);
        if (i == 0)
            put_chunk(&b, "tRNS", SPAN_LITERAL("\0\1"));
        put_chunk(&b, "IDAT", span_of(png + DATA_AT, DATA_LEN));
        if (i == 2)
            b.ptr[b.len - 1] ^= 1;
        if (i != 1)
            put_chunk(&b, "IEND", SPAN_LITERAL(""));
        assert_int_equal(photo_plain(buf_span(&b), &plain, NULL), RC_FORMAT);
    }
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    assert_int_equal(photo_plain(span_of(jpeg, sizeof jpeg), &plain, NULL), RC_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(no_prefix_of_a_png_is_a_photo),
        cmocka_unit_test(no_bit_flip_of_a_png_is_the_same_photo),
        cmocka_unit_test(nothing_may_stand_behind_a_png),
        cmocka_unit_test(a_jpeg_that_pdf_cannot_hold_is_refused),
        cmocka_unit_test(a_png_of_another_kind_is_refused),
        cmocka_unit_test(a_png_without_size_or_data_is_refused),
        cmocka_unit_test(a_jpeg_and_a_plain_png_are_read_and_written_back),
        cmocka_unit_test(other_chunks_are_left_out_and_the_data_joined),
        cmocka_unit_test(a_transparent_colour_or_a_missing_end_is_not_plain),
    };
    return cmocka_run_group_tests_name("photo_form", tests, NULL, NULL);
}
