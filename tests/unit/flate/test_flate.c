#include "tests/unit/check.h"

#include <string.h>

#include "core/flate/flate.h"

static const enum flate_form forms[] = { FLATE_RAW, FLATE_ZLIB };

/* Compressible, longer than one chunk of the inflater, and every byte value in it. */
static void fill(struct buf *b, size_t len)
{
    uint8_t *const to = buf_reserve(b, len);
    assert_non_null(to);
    for (size_t i = 0; i < len; i++)
        to[i] = (uint8_t)(i ^ i >> 9);
    b->len += len;
}

static void pack(enum flate_form form, const struct buf *plain, struct buf *packed)
{
    buf_clear(packed);
    assert_int_equal(flate_deflate(form, buf_span(plain), packed, NULL), RC_OK);
}

static enum rc unpack(enum flate_form form, struct span packed, size_t max)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    buf_put_text(&out, "before");
    const enum rc rc = flate_inflate(form, packed, max, &out, NULL);
    if (rc != RC_OK)
        assert_int_equal(out.len, 6);
    assert_memory_equal(out.ptr, "before", 6);
    return rc;
}

static void one_byte_over_the_limit_is_refused_and_the_limit_is_not(void **state)
{
    (void)state;
    static const size_t lens[] = { 0, 1, 65535, 65536, 65537, 200000 };
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };

    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        for (size_t f = 0; f < 2; f++) {
            buf_clear(&plain);
            fill(&plain, lens[i]);
            pack(forms[f], &plain, &packed);
            assert_int_equal(unpack(forms[f], buf_span(&packed), lens[i]), RC_OK);
            assert_int_equal(unpack(forms[f], buf_span(&packed), SIZE_MAX), RC_OK);
            if (lens[i] > 0)
                assert_int_equal(unpack(forms[f], buf_span(&packed), lens[i] - 1), RC_LIMIT);
        }
    }
}

static void a_bomb_makes_no_more_than_it_was_allowed(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    uint8_t *const zeros = buf_reserve(&plain, 1u << 24);
    assert_non_null(zeros);
    memset(zeros, 0, 1u << 24);
    plain.len = 1u << 24;

    pack(FLATE_RAW, &plain, &packed);
    assert_int_equal(flate_inflate(FLATE_RAW, buf_span(&packed), 1000, &out, NULL), RC_LIMIT);
    assert_true(out.cap < 4096);
}

static void no_prefix_is_a_whole_stream(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    fill(&plain, 1000);
    for (size_t f = 0; f < 2; f++) {
        pack(forms[f], &plain, &packed);
        for (size_t len = 0; len < packed.len; len++)
            assert_int_equal(unpack(forms[f], span_of(packed.ptr, len), 1000), RC_FORMAT);
    }
}

static void a_byte_more_is_refused(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    fill(&plain, 1000);
    for (size_t f = 0; f < 2; f++) {
        struct diag d = DIAG_INIT;
        pack(forms[f], &plain, &packed);
        const size_t whole = packed.len;
        buf_put_u8(&packed, 0);
        buf_clear(&plain);
        assert_int_equal(flate_inflate(forms[f], buf_span(&packed), 1000, &plain, &d), RC_FORMAT);
        assert_int_equal(d.offset, whole);
        fill(&plain, 1000);
    }
}

static void one_form_is_not_taken_for_the_other(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    fill(&plain, 1000);
    pack(FLATE_RAW, &plain, &packed);
    assert_int_equal(unpack(FLATE_ZLIB, buf_span(&packed), 1000), RC_FORMAT);
    pack(FLATE_ZLIB, &plain, &packed);
    assert_int_equal(unpack(FLATE_RAW, buf_span(&packed), 1000), RC_FORMAT);
}

