#include "verifier/picture/codes.h"

#include <stdlib.h>
#include <string.h>

#include "core/cert/digits.h"
#include "core/crypto/hash.h"
#include "core/qr/qr.h"
#include "tests/unit/check.h"

#define CODES 60 /* of sizes from 3 to 8 pixels a module */

/* A code of the size of a full token; which one, n says. */
static void make_text(unsigned n, struct buf *to)
{
    uint8_t token[SHA256_LEN * 6];
    for (unsigned i = 0; i < 6; i++) {
        const uint8_t seed[3] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)i };
        sha256(span_of(seed, sizeof seed), token + i * SHA256_LEN);
    }
    qr_text_put(to, "ZS.EXAMPLE.GOV.CN", span_of(token, 186));
}

static void draw(struct span text, unsigned scale, struct picture *ret)
{
    static struct qr qr;
    ON_EXIT(buf_free_at) struct buf png = { 0 };
    assert_int_equal(qr_encode(text, &qr, NULL), RC_OK);
    assert_int_equal(qr_png_put(&png, &qr, scale, NULL), RC_OK);
    assert_int_equal(picture_read(buf_span(&png), ret, NULL), RC_OK);
}

static void reads_back(unsigned n, unsigned scale)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 }, found = { 0 };
    ON_EXIT(picture_free) struct picture p = { 0 };
    make_text(n, &text);
    draw(buf_span(&text), scale, &p);
    assert_int_equal(codes_find(&p, &found, NULL), RC_OK);
    buf_put_u8(&text, '\n');
    if (!span_equal(buf_span(&text), buf_span(&found)))
        fail_msg("code %u at %u pixels a module", n, scale);
}

static void every_clean_code_is_found(void **state)
{
    (void)state;
    for (unsigned n = 0; n < CODES; n++)
        reads_back(n, 3 + n % 6);
}

static void a_picture_without_a_code_gives_nothing(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf found = { 0 };
    struct picture p = { .width = 300, .height = 300, .grey = calloc(300, 300) };
    assert_int_equal(codes_find(&p, &found, NULL), RC_OK);
    assert_int_equal(found.len, 0);
    picture_free(&p);
}

static void a_code_without_its_quiet_zone_is_found(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf text = { 0 }, found = { 0 };
    ON_EXIT(picture_free) struct picture p = { 0 };
    make_text(1, &text);
    draw(buf_span(&text), 4, &p);
    const uint32_t margin = 4 * QR_QUIET_ZONE, side = p.width - 2 * margin;
    for (uint32_t y = 0; y < side; y++)
        memmove(p.grey + (size_t)y * side, p.grey + (size_t)(y + margin) * p.width + margin, side);
    p.width = p.height = side;
    assert_int_equal(codes_find(&p, &found, NULL), RC_OK);
    assert_true(found.len > 0);
}

/* zbar alone does not see it: another form of the picture is needed. */
static void a_code_in_white_on_black_is_found(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf text = { 0 }, found = { 0 };
    ON_EXIT(picture_free) struct picture p = { 0 };
    make_text(2, &text);
    draw(buf_span(&text), 4, &p);
    for (size_t i = 0; i < (size_t)p.width * p.height; i++)
        p.grey[i] = (uint8_t)(255 - p.grey[i]);
    assert_int_equal(codes_find(&p, &found, NULL), RC_OK);
    assert_true(found.len > 0);
}

static void a_picture_of_one_pixel_is_no_code(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf found = { 0 };
    struct picture p = { .width = 1, .height = 1, .grey = calloc(1, 1) };
    assert_int_equal(codes_find(&p, &found, NULL), RC_OK);
    assert_int_equal(found.len, 0);
    picture_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_clean_code_is_found),
        cmocka_unit_test(a_picture_without_a_code_gives_nothing),
        cmocka_unit_test(a_code_without_its_quiet_zone_is_found),
        cmocka_unit_test(a_code_in_white_on_black_is_found),
        cmocka_unit_test(a_picture_of_one_pixel_is_no_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