static void no_single_bit_flip_of_a_zlib_stream_gives_other_bytes(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    unsigned accepted = 0;
    fill(&plain, 600);
    pack(FLATE_ZLIB, &plain, &packed);
    for (size_t bit = 0; bit < packed.len * 8; bit++) {
        buf_clear(&out);
        packed.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (flate_inflate(FLATE_ZLIB, buf_span(&packed), 10000, &out, NULL) == RC_OK) {
            assert_true(span_equal(buf_span(&out), buf_span(&plain)));
            accepted++;
        }
        packed.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    /* The bits that fill up the last byte before the checksum mean nothing; the rest does. */
    assert_in_range(accepted, 0, 7);
}

static void a_preset_dictionary_is_refused(void **state)
{
    (void)state;
    static const uint8_t needs_one[] = { 0x78, 0xf9, 0, 0, 0, 1, 3, 0, 0, 0, 0, 1 };
    assert_int_equal(unpack(FLATE_ZLIB, span_of(needs_one, sizeof needs_one), 100), RC_FORMAT);
}

static void too_long_an_input_is_refused_before_it_is_read(void **state)
{
    (void)state;
    static const uint8_t one = 0;
    struct buf out = { 0 };
    const struct span claimed = span_of(&one, ((size_t)1 << 30) + 1);
    assert_int_equal(flate_deflate(FLATE_RAW, claimed, &out, NULL), RC_LIMIT);
    assert_int_equal(flate_inflate(FLATE_RAW, claimed, 10, &out, NULL), RC_LIMIT);
    assert_null(out.ptr);
}

static void a_failed_buffer_is_an_error(void **state)
{
    (void)state;
    struct buf out = { .failed = true };
    assert_int_equal(flate_deflate(FLATE_RAW, SPAN_LITERAL("text"), &out, NULL), RC_NOMEM);
    assert_int_equal(flate_inflate(FLATE_RAW, SPAN_LITERAL("\x03\x00"), 1, &out, NULL), RC_NOMEM);
}

static void what_was_deflated_comes_back(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    fill(&plain, 200000);
    for (size_t f = 0; f < 2; f++) {
        ON_EXIT(buf_free_at) struct buf out = { 0 };
        pack(forms[f], &plain, &packed);
        assert_true(packed.len < plain.len / 10);
        assert_int_equal(flate_inflate(forms[f], buf_span(&packed), 200000, &out, NULL), RC_OK);
        assert_true(span_equal(buf_span(&out), buf_span(&plain)));
    }
}

/* RFC 1952 section 2.3.1: no flags, no time: the same bytes give the same file. */
static void a_gzip_file_says_nothing_but_its_content(void **state)
{
    (void)state;
    static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3 };
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    fill(&plain, 5000);
    assert_int_equal(flate_deflate(FLATE_GZIP, buf_span(&plain), &packed, NULL), RC_OK);
    assert_memory_equal(packed.ptr, head, sizeof head);
    assert_int_equal(flate_inflate(FLATE_GZIP, buf_span(&packed), 5000, &out, NULL), RC_OK);
    assert_true(span_equal(buf_span(&out), buf_span(&plain)));
    assert_int_equal(flate_inflate(FLATE_ZLIB, buf_span(&packed), 5000, &out, NULL), RC_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_byte_over_the_limit_is_refused_and_the_limit_is_not),
        cmocka_unit_test(a_bomb_makes_no_more_than_it_was_allowed),
        cmocka_unit_test(no_prefix_is_a_whole_stream),
        cmocka_unit_test(a_byte_more_is_refused),
        cmocka_unit_test(one_form_is_not_taken_for_the_other),
        cmocka_unit_test(no_single_bit_flip_of_a_zlib_stream_gives_other_bytes),
        cmocka_unit_test(a_preset_dictionary_is_refused),
        cmocka_unit_test(too_long_an_input_is_refused_before_it_is_read),
        cmocka_unit_test(a_failed_buffer_is_an_error),
        cmocka_unit_test(what_was_deflated_comes_back),
        cmocka_unit_test(a_gzip_file_says_nothing_but_its_content),
    };
    return cmocka_run_group_tests_name("flate", tests, NULL, NULL);
}
